/**
 * A contact who writes a stop word in another of their chats, on a server that shares no code with ours, in virtual
 * time. The watch has not seen it: the inbox is read for a step, or for its last look, and shows it.
 */
import { expect, it } from "@effect/vitest"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Build from "./Build.ts"
import * as PlainService from "./PlainService.ts"

/** Asked for at 12:19:46, and looked at for the last time at 12:19:56: the assistant writes at 12:20:01. */
const policy = Build.policy({ effective_from: "all", steps: [{ after: "20 minutes", action: "schedule_follow_up" }] })

it.live.each([
  ["before the assistant was asked", "2026-07-15T12:19:40Z", "skipped"],
  ["between that and the last look", "2026-07-15T12:19:50Z", "withdrawn"]
] as const)("no follow-up comes where the contact writes STOP in another chat %s", ([, at, status]) =>
  Effect.gen(function* () {
    const chats = {
      ada: {},
      bob: {},
      other: {
        person: "ada",
        messages: [
          { by: "contact", at: "2026-07-15T11:00:00Z", text: "An old question" },
          { by: "contact", at, text: "STOP" }
        ]
      }
    } as const
    const found = yield* PlainService.played({ chats }, (vendor) =>
      Effect.gen(function* () {
        yield* Effect.sleep("15 minutes")
        yield* Effect.sleep("10 minutes")
        const sql = yield* SqlClient.SqlClient
        return {
          sent: [vendor.sentTo("ada"), vendor.sentTo("bob")],
          followUps: yield* sql`SELECT chat_id, status, reason FROM follow_ups WHERE chat_id = 'ada'`
        }
      }).pipe(PlainService.life(vendor, policy, PlainService.inbox("1 hour")))
    )
    expect(found.sent).toEqual([0, 1])
    expect(found.followUps).toEqual([{ chat_id: "ada", status, reason: "opted_out" }])
  })
)
