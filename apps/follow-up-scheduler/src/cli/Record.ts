/** `record`: writes conversations to a file, for `simulate`. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as RecordedConversation from "../Simulation/RecordedConversation.ts"
import * as FromLog from "../Simulation/FromLog.ts"
import { LogEntry } from "../Simulation/LogEntry.ts"
import * as Orgs from "../Policy/Orgs.ts"
import * as Recorder from "../Simulation/Recorder.ts"
import * as FileReadError from "../Policies/FileReadError.ts"
import * as ChatRows from "../Watch/ChatRows.ts"
import * as Watch from "../Watch.ts"
import * as Ledgers from "./Ledgers.ts"
import type { Db } from "./Options.ts"
import * as Output from "./Output.ts"
import * as Progress from "./Progress.ts"
import * as CountText from "../Policy/CountText.ts"

interface Target {
  readonly out: string
  readonly withoutNames: boolean
  readonly json: boolean
}

const print = Output.document(Schema.Struct({ out: Schema.String, conversations: Schema.Int }))

/**
 * Writes to a file beside the target first, and renames it at the end: a file with the target's name is always
 * complete.
 */
const write = <E, R>(
  conversations: Stream.Stream<RecordedConversation.Conversation, E, R>,
  { json, out, withoutNames }: Target,
  total?: number
) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const tell = yield* Progress.make("conversations")
    const part = `${out}.part`
    let count = 0
    yield* conversations.pipe(
      Stream.map((conversation) =>
        RecordedConversation.toLine(withoutNames ? RecordedConversation.withoutNames(conversation) : conversation)
      ),
      Stream.tap(() =>
        Effect.suspend(() => tell({ count: ++count, part: total === undefined ? undefined : count / total }))
      ),
      Stream.encodeText,
      Stream.run(files.sink(part)),
      Effect.zipRight(files.rename(part, out)),
      Effect.onError(() => Effect.ignore(files.remove(part)))
    )
    yield* json
      ? print({ out, conversations: count })
      : Output.lines([`recorded ${CountText.count(count, "conversation")} in ${out}`])
  }).pipe(Effect.scoped)

const known = (db: Db) => (Option.isSome(db) ? Ledgers.reading(db) : Ledgers.readingIfAny(db))

/**
 * The service, and the ledger, by which follow-ups are distinguished from other messages. A ledger that `--db` names
 * must exist.
 */
const recorder = (db: Db) => Layer.merge(InventClient.layerConfig(), Layer.provide(Recorder.layer, known(db)))

interface FromApi extends Target {
  readonly db: Db
}

/** Records the chats that a file names: see `Recorder.ofChats`. */
export const chats = ({ db, file, ...target }: FromApi & { readonly file: string }) =>
  Watch.readFile(file).pipe(
    Effect.flatMap((chat_ids) => write(Recorder.ofChats(chat_ids), target, chat_ids.length)),
    Effect.provide(Layer.provideMerge(ChatRows.layer, recorder(db)))
  )

/** Records all chats of the inboxes, by GET requests only. */
export const inbox = ({ db, orgs, ...target }: FromApi & { readonly orgs: Orgs.Orgs["Type"] }) =>
  Effect.provide(write(Recorder.ofInbox, target), Layer.merge(recorder(db), Orgs.layer(orgs)))

const decodeEntry = Schema.decodeUnknown(Schema.parseJson(LogEntry))

const entriesOf = (file: string) =>
  Stream.unwrap(
    Effect.map(FileSystem.FileSystem, (files) =>
      files.stream(file).pipe(
        Stream.mapError(
          (error) =>
            new RecordedConversation.HistoryUnreadable({ file, line: undefined, reason: FileReadError.why(error) })
        ),
        Stream.decodeText(),
        Stream.splitLines,
        Stream.zipWithIndex,
        Stream.filter(([text]) => text.trim() !== ""),
        Stream.mapEffect(([text, index]) =>
          Effect.mapError(
            decodeEntry(text),
            () =>
              new RecordedConversation.HistoryUnreadable({
                file,
                line: index + 1,
                reason: "is no entry of an emulator's log"
              })
          )
        )
      )
    )
  )

const ofLog = (file: string) =>
  Effect.gen(function* () {
    const gathering = FromLog.make()
    yield* Stream.runForEach(entriesOf(file), (entry) => Effect.sync(() => gathering.add(entry)))
    const conversations = gathering.conversations()
    return conversations.length === 0 ? yield* RecordedConversation.nothing(file) : conversations
  })

/**
 * Records the conversations of an emulator's log. Sends no request. Fails with `HistoryUnreadable` at the first line
 * that is no entry.
 */
export const log = ({ file, ...target }: Target & { readonly file: string }) =>
  Effect.flatMap(ofLog(file), (conversations) =>
    write(Stream.fromIterable(conversations), target, conversations.length)
  )
