/** The keys of a request that were given: what is undefined counts as left out. */
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"

type Optional<A> = { [K in keyof A]-?: undefined extends A[K] ? K : never }[keyof A]

/** A request without the keys that may be undefined, or with their values. */
export type Given<A> = Omit<A, Optional<A>> & { readonly [K in Optional<A>]?: Exclude<A[K], undefined> }

/** Leaves out the keys that are undefined. */
export const given = <A extends object>(request: A): Given<A> => {
  const kept = {}
  for (const [key, value] of Object.entries(request)) if (value !== undefined) OpenRecord.set(kept, key, value)
  return kept as Given<A>
}
