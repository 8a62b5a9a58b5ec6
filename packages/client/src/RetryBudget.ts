/**
 * A budget of retries, shared by all calls of a client: a token bucket that only success refills, so that an outage is
 * met with few extra requests and recovery is met at full speed.
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as MetricLabel from "effect/MetricLabel"
import * as Ref from "effect/Ref"
import * as Telemetry from "./Telemetry.ts"

/** The tokens that all calls of a client share: a retry takes one, and a success gives back a part of one. */
export interface RetryBudget {
  /** Takes a token if there is one. */
  readonly spend: Effect.Effect<boolean>
  /** Returns a part of a token: a call succeeded. */
  readonly refill: Effect.Effect<void>
}

/** How large a budget is, and how fast it fills up. */
export interface Options {
  /** Retries that an idle client may spend at once. */
  readonly capacity: number
  /** Tokens that one success returns. */
  readonly refillPerSuccess: number
}

/** 25 retries for a total outage of 300 calls: 1.08 requests per call. */
export const defaults: Options = { capacity: 25, refillPerSuccess: 0.1 }

/** `attributes` distinguish its gauge from that of another budget in the same process. */
export const make = (
  options: Options,
  attributes: Readonly<Record<string, string | number>> = {}
): Effect.Effect<RetryBudget> =>
  Effect.gen(function* () {
    const { capacity, refillPerSuccess } = options
    const tokens = yield* Ref.make(capacity)
    const labels = Object.entries(attributes).map(([name, value]) => MetricLabel.make(name, String(value)))
    const gauge = Metric.taggedWithLabels(Telemetry.retryBudget, labels)
    const show = Effect.flatMap(Ref.get(tokens), (left) => Metric.set(gauge, left))
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
