/**
 * The last check before a request is sent: run for each attempt of a call, after its waits for a permit and between
 * attempts, when what the call was made for may no longer hold.
 */
import * as InventError from "@effect-invent/domain/InventError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** Whether the calls that are made here may still leave. */
export class CurrentGuard extends Context.Reference<CurrentGuard>()("@effect-invent/client/Guard/CurrentGuard", {
  defaultValue: (): Effect.Effect<boolean> => Effect.succeed(true)
}) {}

/**
 * Puts this guard on all calls of an effect. One that it holds back fails with an `InvalidRequest` that
 * {@link isWithheld} knows; earlier attempts of the same call may have left.
 */
export const withGuard =
  (guard: Effect.Effect<boolean>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(effect, CurrentGuard, guard) as Effect.Effect<A, E, R>

const issue = "it is no longer wanted"

/** What a call fails with that its guard held back. */
export const withheld = (endpoint: string): InventError.InvalidRequest =>
  new InventError.InvalidRequest({ endpoint, issue })

/** Whether a call failed because its guard held it back. Then the last attempt was not sent. */
export const isWithheld = (error: InventError.InventError): boolean =>
  error._tag === "InvalidRequest" && error.issue === issue
