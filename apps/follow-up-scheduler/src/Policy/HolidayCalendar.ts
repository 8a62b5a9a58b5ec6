/**
 * The public holidays of a country, from the package `date-holidays`. The package is large, so this module is loaded
 * only where a policy names a country: see `PublicHolidays`.
 */
import Holidays from "date-holidays"
import * as DateTime from "effect/DateTime"

/** Where the holidays are. The codes are those of `date-holidays`: ISO 3166 for countries and most states. */
export interface Place {
  readonly country: string
  readonly state?: string | undefined
  readonly region?: string | undefined
}

/** The names of one year's holidays, by local date. */
export type Year = ReadonlyMap<string, string>

/** A code that names no place, in this field, and the codes that it may have with their names. */
export interface UnknownCode {
  readonly field: keyof Place
  readonly code: string
  readonly known: ReadonlyMap<string, string>
}

const among = (
  field: keyof Place,
  code: string | undefined,
  names: { readonly [code: string]: string } | undefined
): ReadonlyArray<UnknownCode> => {
  const known = new Map(Object.entries(names ?? {}))
  return code === undefined || known.has(code) ? [] : [{ field, code, known }]
}

/** The first code of a place that the calendar does not know; undefined where it knows all. */
export const unknownCode = ({ country, region, state }: Place): UnknownCode | undefined => {
  const all = new Holidays()
  return [
    ...among("country", country, all.getCountries()),
    ...among("state", state, all.getStates(country)),
    ...among("region", region, state === undefined ? {} : all.getRegions(country, state))
  ][0]
}

const dayHours = 24

/**
 * The local dates of a holiday. One of a part of a day counts as a whole day. A day on which the clocks are put back
 * has 25 hours.
 */
const datesOf = ({ date, end, start }: { readonly date: string; readonly end: Date; readonly start: Date }) => {
  const hours = (end.getTime() - start.getTime()) / 3_600_000
  const days = Math.max(1, Math.ceil((hours - 1) / dayHours))
  const first = DateTime.unsafeMake(`${date.slice(0, 10)}T00:00:00Z`)
  return Array.from({ length: days }, (_, index) => DateTime.formatIsoDateUtc(DateTime.add(first, { days: index })))
}

/** The holidays of a known place in one year. Bank, school and optional holidays and observances are left out. */
export const inYear = ({ country, region = "", state = "" }: Place): ((year: number) => Year) => {
  const holidays = new Holidays(country, state, region, { types: ["public"] })
  return (year) => {
    const found = new Map<string, string>()
    for (const holiday of holidays.getHolidays(year))
      for (const date of datesOf(holiday)) if (!found.has(date)) found.set(date, holiday.name)
    return found
  }
}
