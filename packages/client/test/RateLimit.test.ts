import * as RateLimit from "@effect-invent/client/RateLimit"
import { beforeAll, describe, expect } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import { scale, seed } from "../../../tools/properties/Seed.ts"
import { type Model, models, type Quota, randomOf, refusals, use, vendor } from "./Servers.ts"
import * as VirtualTime from "./VirtualTime.ts"

const never = () => false

/** Requests that say when they left, and take `latency`. */
const recorder = (latency: Duration.DurationInput = 0) => {
  const left: Array<{ readonly name: number; readonly at: number }> = []
  const request = (name: number) =>
    Effect.zipRight(
      Effect.map(Clock.currentTimeMillis, (at) => left.push({ name, at })),
      Effect.sleep(latency)
    )
  return { left, request, times: () => left.map(({ at }) => at), names: () => left.map(({ name }) => name) }
}

/**
 * With one request a minute, the next may go when a sliding counter has forgotten the last; times are rounded up to 50
 * ms.
 */
const twoWindows = 120_050

/** A request that is answered when the test says so. */
const controlled = Effect.map(Deferred.make<void, "refused" | "lost">(), (answer) => ({
  request: Deferred.await(answer),
  answered: Deferred.succeed(answer, undefined),
  refused: Deferred.fail(answer, "refused"),
  lost: Deferred.fail(answer, "lost")
}))

const neverLeft = (error: "refused" | "lost") => error === "refused"

describe("the rate limit", () => {
  it.effect("lets a tenth of the limit out at once after an idle time, and the rest evenly", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make(RateLimit.defaults)
      yield* TestClock.adjust("1 hours")
      const { request, times } = recorder()
      yield* Effect.forkAll(Array.from({ length: 70 }, (_, i) => limit.permit(request(i), never)))
      yield* TestClock.adjust(0)
      expect(times()).toEqual(Array.from({ length: 50 }, () => 3_600_000))
      yield* TestClock.adjust("1 seconds")
      expect(times().slice(50)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => 3_600_000 + n * 120))
    })
  )

  it.effect("serves in the order of arrival, also when permits come back while others arrive", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make({ limit: 4, window: Duration.seconds(8) })
      const { names, request } = recorder("300 millis")
      const call = (name: number) => Effect.fork(limit.permit(request(name), never))
      yield* Effect.forEach([0, 1, 2, 3, 4, 5], call)
      yield* TestClock.adjust("3 seconds")
      yield* Effect.forEach([6, 7], call)
      yield* TestClock.adjust("9 seconds")
      yield* call(8)
      yield* TestClock.adjust("1 minutes")
      expect(names()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    })
  )

  it.effect(
    "counts from the answer, not from the sending: one of one, and again when no counter weighs it any more",
    () =>
      Effect.gen(function* () {
        const limit = yield* RateLimit.make({ limit: 1, window: Duration.seconds(60) })
        const { request, times } = recorder("7 seconds")
        yield* Effect.forkAll([limit.permit(request(0), never), limit.permit(request(1), never)])
        yield* TestClock.adjust("3 minutes")
        expect(times()).toEqual([0, 7000 + twoWindows])
      })
  )

  it.effect("counts a request that failed on its way back, too", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make({ limit: 1, window: Duration.seconds(60) })
      const { request, times } = recorder()
      const lost = yield* controlled
      yield* Effect.fork(limit.permit(lost.request, neverLeft))
      yield* Effect.fork(limit.permit(request(1), never))
      yield* TestClock.adjust("3 seconds")
      yield* lost.lost
      yield* TestClock.adjust("3 minutes")
      expect(times()).toEqual([3000 + twoWindows])
    })
  )

  it.effect("counts a request that was interrupted on its way as received then", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make({ limit: 1, window: Duration.seconds(60) })
      const { request, times } = recorder()
      const fiber = yield* Effect.fork(limit.permit(Effect.never, never))
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.interrupt(fiber)
      yield* Effect.fork(limit.permit(request(1), never))
      yield* TestClock.adjust("3 minutes")
      expect(times()).toEqual([5000 + twoWindows])
    })
  )

  it.effect("gives the permit of a request that never left back at once", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make({ limit: 1, window: Duration.seconds(60) })
      const { request, times } = recorder()
      const refused = yield* controlled
      yield* Effect.fork(limit.permit(refused.request, neverLeft))
      yield* Effect.fork(limit.permit(request(1), never))
      yield* TestClock.adjust("3 seconds")
      expect(times()).toEqual([])
      yield* refused.refused
      yield* TestClock.adjust(0)
      expect(times()).toEqual([3000])
    })
  )

  it.effect("gives that permit to a waiter whose next try is much later", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make({ limit: 2, window: Duration.seconds(60) })
      const { request, times } = recorder()
      const refused = yield* controlled
      yield* limit.permit(request(0), never)
      yield* Effect.fork(limit.permit(refused.request, neverLeft))
      yield* TestClock.adjust("31 seconds")
      // Both permits are out, and the first returns after a minute.
      yield* Effect.fork(limit.permit(request(1), never))
      yield* TestClock.adjust("1 seconds")
      expect(times()).toEqual([0])
      yield* refused.refused
      yield* TestClock.adjust(0)
      expect(times()).toEqual([0, 32_000])
    })
  )

  it.effect("forgets interrupted waiters: after 90 of 100 left, the others go as if they had never been there", () =>
    Effect.gen(function* () {
      const first = Array.from({ length: 10 }, (_, i) => i)
      const ninety = Array.from({ length: 90 }, (_, i) => 10 + i)
      const ten = Array.from({ length: 10 }, (_, i) => 100 + i)
      const run = (interrupted: ReadonlyArray<number>) =>
        Effect.gen(function* () {
          const limit = yield* RateLimit.make({ limit: 10, window: Duration.seconds(60) })
          const { left, names, request } = recorder()
          const start = yield* Clock.currentTimeMillis
          const call = (name: number) => Effect.fork(limit.permit(request(name), never))
          yield* Effect.forEach(first, call)
          const fibers = yield* Effect.forEach(interrupted, call)
          yield* Effect.forEach(ten, call)
          yield* TestClock.adjust("1 millis")
          expect(names()).toEqual(first)
          yield* Fiber.interruptAll(fibers)
          expect((yield* limit.waiting).queued).toBe(10)
          yield* TestClock.adjust("5 minutes")
          return left.map(({ at, name }) => ({ name, at: at - start }))
        })
      const left = yield* run(ninety)
      expect(left.map(({ name }) => name)).toEqual([...first, ...ten])
      expect(left.every(({ at }) => at <= 121_000)).toBe(true)
      const without = yield* run([])
      expect(without.map(({ name }) => name)).toEqual([...first, ...ten])
      // The two runs begin at different places of the limiter's grid of 50 ms.
      left.forEach(({ at }, index) => expect(Math.abs(at - without[index]!.at)).toBeLessThanOrEqual(50))
    })
  )

  it.effect("forgets a waiter who is interrupted at the moment of its turn", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make({ limit: 1, window: Duration.seconds(60) })
      const { names, request } = recorder()
      const refused = yield* controlled
      yield* Effect.fork(limit.permit(refused.request, neverLeft))
      const waiters = yield* Effect.forEach([1, 2, 3], (name) => Effect.fork(limit.permit(request(name), never)))
      yield* TestClock.adjust("1 seconds")
      yield* refused.refused
      yield* Fiber.interrupt(waiters[0]!)
      yield* TestClock.adjust("3 minutes")
      expect(names().filter((name) => name !== 1)).toEqual([2, 3])
    })
  )

  it.effect("ends the wait of an interrupted waiter at once", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make({ limit: 1, window: Duration.seconds(60) })
      const { names, request } = recorder()
      yield* limit.permit(request(0), never)
      const first = yield* Effect.fork(limit.permit(request(1), never))
      const second = yield* Effect.fork(limit.permit(request(2), never))
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.interrupt(second)
      yield* Fiber.interrupt(first)
      expect(yield* Clock.currentTimeMillis).toBe(10_000)
      yield* TestClock.adjust("5 minutes")
      expect(names()).toEqual([0])
    })
  )

  it.effect("holds everybody while it is paused, a shorter pause ends no longer one, and no burst follows", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make(RateLimit.defaults)
      const { request, times } = recorder()
      yield* limit.pause(Duration.seconds(30))
      yield* limit.pause(Duration.seconds(5))
      yield* Effect.forkAll([0, 1, 2].map((name) => limit.permit(request(name), never)))
      yield* TestClock.adjust("29999 millis")
      expect(times()).toEqual([])
      yield* TestClock.adjust("1 millis")
      expect(times()).toEqual([30_000])
      yield* TestClock.adjust("1 seconds")
      expect(times()).toEqual([30_000, 30_120, 30_240])
    })
  )

  it.effect("holds those who already wait when it is paused", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make({ limit: 1, window: Duration.seconds(60) })
      const { request, times } = recorder()
      yield* limit.permit(request(0), never)
      yield* Effect.fork(limit.permit(request(1), never))
      yield* TestClock.adjust("50 seconds")
      yield* limit.pause(Duration.seconds(100))
      yield* TestClock.adjust("2 minutes")
      expect(times()).toEqual([0, 150_000])
    })
  )

  it("is not fooled by a step of the wall clock", () => {
    const program = VirtualTime.withSteps((stepTo) =>
      Effect.gen(function* () {
        const limit = yield* RateLimit.make({ limit: 1, window: Duration.seconds(60) })
        yield* limit.permit(Effect.void, never)
        stepTo(-3_600_000)
        yield* limit.permit(Effect.void, never)
        stepTo(3_600_000)
        yield* limit.permit(Effect.void, never)
      })
    )
    expect(VirtualTime.run(program)).toBe(240_100)
  })

  it.effect("lets one request try after a pause; the others wait for its answer, and follow evenly", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make(RateLimit.defaults)
      const { request, times } = recorder("2 seconds")
      yield* limit.pause(Duration.seconds(10))
      yield* Effect.forkAll([0, 1, 2].map((name) => limit.permit(request(name), never)))
      yield* TestClock.adjust("11900 millis")
      expect(times()).toEqual([10_000])
      yield* TestClock.adjust("1 seconds")
      expect(times()).toEqual([10_000, 12_000, 12_000])
    })
  )

  it.effect("keeps to what a late 429 asks for, whatever becomes of the request that tries", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make(RateLimit.defaults)
      const { request, times } = recorder("1 seconds")
      yield* limit.pause(Duration.seconds(10))
      yield* Effect.forkAll([0, 1].map((name) => limit.permit(request(name), never)))
      yield* TestClock.adjust("10500 millis")
      yield* limit.pause(Duration.seconds(30))
      yield* TestClock.adjust("1 minutes")
      expect(times()).toEqual([10_000, 40_500])
    })
  )

  it.effect("waits twice as long each time the request that tries is refused, and an eighth of a window at most", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make(RateLimit.defaults)
      const { request, times } = recorder()
      const refused = Effect.zipRight(limit.permit(request(0), never), limit.pause(Duration.zero))
      yield* Effect.fork(Effect.repeatN(refused, 6))
      yield* TestClock.adjust("1 minutes")
      const waits = times()
        .slice(1)
        .map((at, index) => at - times()[index]!)
      expect(waits).toEqual([600, 1200, 2400, 4800, 7500, 7500])
    })
  )
})

describe("the lanes", () => {
  const arrive = (
    limit: RateLimit.RateLimit["Type"],
    lane: RateLimit.Lane,
    requests: ReadonlyArray<Effect.Effect<unknown>>
  ) => Effect.forkAll(requests.map((request) => RateLimit.withLane(lane)(limit.permit(request, never))))

  it.effect("go in the order of their urgency, each in the order of arrival; without a lane a call is in `send`", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make({ limit: 1, window: Duration.seconds(1) })
      const { names, request } = recorder()
      yield* limit.permit(request(0), never)
      yield* arrive(limit, "watch", [request(7), request(8)])
      yield* Effect.forkAll([5, 6].map((name) => limit.permit(request(name), never)))
      yield* arrive(limit, "verify", [request(3), request(4)])
      yield* arrive(limit, "stop", [request(1), request(2)])
      yield* TestClock.adjust("1 minutes")
      // The tenth turn would be the first for the eldest.
      expect(names()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    })
  )

  it("let a stop overtake a sweep of a thousand calls, however long these have waited", () => {
    const { left, request } = recorder()
    const program = Effect.gen(function* () {
      const limit = yield* RateLimit.make(RateLimit.defaults)
      yield* arrive(
        limit,
        "watch",
        Array.from({ length: 1000 }, () => request(0))
      )
      yield* Effect.sleep("90 seconds")
      yield* arrive(limit, "stop", [request(1)])
      yield* Effect.sleep("250 millis")
    })
    VirtualTime.run(program)
    expect(left.filter(({ name }) => name === 1).length).toBe(1)
  })

  it("starve nobody: of ten turns one is for who has waited longest, if that is more than a window", () => {
    const { left, request } = recorder()
    const program = Effect.gen(function* () {
      const limit = yield* RateLimit.make({ limit: 60, window: Duration.seconds(60) })
      const stop = RateLimit.withLane("stop")(limit.permit(request(0), never))
      yield* Effect.forkAll(Array.from({ length: 30 }, () => stop))
      yield* arrive(limit, "watch", [request(1), request(1)])
      yield* Effect.fork(Effect.forever(Effect.zipRight(Effect.fork(stop), Effect.sleep("800 millis"))))
      yield* Effect.sleep("3 minutes")
    })
    VirtualTime.run(program)
    const sweep = left.flatMap(({ at, name }, index) => (name === 1 ? [{ at, index }] : []))
    expect(sweep.length).toBe(2)
    expect(sweep[0]!.at).toBeGreaterThan(60_000)
    expect(sweep[1]!.at).toBeLessThan(90_000)
    expect(sweep[1]!.index - sweep[0]!.index).toBe(10)
  })
})

describe("the queue", () => {
  it("says who waits and for how long, and is right when all goes well", () => {
    const { left, request } = recorder()
    const program = Effect.gen(function* () {
      const limit = yield* RateLimit.make(RateLimit.defaults)
      const idle = yield* limit.waiting
      yield* Effect.forkAll(Array.from({ length: 1550 }, () => limit.permit(request(0), never)))
      yield* Effect.sleep(1)
      const busy = yield* limit.waiting
      const urgent = yield* RateLimit.withLane("stop")(limit.waiting)
      yield* limit.permit(request(1), never)
      return { idle, busy, urgent }
    })
    const { busy, idle, urgent } = VirtualTime.run(program)
    expect(idle).toEqual({ queued: 0, expectedWait: Duration.zero })
    expect(busy.queued).toBe(1500)
    expect(Duration.toMillis(urgent.expectedWait)).toBe(119)
    const waited = left.find(({ name }) => name === 1)!.at
    expect(Math.abs(Duration.toMillis(busy.expectedWait) / waited - 1)).toBeLessThan(0.05)
  })

  it.effect("is bounded: one more fails at once and leaves no trace", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make({ limit: 1, window: Duration.seconds(60), maxQueued: 2 })
      const { names, request } = recorder()
      yield* Effect.forkAll([0, 1, 2].map((name) => limit.permit(request(name), never)))
      yield* TestClock.adjust(0)
      const error = yield* Effect.flip(limit.permit(request(3), never))
      expect(error).toMatchObject({ _tag: "QueueFull", queued: 2 })
      expect(error._tag === "QueueFull" && Duration.toSeconds(error.expectedWait)).toBeGreaterThan(120)
      yield* TestClock.adjust("10 minutes")
      expect(names()).toEqual([0, 1, 2])
    })
  )
})

/** When calls come in: milliseconds from the start. */
type Workload = (random: () => number) => ReadonlyArray<number>

/**
 * When the requests of some calls reach the server. Nothing there answers 429, so its model makes no difference to
 * them.
 */
const arrivals = (quota: Quota, workload: Workload, seed: number): ReadonlyArray<number> => {
  const random = randomOf(seed)
  const latency = Effect.suspend(() => Effect.sleep(10 + random() * 290))
  const arrived: Array<number> = []
  const arrive = Effect.map(Clock.currentTimeMillis, (now) => arrived.push(now))
  const request = Effect.zipRight(latency, Effect.zipRight(arrive, latency))
  VirtualTime.run(
    Effect.gen(function* () {
      const limit = yield* RateLimit.make({ limit: quota.limit, window: Duration.millis(quota.window) })
      const call = (at: number) => Effect.delay(limit.permit(request, never), at)
      yield* Effect.forEach(workload(random), call, { concurrency: "unbounded", discard: true })
    })
  )
  return arrived
}

/** Each takes seconds. */
const seeds = Array.from({ length: scale }, (_, index) => seed + index)
const phasesPerSeed = 40

const many = (length: number, at: number) => Array.from({ length }, () => at)

const atOnce: Workload = () => many(5000, 0)

/** Groups of up to 60 calls, sometimes close together and sometimes after minutes of silence. */
const inBursts: Workload = (random) => {
  const calls: Array<number> = []
  for (let at = 0; calls.length < 1000; at += random() < 0.1 ? 180_000 * random() : 10_000 * random()) {
    calls.push(...many(Math.ceil(random() * 60), at))
  }
  return calls
}

/** Two minutes of saturation, silence of another length each time, a burst. */
const afterSilence: Workload = () => {
  const calls: Array<number> = many(50, 0)
  let at = 15_000
  for (const silence of [30_000, 60_000, 90_000, 120_000]) {
    calls.push(...many(900, at))
    at += 120_000 + silence
    calls.push(...many(50, at))
    at += silence / 2
  }
  return calls
}

/** Up to twice the limit for a while, then nothing for a while. */
const onAndOff: Workload = (random) => {
  const calls: Array<number> = []
  for (let at = 0; calls.length < 2000; at += 150_000 * random()) {
    const length = random() * 120_000
    const count = (random() * 2 * vendor.limit * length) / vendor.window
    for (let i = 0; i < count; i++) calls.push(at + random() * length)
    at += length
  }
  return calls
}

describe("500 requests a minute, one-way latency of 10 to 300 ms", () => {
  const workloads = {
    "5,000 calls at once": atOnce,
    "calls in bursts between silences": inBursts,
    "saturation, silence and a burst": afterSilence,
    "load that comes and goes": onAndOff
  }
  describe.each(Object.entries(workloads))("%s", (_, workload) => {
    const runs: Array<{ readonly seed: number; readonly times: ReadonlyArray<number> }> = []
    // Between two seeds the runner has its turn: it takes a worker that says nothing for a minute for lost.
    beforeAll(async () => {
      for (const seed of seeds) {
        runs.push({ seed, times: arrivals(vendor, workload, seed) })
        await new Promise((resolve) => setImmediate(resolve))
      }
    }, 30_000 * seeds.length)

    for (const [name, model] of Object.entries(models)) {
      it(`gets no 429 from ${name}, wherever its windows begin`, () => {
        expect(runs.length).toBe(seeds.length)
        for (const { seed, times } of runs) {
          expect(times.length).toBeGreaterThanOrEqual(1000)
          const random = randomOf(seed)
          for (let phase = 0; phase < phasesPerSeed; phase++) {
            expect(refusals(times, model(vendor, random)), `seed ${seed}, phase ${phase}`).toBe(0)
          }
        }
      })
    }

    if (workload === atOnce) {
      it("uses at least 98.5 % of the quota from the third minute on", () => {
        for (const { seed, times } of runs) expect(use(times), `seed ${seed}`).toBeGreaterThanOrEqual(0.985)
      })
    }
  })

  it("would be caught: each model refuses what is beyond the limit, and accepts it again after two windows", () => {
    for (const [name, model] of Object.entries(models)) {
      const server = model(vendor, randomOf(1))
      expect(
        refusals(
          Array.from({ length: 2000 }, () => 1000),
          server
        ),
        name
      ).toBe(1500)
      expect(
        refusals(
          Array.from({ length: 500 }, () => 121_001),
          server
        ),
        name
      ).toBe(0)
    }
  })
})

describe("any limit", () => {
  for (const limit of [1, 2, 5, 10, 20, 60]) {
    it(`of ${limit} a minute gets no 429 from anybody, and is used but for one request a minute`, () => {
      const quota = { limit, window: 60_000 }
      const times = arrivals(quota, () => many(10 * limit, 0), limit)
      for (const [name, model] of Object.entries(models)) {
        const random = randomOf(limit)
        for (let phase = 0; phase < phasesPerSeed; phase++) {
          expect(refusals(times, model(quota, random)), `${name}, phase ${phase}`).toBe(0)
        }
      }
      const minutes = Math.max(...times) / quota.window
      expect(times.length / minutes).toBeGreaterThanOrEqual(limit === 1 ? 0.5 : 0.98 * (limit - 1))
    })
  }
})

/**
 * Twelve minutes in which others spend a fifth of the limit: our requests, their refusals, and what the server let in.
 */
const amongOthers = (model: Model, seed: number) => {
  const random = randomOf(seed)
  const server = model(vendor, random)
  const minutes = 12
  const latency = Effect.suspend(() => Effect.sleep(10 + random() * 290))
  const arrive = Effect.map(Clock.currentTimeMillis, (at) => ({ at, isAccepted: server(at) }))
  const answers: Array<{ readonly at: number; readonly isAccepted: boolean }> = []
  VirtualTime.run(
    Effect.gen(function* () {
      const limit = yield* RateLimit.make({ limit: vendor.limit, window: Duration.millis(vendor.window) })
      const request = Effect.zipRight(latency, Effect.zipLeft(arrive, latency))
      const call = Effect.flatMap(limit.permit(request, never), (answer) => {
        answers.push(answer)
        return answer.isAccepted ? Effect.void : limit.pause(Duration.millis(500 * random()))
      })
      const foreign = Effect.forEach(many((minutes * vendor.limit) / 5, 0), () =>
        Effect.delay(arrive, Math.floor(1200 * random()))
      )
      const ours = Effect.replicateEffect(Effect.forever(call), 20, { concurrency: "unbounded", discard: true })
      yield* Effect.raceFirst(
        Effect.delay(Effect.void, minutes * vendor.window),
        Effect.zipRight(Effect.fork(foreign), ours)
      )
    })
  )
  const accepted = answers.filter(({ at, isAccepted }) => isAccepted && at >= 3 * vendor.window).length
  return {
    refused: answers.filter(({ isAccepted }) => !isAccepted).length / answers.length,
    refusedAtFirst: answers.filter(({ at, isAccepted }) => !isAccepted && at < 2 * vendor.window).length,
    used: accepted / ((minutes - 3) * vendor.limit * 0.8)
  }
}

describe("while somebody else spends a fifth of the quota", () => {
  for (const [name, model] of Object.entries(models)) {
    it(`gets less than 1 % 429s from ${name}, 20 at most until it gives way, and uses 90 % of what is left`, () => {
      const { refused, refusedAtFirst, used } = amongOthers(model, 1)
      expect(refused).toBeLessThan(0.01)
      expect(refusedAtFirst).toBeLessThanOrEqual(20)
      expect(used).toBeGreaterThanOrEqual(0.9)
    })
  }
})
