/** Where chats to look at come from: a list of ids, looked at once or again and again, events of a channel, or the inbox. */
import { ChatId } from "@effect-invent/domain/Ids"
import type { RepeatableError } from "@effect-invent/domain/InventError"
import * as FileSystem from "@effect/platform/FileSystem"
import type { SqlError } from "@effect/sql/SqlError"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as FileReadError from "./FileReadError.ts"

/** The list of chats cannot be used. Nothing was sent. */
export class ChatsUnreadable extends Schema.TaggedError<ChatsUnreadable>()("ChatsUnreadable", {
  file: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `chats ${this.file}: ${this.reason}`
  }
}

export class Watch extends Context.Tag("@effect-invent/follow-up-scheduler/Watch")<
  Watch,
  {
    /** Chats that may have changed. A chat can come any number of times. */
    readonly chats: Stream.Stream<ChatId, ChatsUnreadable | RepeatableError | SqlError>
    /**
     * Every chat that is to be looked at now, in one go: by these a start is counted. Left out where no list tells them, as with
     * events of a channel: then what is on record is counted.
     */
    readonly news?: Effect.Effect<ReadonlyArray<ChatId>, ChatsUnreadable | RepeatableError | SqlError>
    /** Whether it has kept the row of each chat that it names; else the row of each is read anew. */
    readonly keepsRows: boolean
    /** Runs what watches them: here, or in one of the schedulers on a database, where all would watch the same. */
    readonly inTurn: <E, R>(watching: Effect.Effect<void, E, R>) => Effect.Effect<void, E, R>
  }
>() {}

const idLine = /^[\x21-\x7e]+$/

/** Reads a file of chat ids, one a line; blank lines and what follows a `#` do not count. */
export const readFile = Effect.fn("Watch.readFile")(function* (file: string) {
  const files = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(
    files.readFileString(file),
    (error) =>
      new ChatsUnreadable({ file, reason: `${FileReadError.why(error)}; name a file that can be read with --chats` })
  )
  const ids: Array<ChatId> = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const id = line.replace(/#.*/, "").trim()
    if (id === "") continue
    if (!idLine.test(id)) return yield* new ChatsUnreadable({ file, reason: `line ${index + 1} is not a chat id` })
    ids.push(ChatId.make(id))
  }
  if (ids.length === 0) return yield* new ChatsUnreadable({ file, reason: "names no chat" })
  return [...new Set(ids)]
})

/** The ids of a file, read anew each time. A file that has become unreadable is waited for. */
export const idsOf = (file: string, every: Duration.Duration): Stream.Stream<ReadonlyArray<ChatId>, ChatsUnreadable, FileSystem.FileSystem> => {
  const again = Effect.catchAll(readFile(file), (error) => Effect.as(Effect.logWarning(error.message), []))
  const later = Stream.mapEffect(Stream.fromSchedule(Schedule.spaced(every)), () => again)
  return Stream.concat(Stream.fromEffect(readFile(file)), later)
}

/** Chats named by events, for example of a custom channel that sees every message pass. */
export const layerEvents = (chats: Stream.Stream<ChatId>) => Layer.succeed(Watch, { chats, keepsRows: false, inTurn: identity })
