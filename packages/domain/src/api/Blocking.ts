/**
 * Endpoints that answer only when work of unknown length is done: an approved tool, a broadcast. With `background:
 * true` they answer at once.
 */
import * as Context from "effect/Context"
import * as Predicate from "effect/Predicate"

/** Whether a call with this payload waits for the work. */
export class Blocking extends Context.Tag("@effect-invent/domain/api/Blocking")<
  Blocking,
  (payload: unknown) => boolean
>() {}

/** The vendor's default is to wait. */
export const unlessInBackground = (payload: unknown): boolean =>
  !(Predicate.hasProperty(payload, "background") && payload.background === true)
