/**
 * The server's own limiter, in the four models that real servers use. The vendor says "500 requests a minute per IP
 * address" and not which. A refused request counts nothing.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/**
 * - `fixed`: at most `limit` in each window of the clock.
 * - `sliding`: at most `limit` in any window, by a log of every request.
 * - `bucket`: a bucket of `limit` tokens, refilled at `limit` a window.
 * - `counter`: the count of this window and the still overlapping share of the one before.
 */
export type Model = "fixed" | "sliding" | "bucket" | "counter"

/** How many requests an address may send, and how they are counted. */
export interface Limit {
  readonly limit: number
  readonly window: Duration.DurationInput
  readonly model: Model
  /** How long after the epoch the windows of `fixed` and `counter` begin, modulo `window`, in milliseconds. */
  readonly phase: number
  /** Whether a 429 has `Retry-After`. No page documents that it does. */
  readonly retryAfter: "none" | "seconds"
}

/** The vendor's documented limit, in the simplest model. */
export const defaults: Limit = { limit: 500, window: "60 seconds", model: "fixed", phase: 0, retryAfter: "none" }

/** Whether a request is let in, and if not, after how many milliseconds one would be. */
export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly retryAfterMillis: number }

/** Counts requests by address. One that is refused gets 429. */
export class RateLimiter extends Context.Tag("@effect-invent/emulator/RateLimiter")<
  RateLimiter,
  {
    readonly limit: Limit
    /** Counts a request from this address, or refuses it. */
    readonly check: (ip: string) => Effect.Effect<Verdict>
    /** The same at an instant, in epoch milliseconds, which never runs backwards. */
    readonly checkAt: (ip: string, now: number) => Verdict
  }
>() {}

/** Decides on one address's request at an instant (epoch milliseconds), which never runs backwards. */
type Counter = (now: number) => Verdict

interface Rule {
  readonly limit: number
  readonly window: number
  readonly phase: number
}

const allowed: Verdict = { allowed: true }
const refused = (retryAfterMillis: number): Verdict => ({ allowed: false, retryAfterMillis })

const fixed = ({ limit, phase, window }: Rule): Counter => {
  let current = -Infinity
  let count = 0
  return (now) => {
    const index = Math.floor((now - phase) / window)
    if (index !== current) [current, count] = [index, 0]
    if (count >= limit) return refused((index + 1) * window + phase - now)
    count += 1
    return allowed
  }
}

const sliding = ({ limit, window }: Rule): Counter => {
  const accepted: Array<number> = []
  return (now) => {
    while (accepted[0] !== undefined && accepted[0] <= now - window) accepted.shift()
    const [oldest] = accepted
    if (oldest !== undefined && accepted.length >= limit) return refused(oldest + window - now)
    accepted.push(now)
    return allowed
  }
}

// Counted in units of 1/window of a token, so that the arithmetic stays in whole numbers.
const bucket = ({ limit, window }: Rule): Counter => {
  const capacity = limit * window
  let level = capacity
  let last = -Infinity
  return (now) => {
    level = Math.min(capacity, level + (now - last) * limit)
    last = now
    if (level < window) return refused(Math.ceil((window - level) / limit))
    level -= window
    return allowed
  }
}

const counter = ({ limit, phase, window }: Rule): Counter => {
  let current = -Infinity
  let previous = 0
  let count = 0
  return (now) => {
    const index = Math.floor((now - phase) / window)
    if (index !== current) [previous, count, current] = [index === current + 1 ? count : 0, 0, index]
    const elapsed = now - phase - index * window
    if (previous * (window - elapsed) + (count + 1) * window <= limit * window) {
      count += 1
      return allowed
    }
    // Either the previous window fades enough within this one, or this one, full by then, has to fade in the next.
    return count < limit
      ? refused(window - Math.floor(((limit - count - 1) * window) / previous) - elapsed)
      : refused(2 * window - Math.floor(((limit - 1) * window) / count) - elapsed)
  }
}

const models: Record<Model, (rule: Rule) => Counter> = { fixed, sliding, bucket, counter }

/** Makes a limiter that has counted nothing. What is left out is as in {@link defaults}. */
export const make = (overrides: Partial<Limit> = {}): RateLimiter["Type"] => {
  const limit: Limit = { ...defaults, ...overrides }
  const rule: Rule = { limit: limit.limit, window: Duration.toMillis(limit.window), phase: limit.phase }
  const counters = new Map<string, Counter>()
  const checkAt = (ip: string, now: number) => {
    const counter = counters.get(ip) ?? models[limit.model](rule)
    counters.set(ip, counter)
    return counter(now)
  }
  return { limit, checkAt, check: (ip) => Effect.map(Clock.currentTimeMillis, (now) => checkAt(ip, now)) }
}

/** The limiter of an emulator. See {@link make}. */
export const layer = (limit?: Partial<Limit>): Layer.Layer<RateLimiter> => Layer.sync(RateLimiter, () => make(limit))
