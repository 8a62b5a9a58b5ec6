/**
 * Turns an answer into a failure by its status before any schema sees its body: what a body of an error looks like is
 * undocumented. Reads the body of a success whole, within a bound, and of anything else only the beginning.
 */
import * as Graphemes from "@effect-invent/domain/Graphemes"
import * as InventError from "@effect-invent/domain/InventError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import type * as Redacted from "effect/Redacted"
import * as RetryAfter from "../../RetryAfter.ts"
import { type Answer, Failure } from "../../RetryPolicy.ts"
import * as Authentication from "./Authentication.ts"
import * as ResponseBody from "./ResponseBody.ts"
import type { CallState, Middleware } from "./CallState.ts"
import * as ContentCoding from "./ContentCoding.ts"
import * as FailureToError from "./FailureToError.ts"

const excerptLength = 500
/** Of a body that is only for a human to read: so many bytes, waited for so many milliseconds. */
const excerptBytes = 64 * 1024
const excerptPatience = 2_000
/** The most that may come of these bytes where they are compressed. */
const excerptUndoneBytes = 1024 * 1024

const decoder = new TextDecoder()
const encoder = new TextEncoder()

const requestIdHeaders = ["x-request-id", "request-id", "x-amzn-requestid", "cf-ray"]

const longestRequestId = 200

const requestId = ({ headers }: HttpClientResponse): string | undefined =>
  requestIdHeaders.flatMap((name) => headers[name] ?? [])[0]

type Facts = ReturnType<typeof FailureToError.answerFacts>

/** The errors of the statuses that the pages describe. */
const rejections: Readonly<Record<number, new (facts: Facts) => InventError.InventError>> = {
  400: InventError.BadRequest,
  401: InventError.Unauthorized,
  403: InventError.Forbidden,
  404: InventError.NotFound,
  409: InventError.Conflict,
  422: InventError.UnprocessableContent
}

/** Statuses below 500 with which a server has not handled a request, and may handle the next one. */
const passing = [408, 425]

const rejectionOf = (call: CallState, answer: Answer): InventError.InventError => {
  const Rejection = rejections[answer.status]
  return Rejection === undefined
    ? FailureToError.unexpected(call, "no page describes this status")
    : new Rejection(FailureToError.answerFacts(call, answer))
}

/** The error of the decompression where a body is not what `content-encoding` names. The same would come next time. */
const isMiscoded = (error: unknown): boolean =>
  Predicate.isObject(error) &&
  (("code" in error && /^(Z_DATA_ERROR|ERR__ERROR_FORMAT)/.test(String(error.code))) ||
    ("cause" in error && isMiscoded(error.cause)))

const undone = (response: HttpClientResponse, body: Uint8Array, isCut: boolean, maxBytes: number) =>
  ContentCoding.undo(response.headers["content-encoding"], body, { isCut, maxBytes })

/** The beginning of a body as readable text, or why it is not readable. */
const excerptable = (response: HttpClientResponse, body: Uint8Array): Uint8Array =>
  Either.getOrElse(undone(response, body.subarray(0, excerptBytes), true, excerptUndoneBytes), (issue) =>
    encoder.encode(`<${issue}>`)
  )

/** What is taken out of an answer, and how much of it is read. */
export interface Options {
  readonly apiKey: Redacted.Redacted
  /** The longest body of a success, in bytes, after decompression. */
  readonly maxBodyBytes: number
}

/**
 * Turns each answer that is not a success into a failure, by its status. The API key is taken out of every text that is
 * kept.
 */
export const make =
  ({ apiKey, maxBodyBytes }: Options) =>
  (next: Middleware<Failure>): Middleware<Failure> => {
    const withoutKey = Authentication.withoutKey(apiKey)
    // The key goes before the cut, or a piece of it could stay.
    const excerptOf = (body: Uint8Array) => Graphemes.cut(withoutKey(decoder.decode(body)), excerptLength)

    const requestIdOf = (response: HttpClientResponse) => {
      const id = requestId(response)
      return id === undefined ? undefined : withoutKey(id).slice(0, longestRequestId)
    }

    // Only an error needs it.
    const answered = (response: HttpClientResponse, call: CallState, body: Uint8Array): Answer =>
      (call.answer = {
        status: response.status,
        get excerpt() {
          return excerptOf(body)
        },
        get requestId() {
          return requestIdOf(response)
        }
      })

    /** Shows the answer to whom it may concern. */
    const shown = (response: HttpClientResponse, call: CallState, text: string): Effect.Effect<void> => {
      const { onAnswer } = call.options
      if (!onAnswer) return Effect.void
      const headers = Object.entries(response.headers).map(([name, value]) => [name, withoutKey(value)] as const)
      return onAnswer({
        endpoint: call.endpoint,
        attempt: call.attempts,
        status: response.status,
        headers: Object.fromEntries(headers),
        requestId: requestIdOf(response),
        text: withoutKey(text)
      })
    }

    const rejected = (call: CallState, issue: string) =>
      Failure.Rejected({ error: FailureToError.unexpected(call, issue) })

    const lost = (error: unknown, response: HttpClientResponse, call: CallState) => {
      if (!isMiscoded(error)) return Failure.AnswerLost({ reason: "the body broke off" })
      answered(response, call, new Uint8Array())
      return rejected(call, "the body is not what its content-encoding names")
    }

    const success = (response: HttpClientResponse, call: CallState) =>
      Effect.matchEffect(ResponseBody.read(response, maxBodyBytes), {
        onFailure: (error) => Effect.fail(lost(error, response, call)),
        onSuccess: ({ bytes, isCut }) => {
          const came = new Uint8Array(bytes)
          const whole = isCut
            ? Either.left(`body larger than ${maxBodyBytes} bytes`)
            : undone(response, came, false, maxBodyBytes)
          answered(
            response,
            call,
            Either.getOrElse(whole, () => excerptable(response, came))
          )
          if (Either.isLeft(whole)) return Effect.fail(rejected(call, whole.left))
          const text = ContentCoding.textOf(whole.right, false)
          if (Either.isLeft(text)) return Effect.fail(rejected(call, "the body is not UTF-8"))
          call.text = text.right
          return Effect.as(shown(response, call, text.right), response)
        }
      })

    const failure = (response: HttpClientResponse, call: CallState) =>
      // The status counts whatever becomes of the body.
      Effect.gen(function* () {
        const body = excerptable(
          response,
          new Uint8Array(yield* ResponseBody.beginning(response, excerptBytes, excerptPatience))
        )
        const now = yield* Clock.currentTimeMillis
        const answer = answered(response, call, body)
        if (call.options.onAnswer) yield* shown(response, call, decoder.decode(body))
        const retryAfter = RetryAfter.parse(response.headers["retry-after"], now)
        return answer.status === 429
          ? (call.refusal = Failure.Throttled({ answer, retryAfter }))
          : answer.status >= 500 || passing.includes(answer.status)
            ? Failure.Faulted({ answer, retryAfter })
            : Failure.Rejected({ error: rejectionOf(call, answer) })
      })

    return (request, call) =>
      Effect.flatMap(
        next(HttpClientRequest.setHeader(request, "accept-encoding", ContentCoding.accepted), call),
        (response) => {
          call.status = response.status
          if (response.status === 429) call.unconfirmedRequest = undefined
          return response.status >= 200 && response.status < 300
            ? success(response, call)
            : Effect.flatMap(failure(response, call), (failure) => Effect.fail<Failure>(failure))
        }
      )
  }
