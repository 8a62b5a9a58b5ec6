/**
 * Turns a call's last failure into the error its caller sees; an unsafe request whose answer is missing becomes
 * `OutcomeUnknown`.
 */
import * as InventError from "@effect-invent/domain/InventError"
import type { HttpClientRequest } from "@effect/platform/HttpClientRequest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import * as Reconcilable from "../../Reconcile/Reconcilable.ts"
import type { Answer, Failure } from "../../RetryPolicy.ts"
import type { CallState } from "./CallState.ts"

/** The fields of every error: its call, and the request id where the answer had one. */
export const facts = (call: CallState, answer?: Answer) => ({
  endpoint: call.endpoint,
  attempts: call.attempts,
  ...(answer?.requestId !== undefined && { requestId: answer.requestId })
})

/** The fields of an error that an answer caused. */
export const answerFacts = (call: CallState, answer: Answer) => ({
  ...facts(call, answer),
  status: answer.status,
  excerpt: answer.excerpt
})

/** Identifies a request, without its content. */
export const fingerprint = (request: HttpClientRequest): string => {
  const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
  return `${request.method} ${request.url} ${(Hash.string(body) >>> 0).toString(16)}`
}

const verdicts: Readonly<Record<string, Reconcilable.VerdictName | Reconcilable.Reason>> = Reconcilable.verdicts

const reconcile = (endpoint: string, sentAt: DateTime.Utc): string => {
  const verdict = verdicts[endpoint]
  if (typeof verdict === "object") return `nothing shows whether it was applied: ${verdict.cannotBeTold}`
  const how = verdict === undefined ? "" : `: ${verdict} does`
  return `look at what exists since ${DateTime.formatIso(sentAt)} before sending it again${how}`
}

const unknown = (call: CallState, reason: string): InventError.OutcomeUnknown | undefined => {
  if (call.safety !== "Unsafe" || !call.unconfirmedRequest) return undefined
  const { clock, request, sentAt } = call.unconfirmedRequest
  return new InventError.OutcomeUnknown({
    ...facts(call, call.answer),
    fingerprint: fingerprint(request),
    sentAt,
    lostAt: DateTime.unsafeMake(clock.unsafeCurrentTimeMillis()),
    reason,
    reconcile: reconcile(call.endpoint, sentAt)
  })
}

/**
 * Names the failure of a call as the error that its caller sees. Of an unsafe request that left, it is
 * `OutcomeUnknown`. Where the last request was not applied and an earlier one may have been, it is the error of the
 * earlier one, because the error of the last one says that nothing was applied.
 */
export const fromFailure = (last: Failure, call: CallState): InventError.InventError => {
  const failure = call.safety === "Safe" || last._tag === "Rejected" ? last : (call.lost ?? last)
  switch (failure._tag) {
    case "QueueFull":
      return new InventError.QueueFull({ ...facts(call), queued: failure.queued, expectedWait: failure.expectedWait })
    case "RateLimitUnavailable":
      return new InventError.RateLimitUnavailable({ ...facts(call), reason: failure.reason })
    case "NeverSent":
      return new InventError.ConnectionFailed({ ...facts(call), reason: failure.reason })
    case "AnswerLost":
      return unknown(call, failure.reason) ?? new InventError.ConnectionLost({ ...facts(call), reason: failure.reason })
    case "AttemptTimedOut":
      return (
        unknown(call, `no answer within ${Duration.format(failure.after)}`) ??
        new InventError.TimedOut({ ...facts(call), deadline: "attempt", after: failure.after })
      )
    case "Throttled":
      return new InventError.RateLimited({
        ...answerFacts(call, failure.answer),
        ...(Option.isSome(failure.retryAfter) && { retryAfter: failure.retryAfter.value })
      })
    case "Faulted":
      return (
        unknown(call, `the server answered ${failure.answer.status}`) ??
        new InventError.ServerFault(answerFacts(call, failure.answer))
      )
    case "Rejected":
      return failure.error
  }
}

/** A call that waited for another attempt after a 429 fails with the 429. */
export const pastTotalDeadline = (call: CallState, after: Duration.Duration): InventError.InventError => {
  if (call.refusal) return fromFailure(call.refusal, call)
  return (
    unknown(call, `the total deadline of ${Duration.format(after)} passed`) ??
    new InventError.TimedOut({ ...facts(call), deadline: "total", after })
  )
}

/** The answer came whole, and does not match the contract. */
export const unexpected = (call: CallState, issue: string): InventError.UnexpectedResponse =>
  new InventError.UnexpectedResponse({
    ...answerFacts(call, call.answer ?? { status: 0, excerpt: "", requestId: undefined }),
    issue
  })
