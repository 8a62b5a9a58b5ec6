/**
 * The places where a crash matters: before and after an intent is recorded, a request is sent, an outcome is recorded.
 * Nothing happens there, unless a test sets a crash point that ends the process.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** The name of such a place. */
export type Boundary = `${"before" | "after"} ${"intent" | "request" | "record"}`

/** What runs at each boundary. Does nothing unless a test replaces it. */
export class CrashPoint extends Context.Reference<CrashPoint>()(
  "@effect-invent/follow-up-scheduler/Ledger/CrashPoint",
  {
    defaultValue:
      () =>
      (_boundary: Boundary): Effect.Effect<void> =>
        Effect.void
  }
) {}

/** Runs the crash point of a boundary. */
export const reach = (boundary: Boundary): Effect.Effect<void> =>
  Effect.flatMap(CrashPoint, (crashPoint) => crashPoint(boundary))

/** Runs the crash points before and after an effect. The one after it does not run if the effect fails. */
export const around = <A, E, R>(what: "intent" | "record", effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.zipRight(reach(`before ${what}`), Effect.zipLeft(effect, reach(`after ${what}`)))
