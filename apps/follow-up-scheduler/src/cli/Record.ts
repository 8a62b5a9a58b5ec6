/** `record`: puts conversations on record, for `simulate`. */
import { Entry } from "@effect-invent/emulator/Log"
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as CliOptions from "@effect/cli/Options"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as History from "../History.ts"
import * as FromLog from "../History/FromLog.ts"
import * as Record from "../Record.ts"
import * as Unreadable from "../Unreadable.ts"
import * as Watch from "../Watch.ts"
import * as Options from "./Options.ts"
import * as Output from "./Output.ts"
import * as Progress from "./Progress.ts"

const out = CliOptions.text("out").pipe(CliOptions.withDescription("the file to write, one conversation a line"))

const withoutNames = CliOptions.boolean("without-names").pipe(CliOptions.withDescription("leave out all names and texts; ids stay"))

const written = { out, withoutNames, json: Options.json }
/** The follow-ups of the scheduler that keeps this ledger are told from other messages. */
const fromApi = { ...written, db: Options.db }

interface Target {
  readonly out: string
  readonly withoutNames: boolean
  readonly json: boolean
}

const print = Output.document(Schema.Struct({ out: Schema.String, conversations: Schema.Int }))

/** Writes beside the file first: what is there under its name is whole. */
const write = <E, R>(conversations: Stream.Stream<History.Conversation, E, R>, { json, out, withoutNames }: Target, total?: number) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const tell = yield* Progress.make("conversations")
    const part = `${out}.part`
    let count = 0
    yield* conversations.pipe(
      Stream.map((conversation) => History.toLine(withoutNames ? History.withoutNames(conversation) : conversation)),
      Stream.tap(() => Effect.suspend(() => tell({ count: ++count, part: total === undefined ? undefined : count / total }))),
      Stream.encodeText,
      Stream.run(files.sink(part)),
      Effect.zipRight(files.rename(part, out)),
      Effect.onError(() => Effect.ignore(files.remove(part)))
    )
    yield* json ? print({ out, conversations: count }) : Output.lines([`${count} conversations are on record in ${out}`])
  }).pipe(Effect.scoped)

export const chats = Command.make("chats", { file: Args.text({ name: "file" }), ...fromApi }, ({ file, ...target }) =>
  Effect.flatMap(Watch.readFile(file), (chat_ids) => write(Record.ofChats(chat_ids), target, chat_ids.length))
).pipe(Command.withDescription("record the chats that a file names, one id a line"))

export const inbox = Command.make("inbox", fromApi, (target) => write(Record.ofInbox, target)).pipe(Command.withDescription("record all chats of the inbox, by GET requests only"))

const decodeEntry = Schema.decodeUnknown(Schema.parseJson(Entry))

const entriesOf = (file: string) =>
  Stream.unwrap(
    Effect.map(FileSystem.FileSystem, (files) =>
      files.stream(file).pipe(
        Stream.mapError((error) => new History.HistoryUnreadable({ file, line: undefined, reason: Unreadable.why(error) })),
        Stream.decodeText(),
        Stream.splitLines,
        Stream.zipWithIndex,
        Stream.filter(([text]) => text.trim() !== ""),
        Stream.mapEffect(([text, index]) =>
          Effect.mapError(decodeEntry(text), () => new History.HistoryUnreadable({ file, line: index + 1, reason: "is no entry of an emulator's log" }))
        )
      )
    )
  )

const ofLog = (file: string) =>
  Effect.gen(function* () {
    const gathering = FromLog.make()
    yield* Stream.runForEach(entriesOf(file), (entry) => Effect.sync(() => gathering.add(entry)))
    const conversations = gathering.conversations()
    return conversations.length === 0 ? yield* History.nothing(file) : conversations
  })

export const log = Command.make("log", { file: Args.text({ name: "file" }), ...written }, ({ file, ...target }) =>
  Effect.flatMap(ofLog(file), (conversations) => write(Stream.fromIterable(conversations), target, conversations.length))
).pipe(Command.withDescription("record the conversations of an emulator's log"))

export const record = Command.make("record").pipe(Command.withDescription("put conversations on record, for simulate to play a policy over"))
