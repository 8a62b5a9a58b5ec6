/**
 * One pass of a cron job that has the assistant write, on a server that shares no code with ours, in virtual time.
 */
import { expect, it } from "@effect/vitest"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Build from "./Build.ts"
import * as PlainService from "./PlainService.ts"
import type * as PlainVendor from "./PlainVendor.ts"

const policy = Build.policy({ effective_from: "all", steps: [{ after: "20 minutes", action: "schedule_follow_up" }] })

const asked: PlainVendor.Fixture["messages"] = [
  { by: "contact", at: PlainService.since, text: "Do you ship to Malta?" },
  { by: "assistant", at: "2026-07-15T12:00:01Z", text: "We do." }
]

/** Two passes, at half past twelve and at one: the first has the assistant write at 12:30:15, and looks 5 s before. */
const played = (chats: Readonly<Record<string, PlainVendor.Fixture>>, cut?: PlainVendor.Options["cut"]) =>
  PlainService.played({ chats, ...(cut && { cut }) }, (vendor) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* Effect.sleep("20 minutes")
      yield* PlainService.pass(vendor, policy, ["ada"])
      const first = yield* sql`SELECT status, reason FROM follow_ups`
      yield* Effect.sleep("30 minutes")
      yield* PlainService.pass(vendor, policy, ["ada"])
      return { sent: vendor.sentTo("ada"), first, second: yield* sql`SELECT status, reason FROM follow_ups` }
    })
  )

it.live("nobody writes: the pass ends before the message, and the next one finds it", () =>
  Effect.gen(function* () {
    const found = yield* played({ ada: {} })
    expect(found).toEqual({
      sent: 1,
      first: [{ status: "armed", reason: null }],
      second: [{ status: "sent", reason: null }]
    })
  })
)

it.live("the contact writes after the update: the pass waits for its last look, and takes the follow-up back", () =>
  Effect.gen(function* () {
    const found = yield* played({
      ada: { messages: [...asked, { by: "contact", at: "2026-07-15T12:30:05Z", text: "And to Gozo?" }] }
    })
    const withdrawn = [{ status: "withdrawn", reason: "replied" }]
    expect(found).toEqual({ sent: 0, first: withdrawn, second: withdrawn })
  })
)

it.live("the last look fails: another one comes in time", () =>
  Effect.gen(function* () {
    let lists = 0
    const found = yield* played(
      { ada: { messages: [...asked, { by: "contact", at: "2026-07-15T12:30:05Z", text: "And to Gozo?" }] } },
      // The first reading of the inbox is for the plan, the second for the update.
      (line) => (line.includes("/inbox") && ++lists > 2 && lists < 6 ? "before" : undefined)
    )
    expect(found).toMatchObject({ sent: 0, first: [{ status: "withdrawn", reason: "replied" }] })
  })
)
