import { assert } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as WorldClock from "../src/Time/WorldClock.ts"

const noting = (notes: Array<number>, millis: number) =>
  Effect.zipRight(
    Effect.sleep(millis),
    Effect.map(Clock.currentTimeMillis, (now) => void notes.push(now))
  )

it.effect("a faster clock ends a sleep sooner, and says that the whole of it has passed", () =>
  Effect.gen(function* () {
    const notes: Array<number> = []
    const { clock } = WorldClock.make(yield* Effect.clock, 60)
    const fiber = yield* Effect.fork(Effect.withClock(noting(notes, 60_000), clock))
    yield* TestClock.adjust("999 millis")
    assert.deepStrictEqual(notes, [])
    yield* TestClock.adjust("1 millis")
    yield* Fiber.join(fiber)
    assert.deepStrictEqual(notes, [60_000])
  })
)

it.effect("a sleep is as long as before where the machine's clock is put back meanwhile", () =>
  Effect.gen(function* () {
    const notes: Array<number> = []
    const machine = yield* Effect.clock
    let putBack = 0
    const stepped: Clock.Clock = Object.create(machine, {
      unsafeCurrentTimeMillis: { value: () => machine.unsafeCurrentTimeMillis() - putBack },
      unsafeCurrentTimeNanos: { value: () => machine.unsafeCurrentTimeNanos() }
    })
    const { clock } = WorldClock.make(stepped, 1)
    const fiber = yield* Effect.fork(Effect.withClock(noting(notes, 1000), clock))
    yield* Effect.yieldNow()
    putBack = 600_000
    yield* TestClock.adjust("1 second")
    yield* Fiber.join(fiber)
    assert.deepStrictEqual(notes, [1000])
  })
)

it.effect(
  "what falls due while the clock is moved happens at its own instant, in order, and what comes of it too",
  () =>
    Effect.gen(function* () {
      const notes: Array<number> = []
      const { advance, clock } = WorldClock.make(yield* Effect.clock, 1)
      yield* Effect.forEach([5000, 1000, 90_000], (millis) =>
        Effect.fork(Effect.withClock(noting(notes, millis), clock))
      )
      yield* Effect.fork(Effect.withClock(Effect.zipRight(noting(notes, 2000), noting(notes, 1000)), clock))
      yield* Effect.yieldNow()
      yield* advance("1 minute")
      assert.deepStrictEqual(notes, [1000, 2000, 3000, 5000])
      assert.strictEqual(clock.unsafeCurrentTimeMillis(), 60_000)
    })
)
