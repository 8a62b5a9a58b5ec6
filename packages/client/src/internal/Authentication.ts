/** Puts the API key on a request. It is the only place that reads the key. */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as Redacted from "effect/Redacted"
import type { Step } from "./Call.ts"

export const make =
  (apiKey: Redacted.Redacted) =>
  <E>(next: Step<E>): Step<E> =>
  (request, call) =>
    next(HttpClientRequest.bearerToken(request, apiKey), call)
