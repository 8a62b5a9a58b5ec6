import { describe, expect } from "@effect/vitest"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as TestClock from "effect/TestClock"
import * as Checker from "@effect-invent/follow-up-checker/Checker"
import { it } from "../../../tools/testing/it.ts"
import * as Log from "../src/Log.ts"
import { World } from "../src/World.ts"
import { fromNow, layer, messagesOf, openChat, read, write } from "./Fixtures.ts"

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

  it.effect("counts the silence from when the assistant began its answer, and no earlier", () =>
    Effect.gen(function* () {
      const came = Effect.fnUntraced(function* (early: number) {
        const world = yield* World
        const chat = yield* openChat
        yield* write(chat)
        yield* TestClock.adjust("5 seconds")
        const { created_at, updated_at } = read(yield* messagesOf(chat.chat_id))[1]!
        expect(DateTime.lessThan(created_at!, updated_at!)).toBe(true)
        const follow_up_at = DateTime.add(created_at!, { hours: 4, millis: -early })
        yield* world.updateState(chat.chat_id, { follow_up_at }, "scheduler")
        yield* TestClock.adjust("5 hours")
        const entries = yield* Effect.flatMap(Log.Log, (log) => log.entries)
        return Checker.check(Either.getOrThrow(Checker.readLog(Log.toJsonLines(entries))), policy, {
          grace: "3 seconds"
        })
      })
      expect(yield* Effect.provide(came(0), layer())).toMatchObject({ violations: [], followUps: 1 })
      expect((yield* Effect.provide(came(1), layer())).violations.map(({ rule }) => rule)).toEqual(["too_early"])
    })
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
