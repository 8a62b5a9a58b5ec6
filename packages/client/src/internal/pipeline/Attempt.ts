/**
 * One request that leaves, with its permit: its deadline, its duration, and its span, named and attributed by
 * OpenTelemetry's conventions.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { RuntimeFiber } from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as Tracer from "effect/Tracer"
import type { Failure } from "../../RetryPolicy.ts"
import type { CallState, Middleware } from "./CallState.ts"
import * as DebugLog from "../telemetry/DebugLog.ts"
import * as SemanticConventions from "../telemetry/SemanticConventions.ts"
import * as Deadline from "./Deadline.ts"
import * as RecordMetrics from "../telemetry/RecordMetrics.ts"
import * as MonotonicClock from "./MonotonicClock.ts"
import * as Span from "../telemetry/Span.ts"

const resends = ({ attempts }: CallState) => (attempts === 0 ? {} : { "http.request.resend_count": attempts })

const always = () => true

/**
 * Below this span, and without the platform's own: that would hold the request with its key, and send its ids to the
 * vendor. Nothing is put back: the fiber is the try's own.
 */
const below = (span: Tracer.Span, { currentContext }: RuntimeFiber<unknown, unknown>) =>
  Effect.updateFiberRefs((fiberId, refs) => {
    const context = Context.add(currentContext, Tracer.ParentSpan, span)
    return FiberRefs.updateManyAs(refs, {
      entries: [
        [FiberRef.currentContext, [[fiberId, context]]],
        [HttpClient.currentTracerDisabledWhen, [[fiberId, always]]]
      ]
    })
  })

/** Gives each request that leaves its span and its metrics. */
export const make =
  (endpointOf: SemanticConventions.EndpointOf) =>
  (next: Middleware<Failure>): Middleware<Failure> =>
  (request, call) =>
    Effect.withFiberRuntime((fiber) => {
      const endpoint = endpointOf(request, call)
      const attributes = {
        ...endpoint,
        ...resends(call),
        "url.full": SemanticConventions.fullUrl(request),
        "invent.client.queue.duration": call.queued
      }
      const clock = MonotonicClock.clockOf(fiber)
      const startedAt = MonotonicClock.millisOf(clock)
      Deadline.begin(call, startedAt)
      return Effect.flatMap(Span.make(`${request.method} ${call.template}`, { kind: "client", attributes }), (span) =>
        Effect.onExit(Effect.zipRight(below(span, fiber), next(request, call)), (interrupted) => {
          const exit = Deadline.endOf(interrupted, call)
          Deadline.end(call)
          const ending = SemanticConventions.endingOf(exit, call)
          const millis = MonotonicClock.millisOf(clock) - startedAt
          RecordMetrics.request(fiber, call, endpoint, ending, millis)
          for (const [name, value] of Object.entries(ending)) span.attribute(name, value)
          const ended = Effect.sync(() => Span.end(span, exit, fiber))
          if (!DebugLog.isOn(fiber)) return ended
          const facts = {
            attempt: call.attempts,
            duration: DebugLog.seconds(millis),
            queued: DebugLog.seconds(call.queued * 1000),
            ...ending
          }
          return Effect.zipRight(DebugLog.line(request.method, call, facts), ended)
        })
      )
    })
