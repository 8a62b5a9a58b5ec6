/** Where the chats come from that are read: a file of ids, events of a channel, or the inbox. */
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
import * as FileReadError from "./Policies/FileReadError.ts"

/** The list of chats cannot be used. Nothing was sent. */
export class ChatsUnreadable extends Schema.TaggedError<ChatsUnreadable>()("ChatsUnreadable", {
  file: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `chats ${this.file}: ${this.reason}`
  }
}

/**
 * Names the chats that may need a decision. See `InboxWatch`, `FileWatch` and {@link layerEvents} for where they come
 * from.
 */
export class Watch extends Context.Tag("@effect-invent/follow-up-scheduler/Watch")<
  Watch,
  {
    /**
     * Chats that may have changed. A chat can be named any number of times. Fails only where the first reading fails.
     */
    readonly chats: Stream.Stream<ChatId, ChatsUnreadable | RepeatableError | SqlError>
    /**
     * All chats that are to be read now, at once: a start reads them before its contacts are counted. Absent where no
     * list gives them, as with events of a channel; then only what is on record is counted.
     */
    readonly news?: Effect.Effect<ReadonlyArray<ChatId>, ChatsUnreadable | RepeatableError | SqlError>
    /**
     * Whether it has kept the row of each chat that it names. If not, the row is dropped before each read, and read
     * anew.
     */
    readonly keepsRows: boolean
    /**
     * Runs the watching: in this process, or in one of the schedulers that share a database, because all would watch
     * the same chats.
     */
    readonly inTurn: <E, R>(watching: Effect.Effect<void, E, R>) => Effect.Effect<void, E, R>
  }
>() {}

const idLine = /^[\x21-\x7e]+$/

/**
 * Reads a file of chat ids, one a line; blank lines and what follows a `#` are ignored. Fails with `ChatsUnreadable`
 * where the file cannot be read, has a line that is no id, or names no chat.
 */
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

/**
 * The ids of a file, read again after each `every`. Fails if the first reading does; later failures are logged and give
 * no ids.
 */
export const idsOf = (
  file: string,
  every: Duration.Duration
): Stream.Stream<ReadonlyArray<ChatId>, ChatsUnreadable, FileSystem.FileSystem> => {
  const again = Effect.catchAll(readFile(file), (error) => Effect.as(Effect.logWarning(error.message), []))
  const later = Schedule.spaced(every).pipe(
    Stream.fromSchedule,
    Stream.mapEffect(() => again)
  )
  return Stream.concat(Stream.fromEffect(readFile(file)), later)
}

/** Chats that events name, for example those of a custom channel through which every message passes. */
export const layerEvents = (chats: Stream.Stream<ChatId>) =>
  Layer.succeed(Watch, { chats, keepsRows: false, inTurn: identity })
