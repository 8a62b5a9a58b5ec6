import * as RateLimit from "@effect-invent/client/RateLimit"
import { beforeAll, describe, expect, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
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

const seconds = (times: ReadonlyArray<number>) => times.map((at) => Math.round(at / 100) / 10)

/** A request that is answered when the test says so. */
const controlled = Effect.map(Deferred.make<void, "refused" | "lost">(), (answer) => ({
  request: Deferred.await(answer),
  answered: Deferred.succeed(answer, undefined),
  refused: Deferred.fail(answer, "refused"),
  lost: Deferred.fail(answer, "lost")
}))

const neverLeft = (error: "refused" | "lost") => error === "refused"

describe("the rate limit", () => {
  it.effect("lets the documented burst out at once: 22 of 500 a minute after an idle time", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make(RateLimit.defaults)
      yield* TestClock.adjust("1 hours")
      const { request, times } = recorder()
      yield* Effect.forkAll(Array.from({ length: 40 }, (_, i) => limit.permit(request(i), never)))
      yield* TestClock.adjust(0)
      // 20 of the burst, and two turns of the paced sender: this one and the one that nobody used.
      expect(times()).toEqual(Array.from({ length: 22 }, () => 3_600_000))
      yield* TestClock.adjust("1 seconds")
      expect(times().length).toBe(22 + Math.floor(1000 / (60_000 / 472.5)))
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

  it.effect("gives a permit back one window after the answer, not after the sending", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make({ limit: 1, window: Duration.seconds(60) })
      const { request, times } = recorder("7 seconds")
      yield* Effect.forkAll([limit.permit(request(0), never), limit.permit(request(1), never)])
      yield* TestClock.adjust("66999 millis")
      expect(times()).toEqual([0])
      yield* TestClock.adjust("1 millis")
      expect(times()).toEqual([0, 67_000])
    })
  )

  it.effect("gives the permit of a request that failed on its way back after one window, too", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make({ limit: 1, window: Duration.seconds(60) })
      const { request, times } = recorder()
      const lost = yield* controlled
      yield* Effect.fork(limit.permit(lost.request, neverLeft))
      yield* Effect.fork(limit.permit(request(1), never))
      yield* TestClock.adjust("3 seconds")
      yield* lost.lost
      yield* TestClock.adjust("2 minutes")
      expect(times()).toEqual([63_000])
    })
  )

  it.effect("counts a request that was interrupted on its way", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make({ limit: 1, window: Duration.seconds(60) })
      const { request, times } = recorder()
      const fiber = yield* Effect.fork(limit.permit(Effect.never, never))
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.interrupt(fiber)
      yield* Effect.fork(limit.permit(request(1), never))
      yield* TestClock.adjust("2 minutes")
      expect(times()).toEqual([65_000])
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

  it.effect("gives that permit to a waiter who was told to come back much later", () =>
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

  it.effect("forgets interrupted waiters: after 90 of 100 left, the tenth goes when it should", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make({ limit: 10, window: Duration.seconds(60) })
      const { names, request, times } = recorder()
      const fibers = yield* Effect.forEach(Array.from({ length: 100 }, (_, i) => i), (i) =>
        Effect.fork(limit.permit(request(i), never))
      )
      yield* TestClock.adjust("1 millis")
      expect(names()).toEqual([0])
      yield* Fiber.interruptAll(fibers.slice(1, 91))
      yield* TestClock.adjust("1 minutes")
      // One every 60 s / 9.85, as if the ninety had never been there.
      expect(names()).toEqual([0, 91, 92, 93, 94, 95, 96, 97, 98, 99])
      expect(seconds(times())).toEqual([0, 6.1, 12.2, 18.3, 24.4, 30.5, 36.5, 42.6, 48.7, 54.8])
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

  it.effect("holds everybody while it is paused, and a shorter pause ends no longer one", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make(RateLimit.defaults)
      const { request, times } = recorder()
      yield* limit.pause(Duration.seconds(30))
      yield* limit.pause(Duration.seconds(5))
      yield* Effect.forkAll([0, 1, 2].map((name) => limit.permit(request(name), never)))
      yield* TestClock.adjust("29999 millis")
      expect(times()).toEqual([])
      yield* TestClock.adjust("1 millis")
      expect(times()).toEqual([30_000, 30_000, 30_000])
    })
  )

  it.effect("holds those who already wait when it is paused", () =>
    Effect.gen(function* () {
      const limit = yield* RateLimit.make({ limit: 1, window: Duration.seconds(60) })
      const { request, times } = recorder()
      yield* limit.permit(request(0), never)
      yield* Effect.fork(limit.permit(request(1), never))
      yield* TestClock.adjust("50 seconds")
      yield* limit.pause(Duration.seconds(40))
      yield* TestClock.adjust("2 minutes")
      expect(times()).toEqual([0, 90_000])
    })
  )

  it("is not fooled by a step of the wall clock", () => {
    const program = Effect.gen(function* () {
      const monotone = yield* Effect.clock
      let step = 0
      const stepping: Clock.Clock = {
        ...monotone,
        unsafeCurrentTimeMillis: () => monotone.unsafeCurrentTimeMillis() + step,
        currentTimeMillis: Effect.map(monotone.currentTimeMillis, (now) => now + step)
      }
      return yield* Effect.withClock(
        Effect.gen(function* () {
          const limit = yield* RateLimit.make({ limit: 1, window: Duration.seconds(60) })
          yield* limit.permit(Effect.void, never)
          step = -3_600_000
          yield* limit.permit(Effect.void, never)
          step = 3_600_000
          yield* limit.permit(Effect.void, never)
          return yield* monotone.currentTimeMillis
        }),
        stepping
      )
    })
    expect(VirtualTime.run(program)).toBe(120_000)
  })
})

/** Whether a server with its own idea of a rate limit accepts a request that arrives now. */
type Server = (now: number) => boolean

interface Quota {
  readonly limit: number
  readonly window: number
}

type Model = (quota: Quota, random: () => number) => Server

const models: Record<string, Model> = {
  "a fixed window": ({ limit, window }, random) => {
    const phase = random() * window
    let current = -1
    let count = 0
    return (now) => {
      const index = Math.floor((now + phase) / window)
      if (index !== current) {
        current = index
        count = 0
      }
      return ++count <= limit
    }
  },
  "a sliding log": ({ limit, window }) => {
    const log: Array<number> = []
    return (now) => {
      while (log.length > 0 && log[0]! <= now - window) log.shift()
      return log.push(now) <= limit
    }
  },
  "a token bucket": ({ limit, window }) => {
    let tokens = limit
    let last = 0
    return (now) => {
      tokens = Math.min(limit, tokens + ((now - last) * limit) / window)
      last = now
      if (tokens < 1) return false
      tokens -= 1
      return true
    }
  },
  "a sliding counter": ({ limit, window }, random) => {
    const phase = random() * window
    let current = -1
    let count = 0
    let previous = 0
    return (now) => {
      const position = (now + phase) / window
      const index = Math.floor(position)
      if (index !== current) {
        previous = index === current + 1 ? count : 0
        current = index
        count = 0
      }
      const weighed = previous * (1 - (position - index)) + count + 1
      if (weighed > limit) return false
      count++
      return true
    }
  }
}

/** A small generator of random numbers (mulberry32), so that a seed tells the whole story. */
const randomOf = (seed: number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** When calls come in: milliseconds from the start. */
type Workload = (random: () => number) => ReadonlyArray<number>

/** When the requests of some calls reach the server. Nothing there answers 429, so its model makes no difference to them. */
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

/** How many of the requests a server refuses. */
const refusals = (times: ReadonlyArray<number>, server: Server): number => times.filter((at) => !server(at)).length

const vendor: Quota = { limit: 500, window: 60_000 }
const seeds = [1, 2, 3]
const phasesPerSeed = 40

const atOnce: Workload = () => Array.from({ length: 2000 }, () => 0)

/** Groups of up to 60 calls, sometimes close together and sometimes after minutes of silence. */
const inBursts: Workload = (random) => {
  const calls: Array<number> = []
  for (let at = 0; calls.length < 1000; at += random() < 0.1 ? 180_000 * random() : 10_000 * random()) {
    const size = Math.ceil(random() * 60)
    for (let i = 0; i < size; i++) calls.push(at)
  }
  return calls
}

/** The share of the quota that is used in the third and fourth minute. */
const use = (times: ReadonlyArray<number>): number =>
  times.filter((at) => at >= 2 * vendor.window && at < 4 * vendor.window).length / (2 * vendor.limit)

describe("500 requests a minute, one-way latency of 10 to 300 ms", () => {
  const workloads = { "2,000 calls at once": atOnce, "calls in bursts between silences": inBursts }
  describe.each(Object.entries(workloads))("%s", (_, workload) => {
    let runs: ReadonlyArray<{ readonly seed: number; readonly times: ReadonlyArray<number> }> = []
    beforeAll(() => {
      runs = seeds.map((seed) => ({ seed, times: arrivals(vendor, workload, seed) }))
    })

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
      it("uses at least 93 % of the quota from the third minute on", () => {
        for (const { seed, times } of runs) expect(use(times), `seed ${seed}`).toBeGreaterThanOrEqual(0.93)
      })
    }
  })

  it("would be caught: each model refuses what is beyond the limit, and accepts it again after two windows", () => {
    for (const [name, model] of Object.entries(models)) {
      const server = model(vendor, randomOf(1))
      expect(refusals(Array.from({ length: 2000 }, () => 1000), server), name).toBe(1500)
      expect(refusals(Array.from({ length: 500 }, () => 121_001), server), name).toBe(0)
    }
  })
})
