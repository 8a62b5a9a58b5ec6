/**
 * A conversation that goes on in another chat after the assistant was asked for a follow-up, on a server that shares no
 * code with ours, in virtual time.
 */
import { expect, it } from "@effect/vitest"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Build from "./Build.ts"
import * as PlainService from "./PlainService.ts"

/** Asked for at 12:19:46, and looked at for the last time at 12:19:56: the assistant writes at 12:20:01. */
const policy = Build.policy({ effective_from: "all", steps: [{ after: "20 minutes", action: "schedule_follow_up" }] })

it.live.each([
  ["before the last look, which the watch has not seen", "2026-07-15T12:19:50Z", "1 hour", false],
  ["after the last look, which the watch has seen", "2026-07-15T12:19:57Z", "1 second", false],
  ["while the service does not tell the newest chat", "2026-07-15T12:19:50Z", "1 hour", true]
] as const)("the contact writes in another chat %s: the follow-up is taken back", ([, at, every, isSilent]) =>
  Effect.gen(function* () {
    const chats = {
      ada: {},
      later: { state: { conversation_id: "conversation_ada" }, messages: [{ by: "contact", at, text: "Hello again." }] }
    } as const
    let asked = 0
    /** The first request for the newest chat is made before the assistant is asked. */
    const broken = (line: string) =>
      isSilent && line.includes("/state/info") && ++asked > 1 ? { status: 403, body: "{}" } : undefined
    const found = yield* PlainService.played({ chats, broken }, (vendor) =>
      Effect.gen(function* () {
        yield* Effect.sleep("15 minutes")
        const sql = yield* SqlClient.SqlClient
        return {
          sent: vendor.sentTo("ada"),
          asked: vendor.requests.filter((line) => line.startsWith("PATCH ")).length,
          followUps: yield* sql`SELECT chat_id, status, reason FROM follow_ups WHERE status <> 'planned'`
        }
      }).pipe(PlainService.life(vendor, policy, PlainService.inbox(every)))
    )
    expect(found).toMatchObject({ sent: 0, asked: 2 })
    expect(found.followUps).toContainEqual({ chat_id: "ada", status: "withdrawn", reason: "moved_on" })
  })
)
