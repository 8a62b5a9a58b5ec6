import { text } from "@effect-invent/domain/Chat/MessagePart"
import { assert, describe } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Emulator from "../src/Emulator.ts"
import * as Population from "../src/People/Population.ts"
import * as Report from "../src/Report.ts"
import { World } from "../src/World.ts"
import { api, openChat, send, withWorld } from "./Conformance.ts"

const start = (settings?: Emulator.Settings) => withWorld(Emulator.layer(settings))

const breaks = <A, E, R>(assertion: Effect.Effect<A, E, R>, reason: RegExp) =>
  Effect.map(Effect.exit(assertion), (exit) =>
    assert.match(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "it holds", reason)
  )

describe("a report", () => {
  it.effect(
    "distinguishes a change that was made once from one that was lost or doubled, whatever the answers were",
    () =>
      Effect.gen(function* () {
        const path = yield* openChat
        const invent = yield* api
        const say = Effect.exit(invent.contacts.sendMessage({ path, payload: { message: text("Hi") } }))
        yield* breaks(Report.applied("contacts.sendMessage", 1), /applied 0 times, not 1/)
        assert.strictEqual((yield* say)._tag, "Failure")
        yield* Report.applied("contacts.sendMessage", 1)
        yield* say
        yield* breaks(Report.applied("contacts.sendMessage", 1), /applied 2 times, not 1\n.*200, applied, fault "lost"/)
      }).pipe(
        Effect.provide(
          start({ faults: [{ name: "lost", when: { endpoint: "contacts.sendMessage", calls: [1] }, do: { cut: 0 } }] })
        )
      )
  )

  it.effect("reports requests that were too many in any window", () =>
    Effect.gen(function* () {
      const get = send("GET", "/chats/chat_none/messages")
      yield* Effect.replicateEffect(get, 2)
      yield* TestClock.adjust("59999 millis")
      yield* Report.within(2, "1 minute")
      yield* Report.neverLimited
      yield* get
      yield* breaks(Report.within(2, "1 minute"), /More than 2 requests within 1m/)
      yield* Report.within(2, "59999 millis")
      yield* breaks(Report.neverLimited, /1 requests were answered with 429/)
    }).pipe(Effect.provide(start({ limit: { limit: 2, window: "1 minute", model: "sliding" } })))
  )
})

describe("a population", () => {
  const look = (seed: number) =>
    Effect.gen(function* () {
      const world = yield* World
      const people = yield* Population.make({ seed, contacts: 20, chats: 2, channels: ["custom", "whatsapp_bot"] })
      return { people, world: yield* world.everything() }
    }).pipe(Effect.provide(start()))

  it.effect("is as large as asked for, and the same for the same seed", () =>
    Effect.gen(function* () {
      const first = yield* look(1)
      assert.lengthOf(first.world.contacts, 20)
      assert.lengthOf(first.world.chats, 40)
      assert.isTrue(first.world.chats.every(({ messages }) => messages?.length === 1))
      assert.sameMembers(
        [...new Set(first.world.contacts.map(({ channels }) => channels[0]?.type))],
        ["custom", "whatsapp_bot"]
      )
      assert.deepStrictEqual(yield* look(1), first)
      assert.notDeepEqual((yield* look(2)).world.contacts, first.world.contacts)
    })
  )
})
