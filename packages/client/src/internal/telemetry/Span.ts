/**
 * A span without what `Effect.withSpan` adds: putting it into the context of the work and taking it out again costs
 * more than the span. Whoever wants it there does so where a fiber begins.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { RuntimeFiber } from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import { constVoid } from "effect/Function"
import type * as Tracer from "effect/Tracer"
import * as MonotonicClock from "../pipeline/MonotonicClock.ts"

/** Makes a span without the stack of where it was made, which costs more than the span. */
export const make = (name: string, options?: Tracer.SpanOptions): Effect.Effect<Tracer.Span> =>
  Effect.makeSpan(name, { ...options, captureStackTrace: false })

/** An exporter may print it: no request with its key, no answer, and of an error the tag alone. */
const shown = Exit.mapBoth({ onFailure: ({ _tag }: { readonly _tag: string }) => _tag, onSuccess: constVoid })

/**
 * Ends a span, at the clock's time unless timing is switched off. What it shows of the exit is whether it is a success,
 * and the tag of an error.
 */
export const end = (
  span: Tracer.Span,
  exit: Exit.Exit<unknown, { readonly _tag: string }>,
  fiber: RuntimeFiber<unknown, unknown>
): void => {
  const isTimed = fiber.getFiberRef(FiberRef.currentTracerTimingEnabled)
  span.end(isTimed ? MonotonicClock.clockOf(fiber).unsafeCurrentTimeNanos() : 0n, shown(exit))
}
