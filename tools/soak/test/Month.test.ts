import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Month from "../src/Month.ts"

/** With the outage of the 22nd, and the clocks going back in Europe on the 25th. */
const days = { from: 20, count: 8 }

describe("a week of the scheduler among random people and faults", () => {
  it.live(
    "is without a violation where it watches the inbox alone",
    () =>
      Effect.gen(function* () {
        const { fired, verdict } = yield* Month.run({
          seed: 1,
          conversations: 4,
          days: { from: 20, count: 4 },
          watch: "inbox"
        })
        assert.deepStrictEqual(verdict.violations, [])
        assert.isAbove(verdict.followUps, 0)
        assert.isAbove(Object.values(fired).filter((times) => times > 0).length, 4, "faults befell the scheduler")
      }),
    600_000
  )

  it.live(
    "is without a violation, and the same for the same seed, to the byte of the log",
    () =>
      Effect.gen(function* () {
        const week = Month.run({ seed: 1, conversations: 4, days })
        const { fired, log, verdict } = yield* week
        assert.deepStrictEqual(verdict.violations, [])
        assert.strictEqual(verdict.chats, 4)
        assert.isAbove(verdict.followUps, 0)
        assert.isAbove(Object.values(fired).filter((times) => times > 0).length, 4, "faults befell the scheduler")
        assert.strictEqual((yield* week).log, log)
      }),
    600_000
  )
})
