/** The lines of a log, one by one, and the verdict of the checker on them by a policy. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Checker from "../src/Checker.ts"
import type { Verdict } from "../src/Checker/Verdict.ts"

// The lines of a log. Each time is a duration after noon on Tuesday, 10 March 2026, UTC.

export type Line = Readonly<Record<string, unknown>>

export const noon = Date.UTC(2026, 2, 10, 12)
export const iso = (offset: Duration.DurationInput, ...more: ReadonlyArray<Duration.DurationInput>) =>
  DateTime.formatIso(
    DateTime.unsafeMake(noon + [offset, ...more].reduce<number>((sum, each) => sum + Duration.toMillis(each), 0))
  )
export const before = (offset: Duration.DurationInput) =>
  DateTime.formatIso(DateTime.unsafeMake(noon - Duration.toMillis(offset)))

export const says =
  (author: string, cause: string) =>
  (at: string, more: Line = {}) => [
    {
      kind: "message",
      at,
      chat_id: "chat_1",
      message_id: `message_at_${at}`,
      author,
      cause,
      status: "COMPLETED",
      ...more
    }
  ]
export const contact = says("contact", "message")
export const reply = says("assistant", "reply")
export const followUp = says("assistant", "follow_up")
export const staff = says("user", "takeover")

export const open = { state: "OPEN", ai_enabled: true, follow_up_at: null, muted_until: null, assigned: false }
export const state = (at: string, by: string, change: Line = {}) => [
  { kind: "state", at, chat_id: "chat_1", by, ...open, ...change }
]
export const person = (at: string, change: Line = {}) => [
  { kind: "contact", at, contact_id: "contact_1", blocked: false, unsubscribed: false, ...change }
]
export const chat = (country: string | null, change: Line = {}) => [
  ...person(before("1 hour")),
  { kind: "chat", at: before("1 hour"), chat_id: "chat_1", contact_id: "contact_1", country, ...change },
  ...state(before("1 hour"), "contact")
]
export const request = (at: string, answered_at: string, change: Line = {}) => [
  {
    kind: "request",
    at,
    answered_at,
    key: "scheduler",
    endpoint: "state.update",
    chat_id: "chat_1",
    status: 200,
    ...change
  }
]
/** Nothing happens, and the log goes on until then. */
export const until = (at: string) => request(at, at, { key: "dashboard", chat_id: null })

/** A Londoner wrote, and was answered at noon. */
export const answered = [...chat("GB"), ...contact(before("1 second")), ...reply(iso(0))]
export const armed = (at: string, follow_up_at: string) => [
  ...state(at, "scheduler", { follow_up_at }),
  ...request(at, at)
]

// What the checker finds in such a log.

export const steps = [
  { after: "4 hours", action: "schedule_follow_up" },
  { after: "1 day", action: "schedule_follow_up" }
]

export const readPolicy = (change: Line) =>
  Either.getOrThrow(Checker.readPolicy(JSON.stringify({ steps, time_zone: "UTC", ...change })))

export type More = Omit<Checker.Settings, "grace">

export const judge = (
  lines: ReadonlyArray<Line>,
  policy: Line = {},
  grace: Duration.DurationInput = "3 seconds",
  more: More = {}
): Verdict => {
  const entries = Either.getOrThrow(Checker.readLog(lines.map((line) => `${JSON.stringify(line)}\n`).join("")))
  return Checker.check(entries, readPolicy(policy), { grace, ...more })
}
export const rules = (...judged: Parameters<typeof judge>) => judge(...judged).violations.map(({ rule }) => rule)
