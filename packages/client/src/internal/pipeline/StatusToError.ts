/**
 * Turns an answer into a failure by its status before any schema sees its body: what a body of an error looks like is
 * undocumented. Reads the body of a success whole, within a bound, and of anything else only the beginning.
 */
import * as Graphemes from "@effect-invent/domain/Graphemes"
import * as InventError from "@effect-invent/domain/InventError"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import type * as Redacted from "effect/Redacted"
import * as RetryAfter from "../../RetryAfter.ts"
import { type Answer, Failure } from "../../RetryPolicy.ts"
import * as Authentication from "./Authentication.ts"
import * as Body from "./ResponseBody.ts"
import type { Call, Step } from "./CallState.ts"
import * as Outcome from "./FailureToError.ts"

const excerptLength = 500
/** Of a body that is only for a human to read: so many bytes, waited for so many milliseconds. */
const excerptBytes = 64 * 1024
const excerptPatience = 2_000

const decoder = new TextDecoder()
const strictDecoder = new TextDecoder("utf-8", { fatal: true })

const textOf = (body: ArrayBuffer) => Either.try(() => strictDecoder.decode(body))

const requestIdHeaders = ["x-request-id", "request-id", "x-amzn-requestid", "cf-ray"]

const longestRequestId = 200

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

/** What the decompression says of a body that is not what `content-encoding` names. The same would come next time. */
const isMiscoded = (error: unknown): boolean =>
  Predicate.isObject(error) && (("code" in error && error.code === "Z_DATA_ERROR") || ("cause" in error && isMiscoded(error.cause)))

export interface Options {
  readonly apiKey: Redacted.Redacted
  /** The longest body of a success, in bytes, after decompression. */
  readonly maxBodyBytes: number
}

export const make =
  ({ apiKey, maxBodyBytes }: Options) =>
  (next: Step<Failure>): Step<Failure> => {
    const withoutKey = Authentication.withoutKey(apiKey)
    // The key goes before the cut, or a piece of it could stay.
    const excerptOf = (body: ArrayBuffer) => Graphemes.cut(withoutKey(decoder.decode(body)), excerptLength)

    const requestIdOf = (response: HttpClientResponse) => {
      const id = requestId(response)
      return id === undefined ? undefined : withoutKey(id).slice(0, longestRequestId)
    }

    // Only an error wants to know it.
    const answered = (response: HttpClientResponse, call: Call, body: ArrayBuffer): Answer =>
      (call.answer = {
        status: response.status,
        get excerpt() {
          return excerptOf(body)
        },
        get requestId() {
          return requestIdOf(response)
        }
      })

    const rejected = (call: Call, issue: string) => Failure.Rejected({ error: Outcome.unexpected(call, issue) })

    const lost = (error: unknown, response: HttpClientResponse, call: Call) => {
      if (!isMiscoded(error)) return Failure.AnswerLost({ reason: "the body broke off" })
      answered(response, call, new ArrayBuffer(0))
      return rejected(call, "the body is not what its content-encoding names")
    }

    const success = (response: HttpClientResponse, call: Call) =>
      Effect.matchEffect(Body.read(response, maxBodyBytes), {
        onFailure: (error) => Effect.fail(lost(error, response, call)),
        onSuccess: ({ bytes, isCut }) => {
          answered(response, call, isCut ? bytes.slice(0, excerptBytes) : bytes)
          if (isCut) return Effect.fail(rejected(call, `body larger than ${maxBodyBytes} bytes`))
          const text = textOf(bytes)
          if (Either.isLeft(text)) return Effect.fail(rejected(call, "the body is not UTF-8"))
          call.text = text.right
          return Effect.succeed(response)
        }
      })

    const failure = (response: HttpClientResponse, call: Call) =>
      // What the status says holds whatever becomes of the body.
      Effect.zipWith(Body.beginning(response, excerptBytes, excerptPatience), Clock.currentTimeMillis, (body, now) => {
        const answer = answered(response, call, body)
        const retryAfter = RetryAfter.parse(response.headers["retry-after"], now)
        return answer.status === 429
          ? (call.refusal = Failure.Throttled({ answer, retryAfter }))
          : answer.status >= 500
            ? Failure.Faulted({ answer, retryAfter })
            : Failure.Rejected({ error: rejectionOf(call.endpoint, call.attempts, answer) })
      })

    return (request, call) =>
      Effect.flatMap(next(request, call), (response) => {
        call.status = response.status
        if (response.status === 429) call.inTheAir = undefined
        return response.status >= 200 && response.status < 300
          ? success(response, call)
          : Effect.flatMap(failure(response, call), (failure) => Effect.fail<Failure>(failure))
      })
  }
