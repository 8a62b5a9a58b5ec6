/**
 * What the bench measures on sockets, in virtual time: how much of the quota a client uses whose callers never rest, in
 * a window of 12 s and in the documented minute, 10 to 50 ms away from each kind of server.
 */
import * as RateLimit from "@effect-invent/client/RateLimit"
import { describe, expect, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { scale, seed } from "../../../tools/properties/Seed.ts"
import { models, type Quota, randomOf, refusals } from "./Servers.ts"
import * as VirtualTime from "./VirtualTime.ts"

const limit = 500
const callers = 100
const windows = 8
const phases = 40

/** When requests reach the server, in milliseconds from the first. */
const arrivals = (quota: Quota, seed: number): ReadonlyArray<number> => {
  const random = randomOf(seed)
  const latency = Effect.suspend(() => Effect.sleep(5 + 20 * random()))
  const arrived: Array<number> = []
  const arrive = Effect.map(Clock.currentTimeMillis, (now) => arrived.push(now))
  const request = Effect.zipRight(latency, Effect.zipRight(arrive, latency))
  const program = Effect.gen(function* () {
    const { permit } = yield* RateLimit.make({ limit: quota.limit, window: Duration.millis(quota.window) })
    const call = permit(request, () => false)
    const ours = Effect.replicateEffect(Effect.forever(call), callers, { concurrency: "unbounded", discard: true })
    yield* Effect.timeoutOption(ours, windows * quota.window)
  })
  VirtualTime.run(program)
  return arrived.map((at) => at - arrived[0]!)
}

describe.each([12_000, 60_000])("500 requests in %d ms, answered after 10 to 50 ms", (window) => {
  const quota = { limit, window }
  const seeds = Array.from({ length: scale }, (_, index) => seed + index)
  const runs = seeds.map((seed) => ({ seed, times: arrivals(quota, seed) }))

  it("are used by at least 98.5 % from the second window on", () => {
    for (const { seed, times } of runs) {
      const used = times.filter((at) => at >= window && at < (windows - 1) * window)
      expect(used.length / ((windows - 2) * limit), `seed ${seed}`).toBeGreaterThanOrEqual(0.985)
    }
  })

  it("let a tenth leave at once after an idle time: 50 in 100 ms, and not many more", () => {
    for (const { seed, times } of runs) {
      const burst = times.filter((at) => at < 100).length
      expect(burst, `seed ${seed}`).toBeGreaterThanOrEqual(50)
      expect(burst, `seed ${seed}`).toBeLessThanOrEqual(50 + Math.ceil((limit * 100) / window))
    }
  })

  for (const [name, model] of Object.entries(models)) {
    it(`get no 429 from ${name}, wherever its windows begin`, () => {
      for (const { seed, times } of runs) {
        const random = randomOf(seed)
        for (let phase = 0; phase < phases; phase++)
          expect(refusals(times, model(quota, random)), `seed ${seed}, phase ${phase}`).toBe(0)
      }
    })
  }
})
