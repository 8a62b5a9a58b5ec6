import { describe, expect, it } from "@effect/vitest"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as TestClock from "effect/TestClock"
import * as Checker from "@effect-invent/follow-up-checker/Checker"
import * as Log from "../src/Log.ts"
import { World } from "../src/World.ts"
import { fromNow, layer, openChat, write } from "./Fixtures.ts"

const policy = Either.getOrThrow(
  Checker.readPolicy("{ time_zone: UTC, steps: [{ after: 4 hours, action: schedule_follow_up }] }")
)

/** A contact writes and is answered; so long after that, the scheduler sets a follow-up for 15 seconds later. */
const story = Effect.fnUntraced(function* (silence: Duration.DurationInput) {
  const world = yield* World
  const chat = yield* openChat
  yield* write(chat)
  yield* TestClock.adjust("5 seconds")
  yield* TestClock.adjust(silence)
  yield* world.updateState(chat.chat_id, { follow_up_at: yield* fromNow("15 seconds") }, "scheduler")
  yield* TestClock.adjust("1 minute")
  const entries = yield* Effect.flatMap(Log.Log, (log) => log.entries)
  const read = Either.getOrThrow(Checker.readLog(Log.toJsonLines(entries)))
  expect(read).toHaveLength(entries.length)
  return Checker.check(read, policy, { grace: "3 seconds" })
})

describe("the checker on the emulator's own log", () => {
  it.effect("agrees with a follow-up after the silence that the policy asks for", () =>
    Effect.gen(function* () {
      expect(yield* story("4 hours")).toMatchObject({ violations: [], chats: 1, followUps: 1 })
    }).pipe(Effect.provide(layer()))
  )

  it.effect("finds one that came before", () =>
    Effect.gen(function* () {
      const { violations } = yield* story("3 hours")
      expect(violations.map(({ rule }) => rule)).toEqual(["too_early"])
    }).pipe(Effect.provide(layer()))
  )

  it.effect("finds one that came after its time", () =>
    Effect.gen(function* () {
      const { violations } = yield* story("5 hours")
      expect(violations.map(({ rule }) => rule)).toEqual(["late"])
    }).pipe(Effect.provide(layer()))
  )
})
