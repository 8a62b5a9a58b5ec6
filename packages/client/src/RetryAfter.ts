/**
 * The `Retry-After` header, read strictly: a number of seconds, or one of the three date forms of RFC 9110 §5.6.7.
 * Anything else is ignored, never guessed.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
const shortDays = days.map((day) => day.slice(0, 3))
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

const day = `(?<weekday>${shortDays.join("|")})`
const longDay = `(?<weekday>${days.join("|")})`
const month = `(?<month>${months.join("|")})`
const time = "(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})"

const imfFixdate = new RegExp(`^${day}, (?<day>\\d{2}) ${month} (?<year>\\d{4}) ${time} GMT$`)
const rfc850 = new RegExp(`^${longDay}, (?<day>\\d{2})-${month}-(?<year>\\d{2}) ${time} GMT$`)
const asctime = new RegExp(`^${day} ${month} (?<day>[ \\d]\\d) ${time} (?<year>\\d{4})$`)

const millisPerDay = 86_400_000
const millisPerYear = 365.2425 * millisPerDay
const fiftyYears = 50 * millisPerYear
/** Longer than any wait, and short enough that now and this make a date. */
const longestSeconds = 1e11

/** Midnight of a day, if there is such a day: Date.UTC rolls 31 February over into March. */
const dayOf = (year: number, monthIndex: number, date: number): Option.Option<number> => {
  const midnight = Date.UTC(year, monthIndex, date)
  const exists = date >= 1 && (date <= 28 || midnight < Date.UTC(year, monthIndex + 1, 1))
  return exists ? Option.some(midnight) : Option.none()
}

const timeOfDay = (hour: number, minute: number, second: number): Option.Option<number> =>
  hour <= 23 && minute <= 59 && second <= 60 ? Option.some(((hour * 60 + minute) * 60 + second) * 1000) : Option.none()

const isWeekday = (midnight: number, name: string) =>
  shortDays[(((midnight / millisPerDay + 4) % 7) + 7) % 7] === name.slice(0, 3)

/** The years that the digits can mean, the latest first. */
const candidates = (digits: string, now: number): ReadonlyArray<number> => {
  if (digits.length === 4) return [Number(digits)]
  const century = Math.floor((1970 + now / millisPerYear) / 100) * 100
  return [century + 100, century, century - 100].map((first) => first + Number(digits))
}

/**
 * An instant in any of the three forms, in epoch milliseconds; `now` determines the century of a year of two digits.
 */
export const httpDate = (text: string, now: number): Option.Option<number> => {
  const groups = (imfFixdate.exec(text) ?? rfc850.exec(text) ?? asctime.exec(text))?.groups
  if (groups === undefined) return Option.none()
  const { day = "", hour, minute, month = "", second, weekday = "", year = "" } = groups
  const days = candidates(year, now).map((year) => dayOf(year, months.indexOf(month), Number(day)))
  // A two-digit year that seems more than 50 years ahead is in the past (RFC 9110 §5.6.7).
  const meant =
    year.length === 4 ? days[0]! : Option.firstSomeOf(days.map(Option.filter((at) => at <= now + fiftyYears)))
  return Option.flatMap(
    Option.filter(meant, (midnight) => isWeekday(midnight, weekday)),
    (midnight) => Option.map(timeOfDay(Number(hour), Number(minute), Number(second)), (time) => midnight + time)
  )
}

/** How long to wait, counted from `now` (epoch milliseconds). A date in the past means no wait. */
export const parse = (value: string | undefined, now: number): Option.Option<Duration.Duration> => {
  if (value === undefined) return Option.none()
  // Blanks around a value are no part of it (RFC 9110 §5.5), and not every transport takes them away.
  const header = value.trim()
  if (/^\d+$/.test(header)) return Option.some(Duration.seconds(Math.min(Number(header), longestSeconds)))
  return Option.map(httpDate(header, now), (at) => Duration.millis(Math.max(0, at - now)))
}
