/** Instants, lengths of time and steps, in few characters. */
import type * as DateTime from "effect/DateTime"
import type { Action, Overview } from "../src/operatorPage/Api.ts"

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000]
] as const

/** The two largest units: `2 d 4 h`, `12 s`. */
export const length = (millis: number): string => {
  const first = units.findIndex(([, unit]) => millis >= unit)
  if (first === -1) return "0 s"
  const [name, unit] = units[first]!
  const next = units[first + 1]
  const whole = Math.floor(millis / unit)
  const rest = next === undefined ? 0 : Math.floor((millis % unit) / next[1])
  return next === undefined || rest === 0 || whole >= 10 ? `${whole} ${name}` : `${whole} ${name} ${rest} ${next[0]}`
}

/** The time from `from` until `to`: `in 4 s`, `now`, or from 10 seconds after it, `12 s late`. */
export const distance = (from: number, to: DateTime.Utc): string => {
  const millis = to.epochMillis - from
  if (millis > 999) return `in ${length(millis)}`
  return millis < -10_000 ? `${length(-millis)} late` : "now"
}

/** The time since `at`: `12 s ago`; `now` below a second. `now` is in epoch milliseconds. */
export const ago = (now: number, at: DateTime.Utc): string => {
  const millis = now - at.epochMillis
  return millis < 1000 ? "now" : `${length(millis)} ago`
}

const formats = new Map<string, Intl.DateTimeFormat>()
const format = (zone: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = `${zone}${JSON.stringify(options)}`
  const made =
    formats.get(key) ??
    new Intl.DateTimeFormat("en-GB", { ...options, ...(zone === undefined ? {} : { timeZone: zone }) })
  formats.set(key, made)
  return made
}

const hourMinute = { hour: "2-digit", minute: "2-digit" } as const

/** Hour and minute on the clock of a zone; without a zone, on the browser's clock. */
export const clock = (at: DateTime.Utc | number, zone?: string): string =>
  format(zone, hourMinute).format(typeof at === "number" ? at : at.epochMillis)

/** Weekday, hour and minute on the clock of a zone; without a zone, on the browser's clock. */
export const dayAndClock = (at: DateTime.Utc | number, zone?: string): string =>
  format(zone, { weekday: "short", ...hourMinute }).format(typeof at === "number" ? at : at.epochMillis)

/** ISO 8601 in UTC, with milliseconds: for `dateTime` and the title of a time. */
export const exact = (at: DateTime.Utc): string => new Date(at.epochMillis).toISOString()

/** Date, hour and minute in UTC: `2026-07-15 13:00`. */
export const minute = (at: DateTime.Utc): string => exact(at).slice(0, 16).replace("T", " ")

const actions: Record<NonNullable<Action>, string> = {
  schedule_follow_up: "assistant writes",
  send_message: "our message",
  snooze: "snooze",
  close: "close",
  assign: "assign"
}

interface Named {
  readonly action: Action
  readonly policy: string
  readonly variant: string | null
  readonly step: number
}

/**
 * `step 2: close`; and `step 2 of quotes@1: close`, where several policies are in force or this one is in force no
 * more. With the variant, where there is one: `step 2, variant long: close`.
 */
export const step = ({ action, policy, step, variant }: Named, inForce: Overview["policies"]): string => {
  const isOnly = inForce.length === 1 && inForce[0]?.id === policy
  const of = variant === null ? "" : `, variant ${variant}`
  const name = isOnly ? `step ${step}${of}` : `step ${step} of ${policy}${of}`
  return action === null ? name : `${name}: ${actions[action]}`
}

/** `Tokyo` of `Asia/Tokyo`. */
export const place = (zone: string): string => (zone.split("/").at(-1) ?? zone).replaceAll("_", " ")
