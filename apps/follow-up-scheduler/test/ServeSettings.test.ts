import { describe, expect } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { it } from "../../../tools/testing/it.ts"
import * as Scheduler from "../src/Scheduler.ts"

const read = (environment: Record<string, string>) =>
  Effect.withConfigProvider(Scheduler.serveConfig, ConfigProvider.fromMap(new Map(Object.entries(environment))))

describe("how often serve searches the ledger", () => {
  it.effect("is its default where nothing is set", () =>
    Effect.gen(function* () {
      expect(yield* read({})).toEqual(Scheduler.serveDefaults)
    })
  )

  it.effect("is what the environment sets", () =>
    Effect.gen(function* () {
      const settings = yield* read({ FOLLOW_UPS_SWEEP_EVERY: "500 millis", FOLLOW_UPS_SWEEP_SLACK: "1 minute" })
      expect(settings).toEqual({ sweepEvery: Duration.millis(500), sweepSlack: Duration.minutes(1) })
    })
  )

  it.effect("is refused where it would keep the database busy, or is no duration", () =>
    Effect.gen(function* () {
      expect(String(yield* Effect.flip(read({ FOLLOW_UPS_SWEEP_EVERY: "99 millis" })))).toContain("at least 100ms")
      expect(String(yield* Effect.flip(read({ FOLLOW_UPS_SWEEP_SLACK: "soon" })))).toContain("FOLLOW_UPS_SWEEP_SLACK")
    })
  )
})
