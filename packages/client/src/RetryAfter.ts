/**
 * The `Retry-After` header, read strictly: a number of seconds, or one of the three date forms of RFC 9110 §5.6.7. Anything
 * else is ignored, never guessed.
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
const fiftyYears = 50 * 365.2425 * millisPerDay

const epochMillis = (year: number, part: (name: string) => number, monthIndex: number): Option.Option<number> => {
  const [date, hour, minute, second] = [part("day"), part("hour"), part("minute"), part("second")]
  if (date < 1 || hour > 23 || minute > 59 || second > 60) return Option.none()
  const midnight = Date.UTC(year, monthIndex, date)
  // Date.UTC rolls 31 February over into March; a date that does not exist is not a date.
  if (date > 28 && midnight >= Date.UTC(year, monthIndex + 1, 1)) return Option.none()
  return Option.some(midnight + ((hour * 60 + minute) * 60 + second) * 1000)
}

const httpDate = (text: string, now: number): Option.Option<number> => {
  const groups = (imfFixdate.exec(text) ?? rfc850.exec(text) ?? asctime.exec(text))?.groups
  if (groups === undefined) return Option.none()
  const part = (name: string) => Number(groups[name])
  const monthIndex = months.indexOf(groups["month"] ?? "")
  const weekday = (groups["weekday"] ?? "").slice(0, 3)
  const onWeekday = (at: number) => shortDays[(Math.floor(at / millisPerDay) + 4) % 7] === weekday
  if (groups["year"]?.length === 4) return Option.filter(epochMillis(part("year"), part, monthIndex), onWeekday)
  // A two-digit year that seems more than 50 years ahead is in the past (RFC 9110 §5.6.7).
  const century = Math.floor((1970 + now / (365.2425 * millisPerDay)) / 100) * 100
  const recent = epochMillis(century + part("year"), part, monthIndex)
  const settled = Option.exists(recent, (at) => at > now + fiftyYears)
    ? epochMillis(century - 100 + part("year"), part, monthIndex)
    : recent
  return Option.filter(settled, onWeekday)
}

/** How long to wait, counted from `now` (epoch milliseconds). A date in the past means no wait. */
export const parse = (header: string | undefined, now: number): Option.Option<Duration.Duration> => {
  if (header === undefined) return Option.none()
  if (/^\d{1,15}$/.test(header)) return Option.some(Duration.seconds(Number(header)))
  return Option.map(httpDate(header, now), (at) => Duration.millis(Math.max(0, at - now)))
}
