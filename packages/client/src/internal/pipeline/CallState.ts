/** The state of a call that the steps of the pipe share: which endpoint, how safe, how far it is. */
import type { Safety } from "@effect-invent/domain/api/RetrySafety"
import type { HttpClientRequest } from "@effect/platform/HttpClientRequest"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import type { Clock } from "effect/Clock"
import type * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Span } from "effect/Tracer"
import type { CallOptions } from "../../CallOptions.ts"
import type { Answer, Failure } from "../../RetryPolicy.ts"
import type { Alarm } from "./DeadlineTimer.ts"

/** How long one attempt may take, and how long the whole call. */
export interface Deadlines {
  readonly attempt: Duration.Duration
  /** Counts waiting for a permit and backing off, too. */
  readonly total: Duration.Duration
}

/** What all calls of an endpoint have in common. */
export interface Endpoint {
  readonly endpoint: string
  readonly safety: Safety
  /** Its path as OpenTelemetry writes a template: `/chats/{chat_id}/messages`. */
  readonly template: string
  /** Whether the server limits it beside all other requests: see `OwnLimit`. */
  readonly hasOwnLimit?: boolean
}

/** One call of an endpoint. The mutable part belongs to the call's own fiber. */
export interface CallState extends Endpoint {
  readonly deadlines: Deadlines
  readonly span: Span
  readonly options: CallOptions
  /**
   * The instant, in epoch milliseconds, before which the server has to handle a repeated request, so that it does
   * nothing more; undefined: at any time.
   */
  readonly repeatBefore: number | undefined
  /** The failure of an earlier request, if that may have been applied. */
  lost: Failure | undefined
  /** The end of its total deadline, in milliseconds on the monotone clock. */
  until: number
  /** Rings when the try that is under way has taken too long. */
  alarm: Alarm | undefined
  attempts: number
  /** How long the last request waited for its permit, in seconds. */
  queued: number
  /** The last request, unless it provably was not applied: it never left, or a 429 refused it. */
  unconfirmedRequest:
    | { readonly request: HttpClientRequest; readonly sentAt: DateTime.Utc; readonly clock: Clock }
    | undefined
  /** The status of the answer to the last request, as soon as there is one. */
  status: number | undefined
  /** The whole answer to the last request, if there was one. */
  answer: Answer | undefined
  /** The body of the answer, if it is a success. */
  text: string
  /** What became of the last request, if a 429 refused it. */
  refusal: Failure | undefined
}

/** Makes the state of a call that has not begun. */
export const make = (
  { endpoint, hasOwnLimit = false, safety, template }: Endpoint,
  deadlines: Deadlines,
  span: Span,
  options: CallOptions,
  repeatBefore: number | undefined
): CallState => ({
  endpoint,
  safety,
  template,
  hasOwnLimit,
  deadlines,
  span,
  options,
  repeatBefore,
  lost: undefined,
  until: Infinity,
  alarm: undefined,
  attempts: 0,
  queued: 0,
  unconfirmedRequest: undefined,
  status: undefined,
  answer: undefined,
  text: "",
  refusal: undefined
})

/** Fails with an error that names its call. */
export const fail = <E>({ span }: CallState, error: E): Effect.Effect<never, E> =>
  Effect.withParentSpan(Effect.fail(error), span)

/** A step of the pipe: one request of a call, to a response or a failure. */
export type Middleware<E> = (request: HttpClientRequest, call: CallState) => Effect.Effect<HttpClientResponse, E>
