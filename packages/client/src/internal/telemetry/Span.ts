/**
 * A span without what `Effect.withSpan` adds: putting it into the context of the work and taking it out again costs
 * more than the span. Whoever wants it there does so where a fiber begins.
 */
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type { RuntimeFiber } from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import type * as Tracer from "effect/Tracer"
import * as MonotonicClock from "../pipeline/MonotonicClock.ts"

/** Makes a span without the stack of where it was made, which costs more than the span. */
export const make = (name: string, options?: Tracer.SpanOptions): Effect.Effect<Tracer.Span> =>
  Effect.makeSpan(name, { ...options, captureStackTrace: false })

/** Ends a span with its exit, at the clock's time unless timing is switched off. */
export const end = (
  span: Tracer.Span,
  exit: Exit.Exit<unknown, unknown>,
  fiber: RuntimeFiber<unknown, unknown>
): void => {
  const isTimed = fiber.getFiberRef(FiberRef.currentTracerTimingEnabled)
  span.end(isTimed ? MonotonicClock.clockOf(fiber).unsafeCurrentTimeNanos() : 0n, exit)
}
