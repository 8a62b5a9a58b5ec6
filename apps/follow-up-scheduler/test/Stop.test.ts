import { assert, describe, it } from "@effect/vitest"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as TestClock from "effect/TestClock"
import * as Stop from "../src/Stop.ts"

/** What is under way takes so long, is stopped after a second, and is asked about when this much has passed since. */
const stopped = (takes: Duration.DurationInput, after: number) =>
  Effect.gen(function* () {
    const isDone = yield* Ref.make(false)
    const work = Effect.zipRight(Effect.sleep(takes), Ref.set(isDone, true))
    const fiber = yield* Effect.fork(Stop.finishing(work))
    yield* TestClock.adjust("1 second")
    const stopping = yield* Effect.fork(Fiber.interrupt(fiber))
    yield* TestClock.adjust(after)
    const hasStopped = Option.isSome(yield* Fiber.poll(stopping))
    yield* TestClock.adjust("1 hour")
    assert.isTrue(Exit.isInterrupted(yield* Fiber.await(fiber)))
    return { hasStopped, isDone: yield* Ref.get(isDone) }
  })

describe("what is under way when the scheduler is stopped", () => {
  it.effect("comes to its end, and is waited for", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* stopped("6 seconds", 4999), { hasStopped: false, isDone: true })
      assert.deepStrictEqual(yield* stopped("6 seconds", 5000), { hasStopped: true, isDone: true })
    })
  )

  it.effect("is waited for no longer than the grace, and then comes to no end", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* stopped("1 minute", 7999), { hasStopped: false, isDone: false })
      assert.deepStrictEqual(yield* stopped("1 minute", 8000), { hasStopped: true, isDone: false })
    })
  )
})
