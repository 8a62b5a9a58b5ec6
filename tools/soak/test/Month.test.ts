import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Month from "../src/Month.ts"

describe("a month of the scheduler among random people and faults", () => {
  it.live.each([1])(
    "is without a violation, seed %i",
    (seed) =>
      Effect.gen(function* () {
        const { fired, verdict } = yield* Month.run({ seed, conversations: 4 })
        assert.deepStrictEqual(verdict.violations, [])
        assert.strictEqual(verdict.chats, 4)
        assert.isAbove(verdict.followUps, 0)
        assert.isAbove(Object.values(fired).filter((times) => times > 0).length, 4, "faults befell the scheduler")
      }),
    180_000
  )

  it.live(
    "is the same for the same seed, to the byte of the log",
    () =>
      Effect.gen(function* () {
        const { log } = yield* Month.run({ seed: 4, conversations: 2 })
        assert.strictEqual((yield* Month.run({ seed: 4, conversations: 2 })).log, log)
      }),
    180_000
  )
})
