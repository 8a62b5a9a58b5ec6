/** An example: a policy of your own, applied to a chat of your own, without a network or a clock that ticks. */
import * as InventClient from "@effect-invent/client/InventClient"
import { ChatId, MessageId } from "@effect-invent/domain/Ids"
import { expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { it } from "../../../tools/testing/it.ts"
import * as ChatReader from "../src/ChatReader.ts"
import * as Decide from "../src/Decide.ts"
import * as Ledger from "../src/Ledger.ts"
import * as Policy from "../src/Policy.ts"
import * as Databases from "./Databases.ts"

const chat_id = ChatId.make("chat_1")

/** After a weekend of silence, on weekdays, never before eleven in the morning. */
const afterTheWeekend = Policy.decode({
  name: "after-the-weekend",
  version: 1,
  time_zone: "Europe/Lisbon",
  weekdays: [1, 2, 3, 4, 5],
  quiet_hours: { start: "18:00", end: "11:00" },
  steps: [{ after: "2 days", action: "schedule_follow_up" }]
})

/** We answered on Friday at five. */
const answered = {
  id: MessageId.make("message_1"),
  role: "assistant",
  created_at: DateTime.unsafeMake("2026-07-17T16:00:00Z")
} as const
const invent = InventClient.layerMock({
  inbox: { stream: () => Stream.make({ id: chat_id }) },
  messages: { stream: () => Stream.make(answered) }
})

const ledger = Layer.provide(Ledger.layer, Databases.sqlite)

it.effect("a policy of your own decides what to do on Monday morning", () =>
  Effect.gen(function* () {
    const chat = yield* Effect.flatMap(ChatReader.ChatReader, (reader) => reader.read(chat_id))
    const now = DateTime.unsafeMake("2026-07-20T08:00:00Z")
    const decision = Decide.decide({ policy: yield* afterTheWeekend, chat, taken: [], now })
    // arm_lead before eleven in Lisbon
    const until = DateTime.unsafeMake("2026-07-20T09:59:45Z")
    expect(decision).toEqual(Decide.Decision.Wait({ step: 1, anchor_id: answered.id, until, reason: "quiet_hours" }))
  }).pipe(Effect.provide(ChatReader.layer.pipe(Layer.provide([invent, ledger]))))
)
