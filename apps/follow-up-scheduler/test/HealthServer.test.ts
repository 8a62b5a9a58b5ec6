/** What the probes of a supervisor are answered while the ledger does not answer. */
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import { Health } from "../src/Operations/Health.ts"
import * as HealthServer from "../src/Operations/HealthServer.ts"

const silent = {
  isLive: Effect.succeed(true),
  troubles: Effect.never,
  isKeyAccepted: Effect.succeed(true),
  nextSweep: Effect.never
}

it.effect("a ledger that does not answer makes a process unready within the time of a probe, and stays alive", () =>
  Effect.gen(function* () {
    const asked = yield* Effect.fork(HealthServer.readiness)
    yield* TestClock.adjust("3 seconds")
    expect(yield* Fiber.join(asked)).toMatchObject({ status: 503 })
    expect(yield* HealthServer.liveness).toMatchObject({ status: 200 })
  }).pipe(Effect.provideService(Health, silent))
)
