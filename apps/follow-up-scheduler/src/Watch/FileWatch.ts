/**
 * Watches the chats of a file of ids. They are searched for in the lists, so idle chats cost a request for every
 * hundred rows that have to be read to find them. Only chats with news are read; a chat that no list shows is read each
 * time.
 */
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { ChatId } from "@effect-invent/domain/Ids"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Arr from "effect/Array"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { reasonOf } from "../Ledger/Database/DatabaseUnusable.ts"
import * as MonotonicClock from "../MonotonicClock.ts"
import * as Orgs from "../Policy/Orgs.ts"
import * as Policies from "../Policies.ts"
import { idsOf, readFile, Watch } from "../Watch.ts"
import * as ChatRows from "./ChatRows.ts"
import * as SeenChats from "./SeenChats.ts"

/** Those of the ids whose chats have news, whose last read is to be repeated, or which no list shows. */
const make = Effect.map(Effect.all([ChatRows.ChatRows, SeenChats.make, Orgs.Orgs]), ([rows, seen, orgs]) =>
  Effect.fn("FileWatch.changed")(function* (ids: ReadonlyArray<ChatId>) {
    const since = yield* MonotonicClock.elapsed
    const find = (id: ChatId) =>
      Effect.catchIf(
        rows.find(id, { since }),
        // The lists of one organization are refused: its chats are read one by one, and each read says why it fails.
        ({ _tag }) => Orgs.areSeveral(orgs) && _tag === "UnexpectedResponse",
        () => Effect.succeedNone
      )
    const found = yield* Effect.forEach(ids, find, { concurrency: "unbounded" })
    const unlisted = ids.filter((_, index) => Option.isNone(found[index] ?? Option.none()))
    const changed = yield* seen.changed(
      Arr.getSomes(found).map(({ chat }) => chat),
      true
    )
    return [...changed.map(({ id }) => id), ...unlisted]
  })
)

/**
 * The chats of the file, searched for news each `every`. Fails only if the first search does; later failures are
 * logged.
 */
export const layer = (file: string, every: Duration.Duration) =>
  Layer.effect(
    Watch,
    Effect.gen(function* () {
      const changed = yield* make
      const files = yield* FileSystem.FileSystem
      let hasFound = false
      const find = (ids: ReadonlyArray<ChatId>) =>
        changed(ids).pipe(
          Effect.tap(() => void (hasFound = true)),
          Effect.catchIf(
            () => hasFound,
            (error) => Effect.as(Effect.logWarning(`the chats of ${file} were not found: ${reasonOf(error)}`), [])
          )
        )
      const chats = idsOf(file, every).pipe(
        Stream.mapEffect(find),
        Stream.flattenIterables,
        Stream.provideService(FileSystem.FileSystem, files),
        Stream.provideSomeLayer(Layer.succeed(RateLimit.CurrentLane, "watch"))
      )
      const news = Effect.flatMap(readFile(file), changed).pipe(
        RateLimit.withLane("watch"),
        Effect.provideService(FileSystem.FileSystem, files)
      )
      return { chats, news, keepsRows: true, inTurn: identity }
    })
  ).pipe(Layer.provide(Policies.layer))
