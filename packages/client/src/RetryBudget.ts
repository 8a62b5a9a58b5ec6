/**
 * A budget of retries, shared by all calls of a client: a token bucket that only success refills, so that an outage is met
 * with few extra requests and recovery is met at full speed.
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Ref from "effect/Ref"
import * as Telemetry from "./Telemetry.ts"

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
  Effect.gen(function* () {
    const { capacity, refillPerSuccess } = options
    const tokens = yield* Ref.make(capacity)
    const show = Effect.flatMap(Ref.get(tokens), (left) => Metric.set(Telemetry.retryBudget, left))
    yield* show
    return {
      spend: Effect.zipLeft(
        Ref.modify(tokens, (left) => (left >= 1 ? [true, left - 1] : [false, left])),
        show
      ),
      refill: Effect.flatMap(
        Ref.modify(tokens, (left) => [left < capacity, Math.min(capacity, left + refillPerSuccess)]),
        (isNews) => (isNews ? show : Effect.void)
      )
    }
  })
