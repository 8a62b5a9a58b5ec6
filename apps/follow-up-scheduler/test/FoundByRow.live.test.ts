/**
 * How a follow-up is found that the assistant was asked for, on a server that shares no code with ours, in virtual
 * time: by the row of its chat in the inbox, or by its messages.
 */
import { expect, it } from "@effect/vitest"
import * as SqlClient from "@effect/sql/SqlClient"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Build from "./Build.ts"
import * as PlainService from "./PlainService.ts"
import type * as PlainVendor from "./PlainVendor.ts"

/** Asked for at 12:19:46, and looked at for the last time at 12:19:56: the assistant writes at 12:20:01. */
const policy = Build.policy({ effective_from: "all", steps: [{ after: "20 minutes", action: "schedule_follow_up" }] })

/** What became of the follow-up, and the requests for its chat after the update. */
const played = (
  fixture: PlainVendor.Fixture,
  isTakenBackByReply = true,
  until: Duration.DurationInput = "15 minutes"
) =>
  PlainService.played({ chats: { ada: fixture }, isTakenBackByReply }, (vendor) =>
    Effect.gen(function* () {
      yield* Effect.sleep(until)
      const sql = yield* SqlClient.SqlClient
      const ofChat = vendor.requests.filter((request) => request.includes(" /chats/ada"))
      return {
        sent: vendor.sentTo("ada"),
        after: ofChat.slice(ofChat.findIndex((request) => request.startsWith("PATCH ")) + 1),
        followUps: yield* sql`SELECT status, reason FROM follow_ups WHERE status <> 'planned'`
      }
    }).pipe(PlainService.life(vendor, policy, PlainService.inbox("20 seconds")))
  )

/** A question, its answer, and a further question after the last look. */
const messages: PlainVendor.Fixture["messages"] = [
  { by: "contact", at: PlainService.since, text: "Do you ship to Malta?" },
  { by: "assistant", at: "2026-07-15T12:00:01Z", text: "We do." },
  { by: "contact", at: "2026-07-15T12:19:58Z", text: "And to Gozo?" }
]

const sent = [{ status: "sent", reason: null }]

it.live("the row shows it, and that the contact has not written since: its messages are not listed", () =>
  Effect.gen(function* () {
    expect(yield* played({})).toEqual({ sent: 1, after: [], followUps: sent })
  })
)

it.live("the row does not tell when the contact wrote: the new messages are listed", () =>
  Effect.gen(function* () {
    const found = yield* played({ state: { last_contact_message_at: null } })
    expect(found).toEqual({ sent: 1, after: [expect.stringContaining("/messages?")], followUps: sent })
  })
)

it.live("the contact wrote after the last look, and the assistant answered: that may be the follow-up, or not", () =>
  Effect.gen(function* () {
    const found = yield* played({
      messages: [
        { by: "contact", at: PlainService.since, text: "Do you ship to Malta?" },
        { by: "assistant", at: "2026-07-15T12:00:01Z", text: "We do." },
        { by: "contact", at: "2026-07-15T12:19:58Z", text: "And to Gozo?" },
        { by: "assistant", at: "2026-07-15T12:20:03Z", text: "To Gozo, too." }
      ]
    })
    expect(found).toMatchObject({ sent: 0, followUps: [{ status: "unknown", reason: "replied" }] })
    expect(found.after).toContainEqual(expect.stringContaining("/messages?"))
  })
)

it.live(
  "the contact wrote after the last look, and the service wrote all the same: nobody says that it was taken back",
  () =>
    Effect.gen(function* () {
      const found = yield* played({ messages }, false)
      expect(found).toMatchObject({ sent: 1, followUps: [{ status: "unknown", reason: "replied" }] })
    })
)

it.live(
  "a message that crossed a reply begins no silence: nothing more goes out until somebody answers the contact",
  () =>
    Effect.gen(function* () {
      const found = yield* played({ messages }, false, "2 hours")
      expect(found).toMatchObject({ sent: 1, followUps: [{ status: "unknown", reason: "replied" }] })
    })
)
