/** What a list shows, whole: the base of every verdict. */
import type { RepeatableError } from "@effect-invent/domain/InventError"
import type { Undecodable } from "@effect-invent/domain/schema/Undecodable"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Decoded from "../contract/Decoded.ts"

/** All entries of a list, each once. Fails where one cannot be read, as it may be the one that is looked for. */
export const collect = <A extends { readonly id: string }>(
  endpoint: string,
  stream: Stream.Stream<A | Undecodable, RepeatableError>
): Effect.Effect<ReadonlyArray<A>, RepeatableError> =>
  stream.pipe(
    Decoded.whole(endpoint),
    Stream.runCollect,
    Effect.map((items) => [...new Map(Chunk.toReadonlyArray(items).map((item) => [item.id, item as A])).values()])
  )

/**
 * The entries of a second reading, and those of both. For a verdict by what is missing: an entry that is deleted while
 * a list is read moves one of those after it to a page that was read already.
 */
export const collectTwice = <A extends { readonly id: string }>(
  endpoint: string,
  stream: Stream.Stream<A | Undecodable, RepeatableError>
): Effect.Effect<{ readonly now: ReadonlyArray<A>; readonly ever: ReadonlyArray<A> }, RepeatableError> => {
  const once = collect(endpoint, stream)
  return Effect.zipWith(once, once, (first, now) => ({ now, ever: [...first, ...now] }))
}
