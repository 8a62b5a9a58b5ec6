import * as RateLimit from "@effect-invent/client/RateLimit"
import { describe, expect } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as QuotaForecast from "../src/Operations/QuotaForecast.ts"
import * as Build from "./Build.ts"

const { after, hour, minute, second, start } = Build

/** A follow-up takes 800 ms of it. */
const quota = { ...QuotaForecast.quota(), share: 0.75 }
const cost = Duration.toMillis(QuotaForecast.costOf(quota))
const many = (count: number, at: number) => Arr.makeBy(count, () => after(at))
const millis = (instant: DateTime.Utc) => instant.epochMillis - start.epochMillis

describe("a forecast", () => {
  it("leaves out what watching the inbox and reading who opted out may take of the documented quota", () => {
    expect(QuotaForecast.quota()).toMatchObject({ ...RateLimit.defaults, share: 0.87 })
  })

  it("of ten thousand at one moment is their number at the rate of the quota", () => {
    const backlog = QuotaForecast.worst(many(10_000, hour), start, quota)!
    expect(millis(backlog.from)).toBe(hour)
    expect(backlog.followUps).toBe(10_000)
    expect(millis(backlog.until) - hour).toBeCloseTo(10_000 * cost, 0)
    const perMinute = 10_000 / Duration.toMinutes(DateTime.distanceDuration(backlog.from, backlog.until))
    expect(perMinute * QuotaForecast.requestsPerFollowUp).toBeCloseTo(quota.limit * quota.share, 3)
    expect(QuotaForecast.describe(backlog)).toBe(
      "10000 follow-ups from 2026-07-15T13:00Z will take 2h 14m; the latest will be 2h 14m late"
    )
  })

  it("is none where everything is in time, and where nothing waits", () => {
    expect(QuotaForecast.worst([], start, quota)).toBeUndefined()
    expect(
      QuotaForecast.worst(
        Arr.makeBy(1000, (n) => after(n * 2 * cost)),
        start,
        quota
      )
    ).toBeUndefined()
    expect(QuotaForecast.worst(many(Math.floor(minute / cost) - 1, hour), start, quota)).toBeUndefined()
  })

  it("lets what is due later wait behind a backlog, and reports the worst of several", () => {
    const due = [...many(1000, 0), ...many(10, minute), ...many(300, 10 * hour)]
    // The second one has no whole number of milliseconds for each.
    for (const each of [quota, QuotaForecast.quota()]) {
      const backlog = QuotaForecast.worst(due.toReversed(), start, each)!
      expect(backlog.followUps).toBe(1010)
      expect(millis(backlog.from)).toBe(0)
      expect(Duration.toMillis(backlog.latest)).toBeCloseTo(1000 * Duration.toMillis(QuotaForecast.costOf(each)), 0)
    }
  })

  it("counts what is overdue as due now", () => {
    const [eta] = QuotaForecast.etas([after(-hour)], start, quota)
    expect(millis(eta!)).toBeCloseTo(cost, 0)
  })

  it("computes for each when it will be done: never before it is due, never two at once", () => {
    const due = Arr.makeBy(500, (n) => after(((n * 7919) % 600) * second))
    const etas = QuotaForecast.etas(due, start, quota)
    const sorted = due.toSorted((a, b) => a.epochMillis - b.epochMillis)
    for (const [index, eta] of etas.entries()) {
      expect(eta.epochMillis).toBeGreaterThanOrEqual(sorted[index]!.epochMillis)
      if (index > 0) expect(eta.epochMillis - etas[index - 1]!.epochMillis).toBeGreaterThanOrEqual(Math.floor(cost))
    }
  })

  it.effect("is what the limiter then does, to a tenth of a window", () =>
    Effect.gen(function* () {
      const whole = { ...RateLimit.defaults, share: 1 }
      const rateLimit = yield* RateLimit.make(RateLimit.defaults)
      const count = 400
      const [done] = QuotaForecast.etas(many(count, 0), start, whole).slice(-1)
      const requests = Effect.forEach(
        Arr.makeBy(count * QuotaForecast.requestsPerFollowUp, (n) => n),
        () => rateLimit.permit(Effect.void, () => false),
        { concurrency: "unbounded", discard: true }
      )
      const fiber = yield* Effect.fork(requests)
      const isDone = Effect.map(Fiber.poll(fiber), (exit) => exit._tag === "Some")
      const tenth = Duration.toMillis(whole.window) / 10
      yield* TestClock.adjust(millis(done!) - 2 * tenth)
      expect(yield* isDone).toBe(false)
      yield* TestClock.adjust(3 * tenth)
      expect(yield* isDone).toBe(true)
    })
  )
})
