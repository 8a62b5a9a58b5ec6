/** Runs one call: its options, its span and its metrics, around what writes its request and reads its answer. */
import * as InventError from "@effect-invent/domain/InventError"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import type { RuntimeFiber } from "effect/Fiber"
import { type CallOptions, CurrentCallOptions } from "../../CallOptions.ts"
import type { Settings } from "../../Settings.ts"
import * as RecordMetrics from "../telemetry/RecordMetrics.ts"
import * as Span from "../telemetry/Span.ts"
import * as CallState from "./CallState.ts"
import * as FailureToError from "./FailureToError.ts"
import * as ValidateOption from "./ValidateOption.ts"

type Attempted<A> = Effect.Effect<A, InventError.InventError>

/** What is a call's own. */
export interface Work {
  readonly endpoint: CallState.Endpoint
  readonly deadlines: CallState.Deadlines
  /** As in `CallState`. */
  readonly repeatBefore?: number | undefined
  readonly write: (call: CallState.CallState) => Attempted<HttpClientRequest.HttpClientRequest>
  readonly read: (
    response: HttpClientResponse,
    call: CallState.CallState,
    fiber: RuntimeFiber<unknown, unknown>
  ) => Attempted<unknown>
}

/** What the client sets itself. */
const reserved = new Set(["authorization", "content-type", "content-length", "accept-encoding", "host"])

const refusedHeader = (headers: Readonly<Record<string, string>>): string | undefined => {
  for (const [name, value] of Object.entries(headers)) {
    if (reserved.has(name.toLowerCase())) return `headers.${name}: the client sets this header itself`
    if (Either.isLeft(Either.try(() => new Headers([[name, value]])))) return `headers.${name}: is no header`
  }
  return undefined
}

/** The deadlines of the call, or what of its options cannot be used. */
const deadlinesOf = (
  usual: CallState.Deadlines,
  { deadlines = {}, headers = {} }: CallOptions
): Either.Either<CallState.Deadlines, string> => {
  const issue = refusedHeader(headers)
  if (issue !== undefined) return Either.left(issue)
  return Either.all({
    attempt: ValidateOption.duration("deadlines.attempt", deadlines.attempt ?? usual.attempt, 1),
    total: ValidateOption.duration("deadlines.total", deadlines.total ?? usual.total, 1)
  }).pipe(Either.mapLeft((error) => String(error)))
}

/** Logs that an unsafe request may have been applied: a caller that interrupts the call gets no error about it. */
const warned = (call: CallState.CallState): Effect.Effect<void> => {
  const { endpoint, safety, unconfirmedRequest } = call
  if (safety !== "Unsafe" || unconfirmedRequest === undefined) return Effect.void
  const { request, sentAt } = unconfirmedRequest
  return Effect.logWarning(`${endpoint} was interrupted after its request had left: it may have been applied`).pipe(
    Effect.annotateLogs({ fingerprint: FailureToError.fingerprint(request), sentAt: DateTime.formatIso(sentAt) })
  )
}

/** Runs one call from its request to its value: span, deadlines, attempts, and the metrics when it is over. */
export const make =
  (step: CallState.Middleware<InventError.InventError>, { userAgent }: Pick<Settings, "userAgent">) =>
  ({ deadlines: usual, endpoint, read, repeatBefore, write }: Work): Attempted<unknown> =>
    Effect.withFiberRuntime((fiber) =>
      Effect.flatMap(Span.make(`InventClient.${endpoint.endpoint}`), (span) => {
        const options = Context.get(fiber.currentContext, CurrentCallOptions)
        const deadlines = deadlinesOf(usual, options)
        const call = CallState.make(
          endpoint,
          Either.getOrElse(deadlines, () => usual),
          span,
          options,
          repeatBefore
        )
        const run = Effect.flatMap(write(call), (request) =>
          Effect.flatMap(
            step(HttpClientRequest.setHeaders(request, { "user-agent": userAgent, ...options.headers }), call),
            (response) => read(response, call, fiber)
          )
        )
        const checked = Either.isRight(deadlines)
          ? run
          : CallState.fail(call, new InventError.InvalidRequest({ endpoint: endpoint.endpoint, issue: deadlines.left }))
        return Effect.onExit(checked, (exit) => {
          // One that was refused here is not counted.
          if (Number.isFinite(call.until)) RecordMetrics.call(fiber, call)
          Span.end(span, exit, fiber)
          return Exit.isInterrupted(exit) ? warned(call) : Effect.void
        })
      })
    )
