import * as InventClient from "@effect-invent/client/InventClient"
import { ChatId } from "@effect-invent/domain/Ids"
import * as Emulator from "@effect-invent/emulator/Emulator"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"

const program = Effect.gen(function* () {
  const invent = yield* InventClient.InventClient
  const { world } = yield* Emulator.Emulator
  const contact = yield* world.addContact({ name: "Ada", channels: [{ type: "custom" }] })
  const channel = contact.channels[0] ?? (yield* Effect.dieMessage("a contact without its channel"))
  const path = { contact_id: contact.id, channel_id: channel.id }
  const chat = yield* invent.contacts.createChat({ path, payload: {} })
  return yield* invent.messages.list({ path: { chat_id: chat.id }, urlParams: {} })
})

it.effect("the client and the emulator meet in one test, without a socket", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* program, [])
  }).pipe(Effect.provide(Layer.provideMerge(InventClient.layer(Emulator.client), Emulator.layer())))
)

it.effect(
  "one clock moves both: what the emulator refuses now it lets in a minute later, and the client waits for it",
  () =>
    Effect.gen(function* () {
      const { log } = yield* Emulator.Emulator
      const invent = yield* InventClient.InventClient
      const fiber = yield* Effect.fork(
        Effect.replicateEffect(
          Effect.flip(invent.messages.list({ path: { chat_id: ChatId.make("chat_none") }, urlParams: {} })),
          2
        )
      )
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(
        (yield* Fiber.join(fiber)).map(({ _tag }) => _tag),
        ["NotFound", "NotFound"]
      )
      const statuses = (yield* log.entries).flatMap((entry) => (entry.kind === "request" ? [entry.status] : []))
      assert.deepStrictEqual(
        statuses.filter((status) => status !== 429),
        [404, 404]
      )
      assert.include(statuses, 429)
    }).pipe(
      Effect.provide(
        Layer.provideMerge(
          InventClient.layer(Emulator.client),
          Emulator.layer({ limit: { limit: 1, window: "1 minute", retryAfter: "seconds" } })
        )
      )
    )
)
