/** The table of `docs/adopting.md` that says of each error what to do about it. */
import * as InventError from "@effect-invent/domain/InventError"
import { describe, expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"

/** The compiler refuses this where it is not all tags of the union. */
const tags: Readonly<Record<InventError.InventError["_tag"], true>> = {
  InvalidRequest: true,
  BadRequest: true,
  Unauthorized: true,
  Forbidden: true,
  NotFound: true,
  Conflict: true,
  UnprocessableContent: true,
  RateLimited: true,
  ServerFault: true,
  UnexpectedResponse: true,
  ConnectionFailed: true,
  ConnectionLost: true,
  TimedOut: true,
  QueueFull: true,
  RateLimitUnavailable: true,
  RetryAfterTooLong: true,
  OutcomeUnknown: true
}

const page = readFileSync(new URL("../../../docs/adopting.md", import.meta.url), "utf8")
const rows = [...page.matchAll(/^\| `(\w+)` \| (.+) \| (yes|no) \|$/gm)].map(([, tag = "", what = "", later = ""]) => ({
  tag,
  what,
  later
}))

/** A field, or an option, that a row names in backticks. */
const named = (what: string) => [...what.matchAll(/`([\w.]+)`/g)].map(([, name = ""]) => name)
const elsewhere = new Set([
  "ConnectionLost",
  "follow_up_at",
  "INVENT_API_KEY",
  "deadlines",
  "deadlines.total",
  "rateLimit.maxQueued",
  "Reconcile"
])
const fieldsOf = (tag: string) =>
  Object.keys((InventError as unknown as Record<string, { readonly fields: object }>)[tag]!.fields)

describe("what to do about an error", () => {
  it("is said once of each tag, in the order of the module", () => {
    expect(rows.map(({ tag }) => tag)).toEqual(Object.keys(tags))
  })

  it("says whether the same call can succeed later, as isRetryable does", () => {
    for (const { later, tag } of rows) {
      expect(later, tag).toBe(InventError.isRetryable({ _tag: tag } as InventError.InventError) ? "yes" : "no")
    }
  })

  it("names only fields that the error has", () => {
    const names = rows.flatMap(({ tag, what }) => named(what).map((name) => [tag, name] as const))
    expect(names.length).toBeGreaterThan(10)
    for (const [tag, name] of names) {
      if (!elsewhere.has(name)) expect(fieldsOf(tag), tag).toContain(name)
    }
  })
})
