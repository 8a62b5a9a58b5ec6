/**
 * The places where a crash matters: before and after an intent is recorded, a request is made, an outcome is recorded.
 * Nothing happens there; a test that wants the process to die at one puts its own checkpoint in.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

export type Boundary = `${"before" | "after"} ${"intent" | "request" | "record"}`

export class Checkpoint extends Context.Reference<Checkpoint>()("@effect-invent/follow-up-scheduler/Ledger/CrashPoint", {
  defaultValue:
    () =>
    (_boundary: Boundary): Effect.Effect<void> =>
      Effect.void
}) {}

export const reach = (boundary: Boundary): Effect.Effect<void> => Effect.flatMap(Checkpoint, (checkpoint) => checkpoint(boundary))

export const around = <A, E, R>(what: "intent" | "record", effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.zipRight(reach(`before ${what}`), Effect.zipLeft(effect, reach(`after ${what}`)))
