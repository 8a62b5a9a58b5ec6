/** The watchdog of systemd is fed while the loop runs, and by no other process than the one that it watches. */
import { describe, expect } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import { Health } from "../src/Operations/Health.ts"
import * as Watchdog from "../src/Operations/Watchdog.ts"

const watched = { NOTIFY_SOCKET: "/run/systemd/notify", WATCHDOG_USEC: "20000000" }

/** Feeding in this environment; `state` sets whether the loop runs, and whether the datagram can be sent. */
const feeding = (env: Record<string, string>, state = { isLive: true, isBroken: false }) =>
  Effect.gen(function* () {
    const seen = { fed: 0, logged: new Array<string>() }
    const notify = Effect.suspend(() => {
      seen.fed++
      return state.isBroken ? Effect.fail(new Error("no such program")) : Effect.void
    })
    const fiber = yield* Watchdog.feedingBy(notify).pipe(
      Effect.provideService(Health, {
        isLive: Effect.sync(() => state.isLive),
        troubles: Effect.succeed([]),
        isKeyAccepted: Effect.succeed(true),
        nextSweep: Effect.never
      }),
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(env)))),
      Effect.provide(
        Logger.replace(
          Logger.defaultLogger,
          Logger.make(({ message }) => void seen.logged.push(String(message)))
        )
      ),
      Effect.fork
    )
    yield* TestClock.adjust(0)
    return { seen, state, fiber }
  })

describe("the watchdog of systemd", () => {
  it.effect("is fed at the start and twice in its interval, and not while the loop is stuck", () =>
    Effect.gen(function* () {
      const { fiber, seen, state } = yield* feeding({ ...watched, WATCHDOG_PID: String(process.pid) })
      expect(seen.fed).toBe(1)
      yield* TestClock.adjust("20 seconds")
      expect(seen.fed).toBe(3)
      state.isLive = false
      yield* TestClock.adjust("1 minute")
      expect(seen.fed).toBe(3)
      state.isLive = true
      yield* TestClock.adjust("10 seconds")
      expect(seen.fed).toBe(4)
      yield* Fiber.interrupt(fiber)
    })
  )

  it.effect("is tried again after a failure, which is logged", () =>
    Effect.gen(function* () {
      const { fiber, seen } = yield* feeding(watched, { isLive: true, isBroken: true })
      yield* TestClock.adjust("10 seconds")
      expect(seen.logged).toEqual(
        Array.from({ length: 2 }, () => "the watchdog of systemd was not fed: no such program")
      )
      yield* Fiber.interrupt(fiber)
    })
  )

  for (const [what, env] of [
    ["without systemd", {}],
    ["in a unit without a watchdog", { NOTIFY_SOCKET: "/run/systemd/notify" }],
    ["of another process", { ...watched, WATCHDOG_PID: "1" }]
  ] as const) {
    it.effect(`is not fed ${what}`, () =>
      Effect.gen(function* () {
        const { fiber, seen } = yield* feeding(env)
        yield* Fiber.join(fiber)
        expect(seen.fed).toBe(0)
      })
    )
  }
})
