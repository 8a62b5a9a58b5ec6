/** Repeats an attempt as the retry policy decides, and turns the last failure into the call's error. */
import * as InventError from "@effect-invent/domain/InventError"
import type { HttpClientRequest } from "@effect/platform/HttpClientRequest"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as RateLimit from "../../RateLimit.ts"
import type { RetryBudget } from "../../RetryBudget.ts"
import * as RetryPolicy from "../../RetryPolicy.ts"
import * as DebugLog from "../telemetry/DebugLog.ts"
import * as CallState from "./CallState.ts"
import * as MonotonicClock from "./MonotonicClock.ts"
import * as FailureToError from "./FailureToError.ts"
import * as Repeating from "./Repeating.ts"

/**
 * Maximum time for which all calls are held back after a 429 whose `Retry-After` is longer than its own call may take:
 * the window of the documented limit, after which no such limit refuses any more.
 */
const longestPause = RateLimit.defaults.window

/** What a retry depends on: the policy, the budget, and the rate limit. */
export interface Options {
  readonly policy: RetryPolicy.RetryPolicy
  readonly budget: RetryBudget
  /** Paused after a 429, so that the calls that wait behind this one hold back, too. */
  readonly rateLimit: RateLimit.RateLimit["Type"]
}

/** Repeats attempts by the decisions of `RetryPolicy.decide`, and turns the last failure into the call's error. */
export const make =
  ({ budget, policy, rateLimit }: Options) =>
  (next: CallState.Middleware<RetryPolicy.Failure>): CallState.Middleware<InventError.InventError> =>
  (request, call) => {
    const policyOf = call.options.retry === false ? { ...policy, maxAttempts: 1 } : policy
    const decide = (failure: RetryPolicy.Failure, attempt: number) =>
      Effect.gen(function* () {
        const now = yield* MonotonicClock.millis
        const situation: Omit<RetryPolicy.Situation, "budgetLeft"> = {
          policy: policyOf,
          failure,
          safety: call.options.retry === "if-unapplied" ? "Unsafe" : call.safety,
          attempt,
          hasOwnLimit: call.hasOwnLimit,
          remaining: Duration.millis(Math.max(0, call.until - now)),
          ...Repeating.left(call, yield* Clock.currentTimeMillis),
          jitter: yield* Random.next
        }
        const decision = RetryPolicy.decide({ ...situation, budgetLeft: true })
        if (decision._tag !== "Repeat" || !RetryPolicy.isSpending(failure)) return decision
        return (yield* budget.spend) ? decision : RetryPolicy.decide({ ...situation, budgetLeft: false })
      })

    const giveUp = (failure: RetryPolicy.Failure, wait?: Duration.Duration) =>
      Effect.zipRight(
        isOfAll(failure, call) ? rateLimit.pause(Duration.min(wait ?? Duration.zero, longestPause)) : Effect.void,
        Effect.flatMap(DateTime.now, (now) =>
          CallState.fail(call, tooLong(failure, call, now, wait) ?? FailureToError.fromFailure(failure, call))
        )
      )

    const from = (attempt: number): Effect.Effect<HttpClientResponse, InventError.InventError> =>
      Effect.matchEffect(next(request, call), {
        onSuccess: (response) => Effect.as(budget.refill, response),
        onFailure: (failure) =>
          Effect.flatMap(decide(Repeating.noted(call, failure), attempt), (decision) => {
            switch (decision._tag) {
              case "GiveUp":
                return giveUp(failure)
              case "TooLong":
                return giveUp(failure, decision.wait)
              case "Repeat":
                return Effect.zipRight(
                  Effect.zipRight(
                    logged(request, call, failure, decision.after),
                    isOfAll(failure, call) ? rateLimit.pause(decision.after) : Effect.sleep(decision.after)
                  ),
                  from(isOfAll(failure, call) ? attempt : attempt + 1)
                )
            }
          })
      })

    return Effect.flatMap(MonotonicClock.millis, (now) => {
      call.until = now + Duration.toMillis(call.deadlines.total)
      return from(1)
    })
  }

/** Logs how many seconds the call waits, before which request, and what its last one failed with. */
const logged = (
  request: HttpClientRequest,
  call: CallState.CallState,
  { _tag }: RetryPolicy.Failure,
  after: Duration.Duration
) =>
  Effect.withFiberRuntime<void>((fiber) =>
    DebugLog.isOn(fiber)
      ? DebugLog.line(request.method, call, {
          next: call.attempts + 1,
          wait: DebugLog.seconds(Duration.toMillis(after)),
          because: _tag
        })
      : Effect.void
  )

/**
 * Whether it is a 429 of the limit for all requests: the limiter then holds all calls, and this one waits with them.
 * Otherwise only this call waits.
 */
const isOfAll = ({ _tag }: RetryPolicy.Failure, { hasOwnLimit }: CallState.CallState) =>
  _tag === "Throttled" && hasOwnLimit !== true

const tooLong = (
  failure: RetryPolicy.Failure,
  call: CallState.CallState,
  now: DateTime.Utc,
  wait: Duration.Duration | undefined
): InventError.InventError | undefined => {
  // A 5xx to an unsafe request never comes here: it is not repeatable, however long the wait.
  if (wait === undefined || (failure._tag !== "Throttled" && failure._tag !== "Faulted")) return undefined
  return new InventError.RetryAfterTooLong({
    ...FailureToError.facts(call, failure.answer),
    status: failure.answer.status,
    retryAt: DateTime.addDuration(now, wait)
  })
}
