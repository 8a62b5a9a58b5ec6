/**
 * One span for each attempt, named and attributed as OpenTelemetry's conventions for HTTP clients say. It ends without the
 * request and the response: whoever prints a span's result must not print a key.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
import type { HttpClientRequest } from "@effect/platform/HttpClientRequest"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import type { Failure } from "../RetryPolicy.ts"
import type { Call, Step } from "./Call.ts"

const attributesOf = (request: HttpClientRequest, call: Call) => {
  const url = URL.canParse(request.url) ? new URL(request.url) : undefined
  return {
    "http.request.method": request.method,
    "http.request.resend_count": call.attempts,
    ...(url === undefined ? {} : { "server.address": url.hostname, "server.port": portOf(url), "url.full": url.href })
  }
}

const portOf = (url: URL): number => (url.port !== "" ? Number(url.port) : url.protocol === "https:" ? 443 : 80)

const statusOf = (failure: Failure): number | undefined => {
  switch (failure._tag) {
    case "Throttled":
    case "Faulted":
      return failure.answer.status
    case "Rejected":
      return "status" in failure.error ? failure.error.status : undefined
    default:
      return undefined
  }
}

const annotate = (status: number | undefined) =>
  status === undefined ? Effect.void : Effect.annotateCurrentSpan("http.response.status_code", status)

export const make =
  (next: Step<Failure>): Step<Failure> =>
  (request, call) =>
    Effect.suspend(() => {
      const ended: { response?: HttpClientResponse; failure?: Failure } = {}
      return next(request, call).pipe(
        Effect.tapBoth({ onFailure: (failure) => annotate(statusOf(failure)), onSuccess: (response) => annotate(response.status) }),
        Effect.mapBoth({
          onFailure: (failure) => {
            ended.failure = failure
            return failure._tag
          },
          onSuccess: (response) => {
            ended.response = response
          }
        }),
        Effect.withSpan("InventClient.attempt", { kind: "client", attributes: attributesOf(request, call), captureStackTrace: false }),
        Effect.mapBoth({ onFailure: () => ended.failure!, onSuccess: () => ended.response! })
      )
    })
