import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as RateLimiter from "../src/Http/RateLimiter.ts"

const ip = "127.0.0.1"

/** How many of `times` requests at this instant are allowed. */
const burst = (limiter: RateLimiter.RateLimiter["Type"], times: number) =>
  Effect.map(
    Effect.replicateEffect(limiter.check(ip), times),
    (verdicts) => verdicts.filter((verdict) => verdict.allowed).length
  )

const limiter = (model: RateLimiter.Model, phase = 0) =>
  RateLimiter.make({ limit: 10, window: "60 seconds", model, phase })

describe("RateLimiter", () => {
  for (const model of ["fixed", "sliding", "bucket", "counter"] as const) {
    it.effect(`${model}: allows a burst of exactly the limit`, () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* burst(limiter(model), 12), 10)
      })
    )

    it.effect(`${model}: a request is refused until the announced instant, and allowed at it`, () =>
      Effect.gen(function* () {
        yield* TestClock.adjust("7 seconds")
        const server = limiter(model)
        yield* burst(server, 10)
        yield* TestClock.adjust("13 seconds")
        const verdict = yield* server.check(ip)
        if (verdict.allowed) {
          // Only the bucket has refilled by then.
          assert.strictEqual(model, "bucket")
          return
        }
        yield* TestClock.adjust(verdict.retryAfterMillis - 1)
        assert.strictEqual(yield* burst(server, 1), 0)
        yield* TestClock.adjust(1)
        assert.isAtLeast(yield* burst(server, 1), 1)
      })
    )

    it.effect(`${model}: a refused request counts nothing`, () =>
      Effect.gen(function* () {
        const [patient, impatient] = [limiter(model), limiter(model)]
        yield* burst(patient, 10)
        yield* burst(impatient, 1000)
        yield* TestClock.adjust("90 seconds")
        assert.strictEqual(yield* burst(impatient, 20), yield* burst(patient, 20))
      })
    )

    it.effect(`${model}: each address has its own limit`, () =>
      Effect.gen(function* () {
        const server = limiter(model)
        yield* burst(server, 10)
        assert.isTrue((yield* server.check("127.0.0.2")).allowed)
      })
    )
  }

  it.effect("fixed: two windows' worth passes around the boundary, which the phase moves", () =>
    Effect.gen(function* () {
      const server = limiter("fixed", 5_000)
      yield* TestClock.adjust("64999 millis")
      assert.strictEqual(yield* burst(server, 12), 10)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* burst(server, 12), 10)
    })
  )

  it.effect("sliding: no window of 60 s holds more than the limit", () =>
    Effect.gen(function* () {
      const server = limiter("sliding")
      yield* TestClock.adjust("59999 millis")
      assert.strictEqual(yield* burst(server, 12), 10)
      yield* TestClock.adjust("59999 millis")
      assert.strictEqual(yield* burst(server, 12), 0)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* burst(server, 12), 10)
    })
  )

  it.effect("bucket: gives one token back every sixth second", () =>
    Effect.gen(function* () {
      const server = limiter("bucket")
      yield* burst(server, 10)
      yield* TestClock.adjust("5999 millis")
      assert.deepStrictEqual(yield* server.check(ip), { allowed: false, retryAfterMillis: 1 })
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* burst(server, 2), 1)
    })
  )

  it.effect("counter: the previous window counts by its share that still overlaps", () =>
    Effect.gen(function* () {
      const server = limiter("counter")
      yield* burst(server, 10)
      yield* TestClock.adjust("60 seconds")
      assert.strictEqual(yield* burst(server, 1), 0)
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* burst(server, 12), 5)
      yield* TestClock.adjust("90 seconds")
      assert.strictEqual(yield* burst(server, 12), 10)
    })
  )
})
