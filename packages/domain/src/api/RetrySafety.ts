/**
 * Whether a request may be repeated when its answer was lost. Each endpoint of the contract says so, in its annotations
 * for the client's retry policy and in its type for the errors a caller has to expect.
 */
import type * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Predicate from "effect/Predicate"

/**
 * - `Safe`: reads only.
 * - `Idempotent`: sets values or deletes, so a repetition changes nothing more.
 * - `Unsafe`: creates or sends, so a repetition could do it twice. The API knows no idempotency key.
 */
export type Safety = "Safe" | "Idempotent" | "Unsafe"

/** The annotation of an endpoint that says whether it may be repeated. The retry policy reads it. */
export class RetrySafety extends Context.Tag("@effect-invent/domain/api/RetrySafety")<RetrySafety, Safety>() {}

/**
 * The annotation of an idempotent endpoint whose payload names an instant at which the service acts. The same request,
 * sent after that instant, would make the service act a second time. The function returns the instant of a payload, or
 * undefined where the payload names none.
 */
export class RepeatBefore extends Context.Tag("@effect-invent/domain/api/RetrySafety/RepeatBefore")<
  RepeatBefore,
  (payload: unknown) => DateTime.Utc | undefined
>() {}

/** The instant that a payload has under this key. */
export const instantAt =
  (key: string) =>
  (payload: unknown): DateTime.Utc | undefined => {
    const value = Predicate.hasProperty(payload, key) ? payload[key] : undefined
    return DateTime.isDateTime(value) ? DateTime.toUtc(value) : undefined
  }

/** The key by which an endpoint's type says how safe its repetition is. */
export const TypeId: unique symbol = Symbol.for("@effect-invent/domain/api/RetrySafety")

/** An endpoint that says in its type how safe its repetition is. */
export interface Marked<S extends Safety> {
  readonly [TypeId]: S
}

const mark =
  <S extends Safety>(safety: S) =>
  <Endpoint extends HttpApiEndpoint.HttpApiEndpoint.Any>(endpoint: Endpoint): Endpoint & Marked<S> =>
    Object.assign((endpoint as unknown as HttpApiEndpoint.HttpApiEndpoint.AnyWithProps).annotate(RetrySafety, safety), {
      [TypeId]: safety
    } as Marked<S>) as unknown as Endpoint & Marked<S>

/** Marks an endpoint that reads only: it may be repeated. */
export const safe = mark("Safe")
/** Marks an endpoint that sets values or deletes: it may be repeated. */
export const idempotent = mark("Idempotent")
/** Marks an endpoint that creates or sends: it is repeated only where it provably was not applied. */
export const unsafe = mark("Unsafe")
