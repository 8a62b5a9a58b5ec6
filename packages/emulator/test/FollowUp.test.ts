import type { ChatId, ContactId } from "@effect-invent/domain/Ids"
import { assert, describe } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import { Log } from "../src/Log.ts"
import type { Obstacle } from "../src/Behaviour.ts"
import type { Refusal } from "../src/Refusal.ts"
import { World } from "../src/World.ts"
import { fromNow, layer, messagesOf, openChat, stateOf, summary, write } from "./Fixtures.ts"

/** An open chat whose follow-up is due in an hour. */
const armed = Effect.gen(function* () {
  const world = yield* World
  const chat = yield* openChat
  const due = yield* fromNow("1 hour")
  yield* world.updateState(chat.chat_id, { follow_up_at: due }, "scheduler")
  return { ...chat, due }
})

const followUps = Effect.map(
  Effect.flatMap(Log, (log) => log.entries),
  (entries) => entries.flatMap((entry) => (entry.kind === "message" && entry.cause === "follow_up" ? [entry] : []))
)

describe("follow_up_at", () => {
  it.effect("falls due once, at its very instant, and is cleared", () =>
    Effect.gen(function* () {
      const { chat_id, due } = yield* armed
      yield* TestClock.adjust("3599999 millis")
      assert.lengthOf(yield* messagesOf(chat_id), 0)
      yield* TestClock.adjust("1 day")
      assert.deepStrictEqual(summary(yield* messagesOf(chat_id)), ["assistant COMPLETED"])
      const [entry, ...others] = yield* followUps
      assert.lengthOf(others, 0)
      assert.deepStrictEqual(entry?.at, due)
      assert.strictEqual((yield* stateOf(chat_id))?.follow_up_at, null)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("further away than a timer reaches still falls due at its instant", () =>
    Effect.gen(function* () {
      const world = yield* World
      const { chat_id } = yield* openChat
      const due = yield* fromNow("40 days")
      yield* world.updateState(chat_id, { follow_up_at: due }, "scheduler")
      yield* TestClock.adjust("50 days")
      assert.deepStrictEqual(
        (yield* followUps).map(({ at }) => at),
        [due]
      )
    }).pipe(Effect.provide(layer()))
  )

  it.effect("set again moves the follow-up", () =>
    Effect.gen(function* () {
      const world = yield* World
      const { chat_id } = yield* armed
      const later = yield* fromNow("2 hours")
      yield* world.updateState(chat_id, { follow_up_at: later }, "scheduler")
      yield* TestClock.adjust("1 day")
      assert.deepStrictEqual(
        (yield* followUps).map(({ at }) => at),
        [later]
      )
    }).pipe(Effect.provide(layer()))
  )

  it.effect("set again leaves nothing of the earlier instant, even where its timer comes too late to be stopped", () =>
    Effect.gen(function* () {
      const world = yield* World
      const { chat_id, due } = yield* armed
      const later = yield* fromNow("2 hours")
      yield* world.updateState(chat_id, { follow_up_at: later }, "scheduler")
      yield* world.followUp(chat_id, due)
      assert.deepStrictEqual((yield* stateOf(chat_id))?.follow_up_at, later)
      assert.lengthOf(yield* followUps, 0)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("set to null cancels the follow-up", () =>
    Effect.gen(function* () {
      const world = yield* World
      const { chat_id } = yield* armed
      yield* world.updateState(chat_id, { follow_up_at: null }, "scheduler")
      yield* TestClock.adjust("1 day")
      assert.lengthOf(yield* followUps, 0)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("in the past falls due at once", () =>
    Effect.gen(function* () {
      const world = yield* World
      const { chat_id } = yield* openChat
      yield* TestClock.adjust("1 hour")
      const follow_up_at = DateTime.subtract(yield* DateTime.now, { minutes: 1 })
      yield* world.updateState(chat_id, { follow_up_at }, "scheduler")
      yield* TestClock.adjust("0 millis")
      assert.lengthOf(yield* followUps, 1)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("is cleared by the contact's reply", () =>
    Effect.gen(function* () {
      const chat = yield* armed
      yield* write(chat)
      assert.strictEqual((yield* stateOf(chat.chat_id))?.follow_up_at, null)
      yield* TestClock.adjust("1 day")
      assert.lengthOf(yield* followUps, 0)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("outlives the contact's reply when the option says so", () =>
    Effect.gen(function* () {
      const chat = yield* armed
      yield* write(chat)
      yield* TestClock.adjust("1 day")
      assert.lengthOf(yield* followUps, 1)
    }).pipe(Effect.provide(layer({ replyClearsFollowUp: false })))
  )

  const obstruct: Record<
    Obstacle,
    (chat: { readonly chat_id: ChatId; readonly contact_id: ContactId }) => Effect.Effect<void, Refusal, World>
  > = {
    closed: ({ chat_id }) => Effect.flatMap(World, (world) => world.setState(chat_id, "CLOSED")),
    snoozed: ({ chat_id }) => Effect.flatMap(World, (world) => world.setState(chat_id, "SNOOZED")),
    muted: ({ chat_id }) =>
      Effect.flatMap(World, (world) => Effect.flatMap(fromNow("61 minutes"), (until) => world.mute(chat_id, until))),
    aiDisabled: ({ chat_id }) => Effect.flatMap(World, (world) => world.takeOver(chat_id)),
    blocked: ({ contact_id }) => Effect.flatMap(World, (world) => world.block(contact_id)),
    unsubscribed: ({ contact_id }) => Effect.flatMap(World, (world) => world.unsubscribe(contact_id))
  }

  for (const obstacle of Object.keys(obstruct) as ReadonlyArray<Obstacle>) {
    const fires = Effect.gen(function* () {
      const chat = yield* armed
      yield* obstruct[obstacle](chat)
      yield* TestClock.adjust("1 day")
      assert.strictEqual((yield* stateOf(chat.chat_id))?.follow_up_at, null)
      return (yield* followUps).length
    })

    it.effect(`is not written when ${obstacle} and the option says so`, () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* fires, 0)
      }).pipe(Effect.provide(layer({ followUpFiresWhen: { [obstacle]: false } })))
    )

    it.effect(`is written although ${obstacle} when the option says so`, () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* fires, 1)
      }).pipe(Effect.provide(layer({ followUpFiresWhen: { [obstacle]: true } })))
    )
  }

  it.effect("is written when the mute ended at that very instant", () =>
    Effect.gen(function* () {
      const world = yield* World
      const { chat_id, due } = yield* armed
      yield* world.mute(chat_id, due)
      yield* TestClock.adjust("1 day")
      assert.lengthOf(yield* followUps, 1)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("stays as it was after an obstacle when the option says so, and never fires later", () =>
    Effect.gen(function* () {
      const world = yield* World
      const { chat_id, due } = yield* armed
      yield* world.setState(chat_id, "CLOSED")
      yield* TestClock.adjust("1 day")
      yield* world.setState(chat_id, "OPEN")
      yield* TestClock.adjust("1 day")
      assert.deepStrictEqual((yield* stateOf(chat_id))?.follow_up_at, due)
      assert.lengthOf(yield* followUps, 0)
    }).pipe(Effect.provide(layer({ suppressedFollowUp: "kept" })))
  )
})
