/**
 * One span for each request that leaves, named and attributed by OpenTelemetry's conventions. It ends without the request
 * and the response: whoever prints a span's result must not print a key.
 */
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import type { Failure } from "../RetryPolicy.ts"
import type { Call, Step } from "./Call.ts"
import * as Conventions from "./Conventions.ts"

const resends = ({ attempts }: Call) => (attempts === 0 ? {} : { "http.request.resend_count": attempts })

export const make =
  (endpointOf: Conventions.EndpointOf) =>
  (next: Step<Failure>): Step<Failure> =>
  (request, call) =>
    Effect.suspend(() => {
      const endpoint = endpointOf(request, call)
      const attributes = {
        ...endpoint,
        ...resends(call),
        "url.full": Conventions.fullUrl(request),
        "invent.client.queue.duration": call.queued
      }
      const ended: { response?: HttpClientResponse; failure?: Failure } = {}
      return next(request, call).pipe(
        Effect.onExit((exit) => Effect.annotateCurrentSpan(Conventions.endingOf(exit, call))),
        Effect.mapBoth({
          onFailure: (failure) => {
            ended.failure = failure
            return failure._tag
          },
          onSuccess: (response) => {
            ended.response = response
          }
        }),
        Effect.withSpan(`${request.method} ${endpoint["url.template"]}`, { kind: "client", attributes, captureStackTrace: false }),
        Effect.mapBoth({ onFailure: () => ended.failure!, onSuccess: () => ended.response! })
      )
    })
