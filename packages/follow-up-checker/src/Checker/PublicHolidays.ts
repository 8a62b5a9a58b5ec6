/**
 * The public holidays that a policy names by country, by the package `date-holidays`. The package is large, so it is
 * loaded only where a policy names a place.
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type Holidays from "date-holidays"
import { createRequire } from "node:module"
import * as Zone from "./Zone.ts"

const requireHere = createRequire(import.meta.url)

const load = (): typeof Holidays => requireHere("date-holidays")

const Code = Schema.NonEmptyTrimmedString

const Named = Schema.Struct({ country: Code, state: Schema.optional(Code), region: Schema.optional(Code) })
/** A country, and where the calendar has any, a state of it and a region of that. */
export type Place = typeof Named.Type

const issues = ({ country, region, state }: Place): ReadonlyArray<Schema.FilterIssue> => {
  const calendar = new (load())()
  const unknown = (field: keyof Place, code: string | undefined, known: object | undefined, within?: string) => {
    const message = `The calendar of public holidays does not know the ${field} ${code}`
    if (code === undefined || Object.hasOwn(known ?? {}, code)) return []
    return [{ path: [field], message: within === undefined ? message : `${message} of ${within}` }]
  }
  return [
    ...unknown("country", country, calendar.getCountries()),
    ...unknown("state", state, calendar.getStates(country), country),
    ...unknown("region", region, state === undefined ? {} : calendar.getRegions(country, state), state ?? country)
  ]
}

/** Read from `{ country: BR, state: SP }`. A place that the calendar does not know is refused. */
export const Place = Named.pipe(Schema.filter(issues))

/** The days from one local date to another, both included. */
const datesBetween = (first: string, last: string): ReadonlyArray<string> => {
  const dates = [first]
  for (let next = DateTime.unsafeMake(first); DateTime.formatIsoDateUtc(next) < last;) {
    next = DateTime.add(next, { days: 1 })
    dates.push(DateTime.formatIsoDateUtc(next))
  }
  return dates
}

/**
 * Gives the name of the public holiday of a place on a local date, `YYYY-MM-DD`, in any year. A holiday covers each day
 * of which it has a part, by the clocks of the place.
 */
export const of = ({ country, region = "", state = "" }: Place): ((date: string) => string | undefined) => {
  const calendar = new (load())(country, state, region)
  const clock = Option.flatMap(Option.fromNullable(calendar.getTimezones()[0]), Zone.clockOf)
  const years = new Map<number, ReadonlyMap<string, string>>()
  const inYear = (year: number) => {
    const known = years.get(year)
    if (known !== undefined) return known
    const names = new Map<string, string>()
    for (const { date, end, name, type } of calendar.getHolidays(year)) {
      if (type !== "public") continue
      const first = date.slice(0, 10)
      const last = Option.match(clock, { onNone: () => first, onSome: (local) => local(end.getTime() - 1).date })
      for (const day of datesBetween(first, last)) names.set(day, names.get(day) ?? name)
    }
    years.set(year, names)
    return names
  }
  return (date) => {
    const year = Number(date.slice(0, 4))
    // A holiday of several days may have begun in the year before.
    return inYear(year).get(date) ?? inYear(year - 1).get(date)
  }
}
