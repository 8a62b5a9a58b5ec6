/** Turns an answer's status into a failure before any schema sees its body: what a body of an error looks like is undocumented. */
import * as InventError from "@effect-invent/domain/InventError"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as RetryAfter from "../RetryAfter.ts"
import { type Answer, Failure } from "../RetryPolicy.ts"
import * as Authentication from "./Authentication.ts"
import type { Step } from "./Call.ts"

const excerptLength = 500
const decoder = new TextDecoder()

const requestIdHeaders = ["x-request-id", "request-id", "x-amzn-requestid", "cf-ray"]

const requestId = (response: HttpClientResponse): string | undefined => {
  const name = requestIdHeaders.find((header) => response.headers[header] !== undefined)
  return name === undefined ? undefined : response.headers[name]
}

const rejectionOf = (endpoint: string, attempts: number, answer: Answer): InventError.InventError => {
  const facts = {
    endpoint,
    attempts,
    status: answer.status,
    excerpt: answer.excerpt,
    ...(answer.requestId === undefined ? {} : { requestId: answer.requestId })
  }
  switch (answer.status) {
    case 400:
      return new InventError.BadRequest(facts)
    case 401:
      return new InventError.Unauthorized(facts)
    case 403:
      return new InventError.Forbidden(facts)
    case 404:
      return new InventError.NotFound(facts)
    case 409:
      return new InventError.Conflict(facts)
    case 422:
      return new InventError.UnprocessableContent(facts)
    default:
      return new InventError.UnexpectedResponse({ ...facts, issue: "no page describes this status" })
  }
}

export const make =
  (apiKey: Redacted.Redacted) =>
  (next: Step<Failure>): Step<Failure> => {
    const withoutKey = Authentication.withoutKey(apiKey)
    // The key goes before the cut, or a piece of it could stay.
    const excerptOf = (body: ArrayBuffer) => withoutKey(decoder.decode(body)).slice(0, excerptLength)

    return (request, call) =>
      Effect.flatMap(next(request, call), (response) => {
        const answered = Effect.map(Effect.orDie(response.arrayBuffer), (body) => {
          const answer: Answer = { status: response.status, excerpt: excerptOf(body), requestId: requestId(response) }
          call.answer = answer
          if (answer.status === 429) call.inTheAir = undefined
          return answer
        })
        if (response.status >= 200 && response.status < 300) return Effect.as(answered, response)
        return Effect.flatMap(Effect.zip(answered, Clock.currentTimeMillis), ([answer, now]) => {
          const retryAfter = RetryAfter.parse(response.headers["retry-after"], now)
          return Effect.fail<Failure>(
            answer.status === 429
              ? Failure.Throttled({ answer, retryAfter })
              : answer.status >= 500
                ? Failure.Faulted({ answer, retryAfter })
                : Failure.Rejected({ error: rejectionOf(call.endpoint, call.attempts, answer) })
          )
        })
      })
  }
