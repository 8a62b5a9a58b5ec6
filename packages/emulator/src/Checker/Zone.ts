/** Time zones, as the runtime's own time-zone database knows them: which one a country has, and what its clocks show. */
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

export const isKnown = (zone: string): boolean => Option.isSome(makeFormat(zone))

/** What the clocks of a zone show at an instant in epoch milliseconds. */
export const clockOf = (zone: string): Option.Option<(at: number) => LocalTime> =>
  Option.map(makeFormat(zone), (format) => (at) => {
    // "Wed, 10/01/2026, 09:30": in a tenth of the time that its parts take.
    const text = format.format(at)
    const [month, day, year, hour, minute] = text.match(/\d+/g) ?? []
    return { date: `${year}-${month}-${day}`, weekday: weekdays.indexOf(text.slice(0, 3)) + 1, minuteOfDay: Number(hour) * 60 + Number(minute) }
  })

// Older runtimes have the property, newer ones the method.
interface LocaleInfo extends Intl.Locale {
  readonly timeZones?: ReadonlyArray<string>
  readonly getTimeZones?: () => ReadonlyArray<string> | undefined
}

/** The zone of a country, by its two letters, if it has exactly one. */
export const ofCountry = (country: string | null): Option.Option<string> => {
  if (country === null || !/^[a-z]{2}$/i.test(country)) return Option.none()
  const locale: LocaleInfo = new Intl.Locale(`und-${country}`)
  const zones = locale.getTimeZones?.() ?? locale.timeZones ?? []
  return zones.length === 1 ? Option.fromNullable(zones[0]) : Option.none()
}
