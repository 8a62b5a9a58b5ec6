/**
 * Time zones, by the runtime's own time-zone database: which ones a country has, and what their clocks show.
 */
import * as Option from "effect/Option"

/** A minute on the clocks of a zone. */
export interface LocalTime {
  /** `YYYY-MM-DD` */
  readonly date: string
  /** 1 is Monday, 7 is Sunday. */
  readonly weekday: number
  /** 0 to 1439 */
  readonly minuteOfDay: number
}

const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

const makeFormat = Option.liftThrowable(
  (timeZone: string) =>
    new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      weekday: "short",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit"
    })
)

/** Whether the time-zone database has a zone of this name. */
export const isKnown = (zone: string): boolean => Option.isSome(makeFormat(zone))

/** What the clocks of a zone show at an instant in epoch milliseconds. */
export const clockOf = (zone: string): Option.Option<(at: number) => LocalTime> =>
  Option.map(makeFormat(zone), (format) => (at) => {
    // "Wed, 10/01/2026, 09:30": in a tenth of the time that its parts take.
    const text = format.format(at)
    const [month, day, year, hour, minute] = text.match(/\d+/g) ?? []
    return {
      date: `${year}-${month}-${day}`,
      weekday: weekdays.indexOf(text.slice(0, 3)) + 1,
      minuteOfDay: Number(hour) * 60 + Number(minute)
    }
  })

// Older runtimes have the property, newer ones the method.
interface LocaleInfo extends Intl.Locale {
  readonly timeZones?: ReadonlyArray<string>
  readonly getTimeZones?: () => ReadonlyArray<string> | undefined
}

/** Every zone of a country, by its two letters. */
export const ofCountry = (country: string | null): ReadonlyArray<string> => {
  if (country === null || !/^[a-z]{2}$/i.test(country)) return []
  const locale: LocaleInfo = new Intl.Locale(`und-${country}`)
  return locale.getTimeZones?.() ?? locale.timeZones ?? []
}

const quarterOfADay = 6 * 60 * 60 * 1000

/** Whether all these zones show the same time four times a day from the start of a year to the end of the next. */
export const showTheSame = ([first, ...others]: ReadonlyArray<string>, year: number): boolean => {
  const clocks = Option.all([first, ...others].map((zone) => makeFormat(zone ?? "")))
  const end = Date.UTC(year + 2, 0, 1)
  const isSameAt = (at: number) =>
    Option.exists(clocks, ([clock, ...rest]) => rest.every((other) => other.format(at) === clock?.format(at)))
  for (let at = Date.UTC(year, 0, 1); at < end; at += quarterOfADay) {
    if (!isSameAt(at)) return false
  }
  return true
}
