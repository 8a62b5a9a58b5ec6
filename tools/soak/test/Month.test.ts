import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Month from "../src/Month.ts"

describe("a month of the scheduler among random people and faults", () => {
  it.live(
    "is without a violation, and the same for the same seed, to the byte of the log",
    () =>
      Effect.gen(function* () {
        const month = Month.run({ seed: 1, conversations: 4 })
        const { fired, log, verdict } = yield* month
        assert.deepStrictEqual(verdict.violations, [])
        assert.strictEqual(verdict.chats, 4)
        assert.isAbove(verdict.followUps, 0)
        assert.isAbove(Object.values(fired).filter((times) => times > 0).length, 4, "faults befell the scheduler")
        assert.strictEqual((yield* month).log, log)
      }),
    600_000
  )
})
