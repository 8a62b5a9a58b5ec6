import { describe, expect } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as GracefulShutdown from "../src/Dispatch/GracefulShutdown.ts"
import * as Grace from "../src/Dispatch/GracefulShutdown/Grace.ts"

const environment = Layer.setConfigProvider(ConfigProvider.fromMap(new Map([["FOLLOW_UPS_STOP_GRACE", "20 seconds"]])))
const grace = Duration.toMillis(Grace.byDefault)

/** Interrupts it in the background; how long that takes, in milliseconds. */
const interruption = (fiber: Fiber.Fiber<unknown, unknown>) =>
  Effect.fork(
    Effect.flatMap(Clock.currentTimeMillis, (before) =>
      Effect.zipRight(
        Fiber.interrupt(fiber),
        Effect.map(Clock.currentTimeMillis, (now) => now - before)
      )
    )
  )

describe("what is under way when it is interrupted", () => {
  it.effect("comes to its end", () =>
    Effect.gen(function* () {
      let hasEnded = false
      const finishing = yield* GracefulShutdown.finishing
      const work = yield* Effect.fork(
        finishing(
          Effect.delay(
            Effect.sync(() => (hasEnded = true)),
            "3 seconds"
          )
        )
      )
      yield* TestClock.adjust("1 second")
      const took = yield* interruption(work)
      yield* TestClock.adjust("1 minute")
      expect(yield* Fiber.join(took)).toBe(2000)
      expect(hasEnded).toBe(true)
    })
  )

  it.effect("is waited for no longer than the grace", () =>
    Effect.gen(function* () {
      const finishing = yield* GracefulShutdown.finishing
      const work = yield* Effect.fork(finishing(Effect.never))
      yield* TestClock.adjust("1 second")
      const took = yield* interruption(work)
      yield* TestClock.adjust("1 minute")
      expect(yield* Fiber.join(took)).toBe(grace)
    })
  )

  it.effect("is waited for as long as FOLLOW_UPS_STOP_GRACE", () =>
    Effect.gen(function* () {
      const finishing = yield* GracefulShutdown.finishing
      const work = yield* Effect.fork(GracefulShutdown.inOrder(finishing(Effect.never)))
      yield* TestClock.adjust("1 second")
      const took = yield* interruption(work)
      yield* TestClock.adjust("1 minute")
      expect(yield* Fiber.join(took)).toBe(20_000)
    }).pipe(Effect.provide(Layer.provide(GracefulShutdown.layer, environment)))
  )

  it.effect("has together what the stop gives, where one is interrupted after the other", () =>
    Effect.gen(function* () {
      const finishing = yield* GracefulShutdown.finishing
      const later = yield* Effect.fork(finishing(Effect.never))
      const first = yield* Effect.fork(GracefulShutdown.inOrder(finishing(Effect.never)))
      yield* TestClock.adjust("1 second")
      const tookFirst = yield* interruption(first)
      yield* TestClock.adjust(grace - 1000)
      const tookLater = yield* interruption(later)
      yield* TestClock.adjust("1 minute")
      expect([yield* Fiber.join(tookFirst), yield* Fiber.join(tookLater)]).toEqual([grace, 1000])
    }).pipe(Effect.provide(GracefulShutdown.layer))
  )
})
