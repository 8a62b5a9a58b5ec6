/** Reads the lists of several organizations in turns, a page of each: a long list does not hold up the others. */
import type { RepeatableError } from "@effect-invent/domain/InventError"
import type * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Orgs from "../Policy/Orgs.ts"
import * as Activity from "../Telemetry/Activity.ts"

/** What these streams give, a chunk of each in turn. One that has ended is left out; a failure of one fails all. */
export const merge = <A, E, R>(streams: ReadonlyArray<Stream.Stream<A, E, R>>): Stream.Stream<A, E, R> =>
  Effect.forEach(streams, Stream.toPull).pipe(
    Effect.map((pulls) => {
      const waiting = [...pulls]
      const next: Effect.Effect<Chunk.Chunk<A>, Option.Option<E>, R> = Effect.suspend(() => {
        const pull = waiting.shift()
        if (pull === undefined) return Effect.fail(Option.none())
        return pull.pipe(
          Effect.tap(() => void waiting.push(pull)),
          Effect.catchAll((end) => (Option.isNone(end) ? next : Effect.fail(end)))
        )
      })
      return Stream.repeatEffectChunkOption(next)
    }),
    Stream.unwrapScoped
  )

/**
 * Reads a list of each organization in turns. Of several organizations, the failure of one is logged and ends its list
 * alone; fails with the error of the first where all of them fail. An error of the database fails at once.
 */
export const ofEach = <A, E extends { readonly _tag: string; readonly message: string }, R>(
  orgs: Orgs.Orgs["Type"],
  list: (org: Orgs.Org) => Stream.Stream<A, RepeatableError | E, R>
): Stream.Stream<A, RepeatableError | E, R> => {
  const all = Orgs.listed(orgs)
  if (!Orgs.areSeveral(orgs)) return merge(all.map(list))
  return Stream.suspend(() => {
    const failures: Array<RepeatableError | E> = []
    const kept = (org: Orgs.Org) =>
      Stream.catchAll(list(org), (error) => {
        if (error._tag === "SqlError") return Stream.fail(error)
        failures.push(error)
        return Stream.execute(Effect.logWarning(`the inbox of ${Orgs.nameOf(org)} was not read: ${error.message}`))
      })
    const end = Stream.suspend(() =>
      failures[0] !== undefined && failures.length === all.length ? Stream.fail(failures[0]) : Stream.empty
    )
    return Stream.concat(merge(all.map(kept)), end)
  })
}

/** Reports to `Activity` whether the service lets the key read this list of an organization, one of several. */
export const reporting =
  (orgs: Orgs.Orgs["Type"], org: Orgs.Org) =>
  <A, R>(list: Stream.Stream<A, RepeatableError, R>): Stream.Stream<A, RepeatableError, R> => {
    if (!Orgs.areSeveral(orgs) || org === undefined) return list
    const isRead = Activity.orgListed(org, undefined)
    return list.pipe(
      Stream.mapChunksEffect((chunk) => Effect.as(isRead, chunk)),
      Stream.concat(Stream.execute(isRead)),
      Stream.tapError((error) => (Orgs.isRefusal(error) ? Activity.orgListed(org, error._tag) : Effect.void))
    )
  }
