/**
 * What stands where the contract expects something else. One odd entry does not make a whole list unreadable: it stays
 * in its place as an {@link Undecodable}, with what the server sent, and is written back unchanged.
 */
import * as Data from "effect/Data"

/** `raw` is what the server sent; `issue` describes where it differs from what was expected. */
export class Undecodable extends Data.TaggedClass("Undecodable")<{ readonly raw: unknown; readonly issue: string }> {}

/** Whether an entry is one that could not be read. */
export const isUndecodable = (value: unknown): value is Undecodable => value instanceof Undecodable

/** For `Array.filter` and `Stream.filter`, where only what was read counts. */
export const isDecoded = <A>(value: A): value is Exclude<A, Undecodable> => !isUndecodable(value)

/** The entries that were read, without those that were not: the list may then be shorter than the server's. */
export const omit = <A>(list: ReadonlyArray<A>): ReadonlyArray<Exclude<A, Undecodable>> => list.filter(isDecoded)
