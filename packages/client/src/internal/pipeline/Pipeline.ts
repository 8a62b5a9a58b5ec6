/**
 * The one pipe every request goes through, from the outside in:
 * retry → deadline → rate limit (every attempt pays) → guard → attempt (span, its own deadline) → authentication → status to
 * error → transport.
 */
import type * as InventError from "@effect-invent/domain/InventError"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { pipe } from "effect/Function"
import * as Guard from "../../SendGuard.ts"
import { Failure } from "../../RetryPolicy.ts"
import { CurrentLane, QueueFull, type RateLimit, RateLimitUnavailable } from "../../RateLimit.ts"
import * as RetryBudget from "../../RetryBudget.ts"
import type { Settings } from "../../Settings.ts"
import * as Attempt from "./Attempt.ts"
import * as Authentication from "./Authentication.ts"
import type { Step } from "./CallState.ts"
import * as Conventions from "../telemetry/SemanticConventions.ts"
import * as Deadline from "./Deadline.ts"
import * as Measure from "../telemetry/RecordMetrics.ts"
import * as MonotoneClock from "./MonotonicClock.ts"
import * as Retry from "./Retry.ts"
import * as StatusToError from "./StatusToError.ts"
import * as Transport from "./Transport.ts"
import * as Watch from "./DeadlineTimer.ts"

const limited =
  (rateLimit: RateLimit["Type"]) =>
  (next: Step<Failure>): Step<Failure> =>
  (request, call) =>
    Effect.withFiberRuntime((fiber) => {
      const clock = MonotoneClock.clockOf(fiber)
      const since = MonotoneClock.millisOf(clock)
      const granted = Effect.suspend(() => {
        call.queued = (MonotoneClock.millisOf(clock) - since) / 1000
        Measure.queue(fiber, Context.get(fiber.currentContext, CurrentLane), call.queued)
        return next(request, call)
      })
      return Effect.mapError(
        rateLimit.permit(granted, (failure) => failure._tag === "NeverSent"),
        (failure) => {
          if (failure instanceof QueueFull) return Failure.QueueFull({ queued: failure.queued, expectedWait: failure.expectedWait })
          return failure instanceof RateLimitUnavailable ? Failure.RateLimitUnavailable({ reason: failure.reason }) : failure
        }
      )
    })

const guarded =
  (next: Step<Failure>): Step<Failure> =>
  (request, call) =>
    Effect.withFiberRuntime((fiber) =>
      Effect.flatMap(Context.get(fiber.currentContext, Guard.CurrentGuard), (isWanted) =>
        isWanted ? next(request, call) : Effect.fail(Failure.Rejected({ error: Guard.withheld(call.endpoint) }))
      )
    )

export const make = (
  transport: HttpClient.HttpClient,
  rateLimit: RateLimit["Type"],
  settings: Settings
): Effect.Effect<Step<InventError.InventError>> =>
  Effect.suspend(() => {
    const client = Conventions.client(settings)
    return Effect.map(RetryBudget.make(settings.retryBudget, client), (budget) =>
      pipe(
        Transport.make(transport),
        StatusToError.make(settings),
        Authentication.make(settings.apiKey),
        Attempt.make(Conventions.endpoints(client)),
        guarded,
        limited(rateLimit),
        Deadline.total(Watch.make()),
        Retry.make({ policy: settings.retry, budget, rateLimit })
      )
    )
  })
