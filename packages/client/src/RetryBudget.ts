/**
 * A budget of retries, shared by all calls of a client: a token bucket that only success refills, so that an outage is met
 * with few extra requests and recovery is met at full speed.
 */
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"

export interface RetryBudget {
  /** Takes a token if there is one. */
  readonly spend: Effect.Effect<boolean>
  /** Returns a part of a token: a call succeeded. */
  readonly refill: Effect.Effect<void>
}

export interface Options {
  /** Retries that an idle client may spend at once. */
  readonly capacity: number
  /** Tokens that one success returns. */
  readonly refillPerSuccess: number
}

/** 25 retries for a total outage of 300 calls: 1.08 requests per call. */
export const defaults: Options = { capacity: 25, refillPerSuccess: 0.1 }

export const make = (options: Options): Effect.Effect<RetryBudget> =>
  Effect.map(Ref.make(options.capacity), (tokens) => ({
    spend: Ref.modify(tokens, (left) => (left >= 1 ? [true, left - 1] : [false, left])),
    refill: Ref.update(tokens, (left) => Math.min(options.capacity, left + options.refillPerSuccess))
  }))
