/**
 * The one pipe every request goes through, from the outside in:
 * deadline → retry → rate limit (every attempt pays) → guard → span → attempt deadline → authentication → status to error → transport.
 */
import type * as InventError from "@effect-invent/domain/InventError"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import { pipe } from "effect/Function"
import * as Guard from "../Guard.ts"
import { Failure } from "../RetryPolicy.ts"
import { QueueFull, type RateLimit, RateLimitUnavailable } from "../RateLimit.ts"
import * as RetryBudget from "../RetryBudget.ts"
import type { Settings } from "../Settings.ts"
import * as AttemptSpan from "./AttemptSpan.ts"
import * as Authentication from "./Authentication.ts"
import { CurrentCall, type Step } from "./Call.ts"
import * as Conventions from "./Conventions.ts"
import * as Deadline from "./Deadline.ts"
import * as Measure from "./Measure.ts"
import * as Retry from "./Retry.ts"
import * as StatusToError from "./StatusToError.ts"
import * as Transport from "./Transport.ts"
import * as Watch from "./Watch.ts"

const limited =
  (rateLimit: RateLimit["Type"]) =>
  (next: Step<Failure>): Step<Failure> =>
  (request, call) =>
    Effect.mapError(
      Effect.flatMap(Measure.queue(call), ({ granted }) =>
        rateLimit.permit(Effect.zipRight(granted, next(request, call)), (failure) => failure._tag === "NeverSent")
      ),
      (failure) => {
        if (failure instanceof QueueFull) return Failure.QueueFull({ queued: failure.queued, expectedWait: failure.expectedWait })
        return failure instanceof RateLimitUnavailable ? Failure.RateLimitUnavailable({ reason: failure.reason }) : failure
      }
    )

const guarded =
  (next: Step<Failure>): Step<Failure> =>
  (request, call) =>
    Effect.flatMap(Effect.flatten(Guard.CurrentGuard), (isWanted) =>
      isWanted ? next(request, call) : Effect.fail(Failure.Rejected({ error: Guard.withheld(call.endpoint) }))
    )

export const make = (
  transport: HttpClient.HttpClient,
  rateLimit: RateLimit["Type"],
  settings: Settings
): Effect.Effect<HttpClient.HttpClient.With<InventError.InventError, CurrentCall>> =>
  Effect.map(RetryBudget.make(settings.retryBudget), (budget) => {
    const endpointOf = Conventions.endpoints(settings.baseUrl)
    const watch = Watch.make()
    const step = pipe(
      // The platform's own span would hold the request with its key, and send its ids to the vendor as headers.
      Transport.make(HttpClient.withTracerDisabledWhen(transport, () => true)),
      StatusToError.make(settings),
      Authentication.make(settings.apiKey),
      Deadline.perAttempt(watch, settings.deadlines.attempt),
      Measure.requests(endpointOf),
      AttemptSpan.make(endpointOf),
      guarded,
      limited(rateLimit),
      Retry.make({ policy: settings.retry, budget, total: settings.deadlines.total, rateLimit }),
      Deadline.total(watch, settings.deadlines.total),
      Measure.calls
    )
    return HttpClient.makeWith<never, never, InventError.InventError, CurrentCall>(
      (prepared) => Effect.flatMap(prepared, (request) => Effect.flatMap(CurrentCall, (call) => step(request, call))),
      (request) => Effect.succeed(request)
    )
  })
