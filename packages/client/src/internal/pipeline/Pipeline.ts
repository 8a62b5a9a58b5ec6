/**
 * The one pipe every request goes through, from the outside in: retry → deadline → rate limit (every attempt pays) →
 * a repetition in time → guard → attempt (span, its own deadline) → authentication → status to error → transport.
 */
import type * as InventError from "@effect-invent/domain/InventError"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { pipe } from "effect/Function"
import * as SendGuard from "../../SendGuard.ts"
import { Failure } from "../../RetryPolicy.ts"
import { CurrentLane, QueueFull, type RateLimit, RateLimitUnavailable } from "../../RateLimit.ts"
import * as RetryBudget from "../../RetryBudget.ts"
import type { Settings } from "../../Settings.ts"
import * as Attempt from "./Attempt.ts"
import * as Authentication from "./Authentication.ts"
import type { Middleware } from "./CallState.ts"
import * as SemanticConventions from "../telemetry/SemanticConventions.ts"
import * as Deadline from "./Deadline.ts"
import * as RecordMetrics from "../telemetry/RecordMetrics.ts"
import * as MonotonicClock from "./MonotonicClock.ts"
import * as Repeating from "./Repeating.ts"
import * as Retry from "./Retry.ts"
import * as StatusToError from "./StatusToError.ts"
import * as Transport from "./Transport.ts"
import * as DeadlineTimer from "./DeadlineTimer.ts"

const limited =
  (rateLimit: RateLimit["Type"]) =>
  (next: Middleware<Failure>): Middleware<Failure> =>
  (request, call) =>
    Effect.withFiberRuntime((fiber) => {
      const clock = MonotonicClock.clockOf(fiber)
      const since = MonotonicClock.millisOf(clock)
      const granted = Effect.suspend(() => {
        call.queued = (MonotonicClock.millisOf(clock) - since) / 1000
        RecordMetrics.queue(fiber, Context.get(fiber.currentContext, CurrentLane), call.queued)
        return next(request, call)
      })
      return Effect.mapError(
        rateLimit.permit(granted, (failure) => failure._tag === "NeverSent"),
        (failure) => {
          if (failure instanceof QueueFull)
            return Failure.QueueFull({ queued: failure.queued, expectedWait: failure.expectedWait })
          return failure instanceof RateLimitUnavailable
            ? Failure.RateLimitUnavailable({ reason: failure.reason })
            : failure
        }
      )
    })

const guarded =
  (next: Middleware<Failure>): Middleware<Failure> =>
  (request, call) =>
    Effect.withFiberRuntime((fiber) =>
      Effect.flatMap(Context.get(fiber.currentContext, SendGuard.CurrentGuard), (isWanted) =>
        isWanted ? next(request, call) : Effect.fail(Failure.Rejected({ error: SendGuard.withheld(call.endpoint) }))
      )
    )

/**
 * Makes the pipe that every call goes through: deadlines and retry around the rate limit, and around one request with
 * its key, its span and its answer's status.
 */
export const make = (
  transport: HttpClient.HttpClient,
  rateLimit: RateLimit["Type"],
  settings: Settings
): Effect.Effect<Middleware<InventError.InventError>> =>
  Effect.suspend(() => {
    const client = SemanticConventions.client(settings)
    return Effect.map(RetryBudget.make(settings.retryBudget, client), (budget) =>
      pipe(
        Transport.make(transport),
        StatusToError.make(settings),
        Authentication.make(settings.apiKey),
        Attempt.make(SemanticConventions.endpoints(client)),
        guarded,
        Repeating.inTime,
        limited(rateLimit),
        Deadline.total(DeadlineTimer.make()),
        Retry.make({ policy: settings.retry, budget, rateLimit })
      )
    )
  })
