/**
 * Finds when a message may be sent. `nextAllowed` gives the first instant whose wall clock in an IANA time zone lies
 * inside a daily window, on an allowed weekday that is no holiday. It is exact around every change of the zone's
 * offset: skipped and repeated hours, days without a midnight, dates that never happened. `AllowedHours` is the same
 * rule as a schema, so that a policy with a misspelt zone or an empty window is refused when it is loaded.
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const minuteMillis = 60_000
const dayMillis = 86_400_000
const dayMinutes = 1_440
const horizonMinutes = 9 * dayMinutes
const latestMillis = 8.64e15 // the last instant that DateTime and Intl can express

// -- the rule ---------------------------------------------------------------------------------------------------------

const timeOfDay = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/

/** A wall clock time, `HH:MM`, from `00:00` to `24:00` (the end of the day). */
export const TimeOfDay = Schema.String.pipe(
  Schema.pattern(timeOfDay, { identifier: "TimeOfDay", message: () => "Expected a time from 00:00 to 24:00" })
)

/**
 * From `start` (inclusive) to `end` (exclusive) on the wall clock. `22:00`–`06:00` crosses midnight; the whole day is
 * `00:00`–`24:00`. Equal ends are an empty window, and so is `24:00`–`00:00`: the schema refuses both.
 */
export const Window = Schema.Struct({ start: TimeOfDay, end: TimeOfDay }).pipe(
  Schema.filter((window) => spansOf(window).length > 0 || `${window.start}–${window.end} is never open`, {
    identifier: "Window"
  })
)

/** @see {@link Window} */
export type Window = typeof Window.Type

/**
 * An IANA zone name that this runtime has, in any case: `Europe/Lisbon`, `UTC`. A bare offset such as `+01:00` is not
 * one, because whether `Intl` takes it depends on the version of Node.
 */
export const isZone = (zone: string): boolean => Option.isSome(offsetsOf(zone))

/** @see {@link isZone} */
export const Zone = Schema.String.pipe(
  Schema.filter(isZone, { identifier: "Zone", message: ({ actual }) => `Unknown time zone: ${actual}` })
)

/** An ISO 8601 weekday: 1 is Monday, 7 is Sunday. */
export const Weekday = Schema.Int.pipe(Schema.between(1, 7, { identifier: "Weekday" }))

/** A calendar date that exists, `YYYY-MM-DD`. */
export const LocalDate = Schema.String.pipe(
  Schema.filter(
    (date) =>
      /^\d{4}-\d{2}-\d{2}$/.test(date) &&
      Option.exists(DateTime.make(`${date}T00:00:00Z`), (day) => DateTime.formatIsoDateUtc(day) === date),
    { identifier: "LocalDate", message: () => "Expected a date such as 2026-12-24" }
  )
)

/**
 * The hours in which sending is allowed. `weekdays` defaults to every day and `holidays` to none; both are compared
 * with the local date of the instant itself, so the part of a window after midnight belongs to the later date.
 */
export const AllowedHours = Schema.Struct({
  zone: Zone,
  window: Window,
  weekdays: Schema.optional(Schema.Array(Weekday).pipe(Schema.minItems(1))),
  holidays: Schema.optional(Schema.Array(LocalDate))
})

/** @see {@link AllowedHours} */
export type AllowedHours = typeof AllowedHours.Type

/** The same, with a rule beside the list: no message on a local date, `YYYY-MM-DD`, for which `isDayOff` holds. */
export interface Hours extends AllowedHours {
  readonly isDayOff?: ((date: string) => boolean) | undefined
}

/** Minutes of the local day, `open` inclusive, `close` exclusive. */
interface Span {
  readonly open: number
  readonly close: number
}

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** The window as up to two spans of one local day, in order. Malformed times give none. */
const spansOf = ({ end, start }: { readonly start: string; readonly end: string }): ReadonlyArray<Span> => {
  if (!timeOfDay.test(start) || !timeOfDay.test(end) || start === end) return []
  const open = minuteOf(start)
  const close = minuteOf(end)
  const spans =
    open < close
      ? [{ open, close }]
      : [
          { open: 0, close },
          { open, close: dayMinutes }
        ]
  return spans.filter((span) => span.open < span.close)
}

/** `day` counts calendar days from 1970-01-01, a Thursday. */
const isAllowedDay = ({ holidays = [], isDayOff, weekdays }: Hours, day: number): boolean => {
  const weekday = ((((day + 3) % 7) + 7) % 7) + 1
  if (weekdays !== undefined && !weekdays.includes(weekday)) return false
  if (holidays.length === 0 && isDayOff === undefined) return true
  const isOff = (date: string) => holidays.includes(date) || isDayOff?.(date) === true
  return !Option.exists(DateTime.make(day * dayMillis), (utc) => isOff(DateTime.formatIsoDateUtc(utc)))
}

// -- the zone ---------------------------------------------------------------------------------------------------------

/** Offset from UTC, in milliseconds, at an instant in epoch milliseconds. */
type Offsets = (epochMillis: number) => number

// A formatter takes some 50 µs to build and under 1 µs to use. Bounded: one entry per zone name of the runtime.
const formatters = new Map<string, Intl.DateTimeFormat>()

// Of the outputs that carry the offset this is the cheapest one: "Thu, GMT+01:00", "Thu, GMT-00:44:30", "Thu, GMT".
const makeFormatter = Option.liftThrowable(
  (timeZone: string) => new Intl.DateTimeFormat("en-US", { timeZone, weekday: "short", timeZoneName: "longOffset" })
)

const longOffset = /GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/

const offsetsOf = (zone: string): Option.Option<Offsets> => {
  const name = zone.toLowerCase()
  if (!/^[a-z]/.test(name)) return Option.none()
  const formatter = Option.orElse(Option.fromNullable(formatters.get(name)), () => makeFormatter(name))
  return Option.map(formatter, (format) => {
    formatters.set(name, format)
    return (epochMillis) => {
      const match = longOffset.exec(format.format(epochMillis))
      if (match === null) return 0
      const [, sign, hours, minutes, seconds = 0] = match
      return (sign === "-" ? -1000 : 1000) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds))
    }
  })
}

/**
 * All changes of a zone's offset between two instants, and the offset at the first of them, as text: two zones with the
 * same text show the same clock in between. None where the zone is unknown.
 */
export const offsetChanges = (zone: string, from: DateTime.Utc, until: DateTime.Utc): Option.Option<string> =>
  Option.map(offsetsOf(zone), (offsetAt) => {
    const offsetOf = (step: number) => offsetAt(from.epochMillis + step * minuteMillis)
    const last = Math.floor((until.epochMillis - from.epochMillis) / minuteMillis)
    const changes = [`0 ${offsetOf(0)}`]
    // No two changes of one zone are less than 3.9 days apart.
    for (let step = 0; step < last; step += 3 * dayMinutes) {
      const next = Math.min(step + 3 * dayMinutes, last)
      if (offsetOf(next) !== offsetOf(step)) changes.push(`${firstChange(offsetOf, step, next)} ${offsetOf(next)}`)
    }
    return changes.join(", ")
  })

/**
 * The instant at which the clocks of a zone show the same time `days` calendar days later. Where they skip that time,
 * the first instant after the gap; where they show it twice, the first of the two. None where the zone is unknown.
 */
export const daysLater = (zone: string, from: DateTime.Utc, days: number): Option.Option<DateTime.Utc> =>
  Option.flatMap(offsetsOf(zone), (offsetAt) => {
    const wallClock = from.epochMillis + offsetAt(from.epochMillis) + days * dayMillis
    if (!(Math.abs(wallClock) <= latestMillis - dayMillis)) return Option.none()
    const [before, after] = [offsetAt(wallClock - dayMillis), offsetAt(wallClock + dayMillis)]
    const shows = [wallClock - before, wallClock - after].filter((instant) => instant + offsetAt(instant) === wallClock)
    if (shows.length > 0) return Option.some(DateTime.unsafeMake(Math.min(...shows)))
    const start = Math.floor((wallClock - after) / 1000) * 1000
    const seconds = firstChange((step) => offsetAt(start + step * 1000), 0, Math.ceil((after - before) / 1000) + 1)
    return Option.some(DateTime.unsafeMake(start + seconds * 1000))
  })

// -- the search -------------------------------------------------------------------------------------------------------

/**
 * The first allowed instant at or after `from`, in whole-minute steps: one of `from`, `from` + 60 s, `from` + 120 s, …
 * up to and including 9 days, so the seconds and milliseconds of `from` are kept. Its local `HH:MM` (seconds cut off)
 * is inside the window. None if none of them is allowed. Never throws: an unknown zone, a malformed time and an empty
 * window are never open, and a malformed weekday or holiday matches no date.
 *
 * @example
 * nextAllowed({ zone: "Europe/Lisbon", window: { start: "09:00", end: "18:00" }, weekdays: [1, 2, 3, 4, 5], from })
 */
export const nextAllowed = (options: Hours & { readonly from: DateTime.Utc }): Option.Option<DateTime.Utc> =>
  Option.flatMap(offsetsOf(options.zone), (offsetAt) => {
    const spans = spansOf(options.window)
    if (spans.length === 0) return Option.none()

    const from = options.from.epochMillis
    const end = Math.min(horizonMinutes, Math.floor((latestMillis - from) / minuteMillis))
    const offsetOf = (step: number) => offsetAt(from + step * minuteMillis)

    // Each round computes the answer within a day for a constant offset, then checks that the offset stayed the same.
    // A look ahead of one day cannot miss a pair of changes that cancel out: in the tz database (1800–2060) no two
    // changes of one zone are less than 3.9 days apart, since 1970 none less than 6.9.
    let step = 0
    let offset = offsetOf(step)
    while (true) {
      const last = Math.min(step + dayMinutes, end)
      const found = firstOpen(options, spans, Math.floor((from + offset) / minuteMillis), step, last)
      const next = found ?? last
      const nextOffset = offsetOf(next)
      if (nextOffset !== offset) {
        step = firstChange(offsetOf, step, next)
        offset = nextOffset
      } else if (found !== undefined) {
        return Option.some(DateTime.unsafeMake(from + found * minuteMillis))
      } else if (last === end) {
        return Option.none()
      } else {
        step = last
      }
    }
  })

/**
 * The first instant that each of these rules allows, by {@link nextAllowed}. None if there is none within 9 days, or if
 * there are no rules.
 */
export const nextAllowedByEach = (rules: ReadonlyArray<Hours>, from: DateTime.Utc): Option.Option<DateTime.Utc> => {
  const [first, ...others] = rules
  if (first === undefined) return Option.none()
  if (others.length === 0) return nextAllowed({ ...first, from })
  const end = DateTime.add(from, { minutes: horizonMinutes })
  let at = Option.some(from)
  while (Option.isSome(at) && DateTime.lessThanOrEqualTo(at.value, end)) {
    const before = at.value
    const after = rules.reduce(
      (found, rule) => Option.flatMap(found, (from) => nextAllowed({ ...rule, from })),
      Option.some(before)
    )
    if (Option.exists(after, (after) => DateTime.Equivalence(after, before))) return after
    at = after
  }
  return Option.none()
}

/**
 * The first allowed step in `first`…`last`, under one constant offset. `origin` is the local minute of step 0, counted
 * from 1970-01-01T00:00 on the wall clock; each step is then exactly one local minute.
 */
const firstOpen = (
  hours: Hours,
  spans: ReadonlyArray<Span>,
  origin: number,
  first: number,
  last: number
): number | undefined => {
  for (let day = Math.floor((origin + first) / dayMinutes); day * dayMinutes <= origin + last; day++) {
    if (!isAllowedDay(hours, day)) continue
    const midnight = day * dayMinutes - origin
    for (const { close, open } of spans) {
      const step = Math.max(midnight + open, first)
      if (step < midnight + close && step <= last) return step
    }
  }
  return undefined
}

/** The first step in `before` + 1 … `after` with another offset than `before`, given that `after` has one. */
const firstChange = (offsetOf: (step: number) => number, before: number, after: number): number => {
  const offset = offsetOf(before)
  let low = before
  let high = after
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetOf(middle) === offset) low = middle
    else high = middle
  }
  return high
}
