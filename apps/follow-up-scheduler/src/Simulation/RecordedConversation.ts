/**
 * What happened in conversations, on record: one JSON object a line, each a chat with what was written in it and what became
 * of it, in order. Texts and names are optional; no decision needs them.
 */
import { ChatId, ContactId, ConversationId } from "@effect-invent/domain/Ids"
import * as FileSystem from "@effect/platform/FileSystem"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as FileReadError from "../FileReadError.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })
/** Null: no longer. */
const clearable = <A, I>(schema: Schema.Schema<A, I>) => optional(Schema.NullOr(schema))

/** What is true of a chat, in the words of `ChatSnapshot`; what is left out stays as it was. */
export const Facts = Schema.Struct({
  state: optional(Schema.Literal("OPEN", "SNOOZED", "CLOSED")),
  ai_enabled: optional(Schema.Boolean),
  isAssigned: optional(Schema.Boolean),
  isBlocked: optional(Schema.Boolean),
  isUnsubscribed: optional(Schema.Boolean),
  muted_until: clearable(Schema.DateTimeUtc),
  follow_up_at: clearable(Schema.DateTimeUtc),
  zone: optional(Schema.String),
  country: optional(Schema.String),
  channel: optional(Schema.String),
  language: optional(Schema.String),
  referral: optional(Schema.String),
  assistant_id: optional(Schema.String),
  contact_id: optional(ContactId),
  segments: optional(Schema.Array(Schema.String))
})
export type Facts = typeof Facts.Type

export const Event = Schema.Struct({
  at: Schema.DateTimeUtc,
  /** Somebody writes. */
  writes: optional(Schema.Literal("contact", "assistant", "human")),
  /** The assistant wrote because a `follow_up_at` was due: not replayed, as it was the doing of another policy. */
  isFollowUp: optional(Schema.Boolean),
  text: optional(Schema.String),
  /** Something about the chat changes. */
  becomes: optional(Facts)
})
export type Event = typeof Event.Type

/** What a message can say of a chat. */
const Names = Schema.Struct({
  "assistant.name": optional(Schema.String),
  "chat.title": optional(Schema.String),
  "contact.name": optional(Schema.String)
})

export const Conversation = Schema.Struct({
  chat_id: ChatId,
  conversation_id: optional(ConversationId),
  /** What was true of it at the first event. */
  chat: Schema.optionalWith(Facts, { default: () => ({}) }),
  names: optional(Names),
  /** By time. */
  events: Schema.Array(Event).pipe(
    Schema.filter((events) => {
      const index = events.findIndex(({ at }, index) => index > 0 && DateTime.lessThan(at, events[index - 1]!.at))
      return index === -1 || { path: [index, "at"], message: "is earlier than the event before it" }
    })
  ),
  /** How far the record goes. */
  until: Schema.DateTimeUtc
})
export type Conversation = typeof Conversation.Type

/** The record of conversations cannot be used. */
export class HistoryUnreadable extends Schema.TaggedError<HistoryUnreadable>()("HistoryUnreadable", {
  file: Schema.String,
  line: Schema.optional(Schema.Int),
  reason: Schema.String
}) {
  override get message() {
    return `history ${this.file}${this.line === undefined ? "" : `, line ${this.line}`}: ${this.reason}`
  }
}

const Line = Schema.parseJson(Conversation)
const decode = Schema.decodeUnknownEither(Line, { onExcessProperty: "error" })
const encode = Schema.encodeSync(Line)

const parse = (file: string, text: string, line: number): Either.Either<Conversation, HistoryUnreadable> =>
  Either.mapLeft(decode(text), (error) => {
    const issue = ParseResult.ArrayFormatter.formatErrorSync(error)[0]
    const field = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.map(String).join(".")}: `
    return new HistoryUnreadable({ file, line, reason: `${field}${issue?.message ?? error.message}` })
  })

/** The conversations of a file, as they are read. `onBytes` is told how much of it has been. */
export const read = (file: string, onBytes: (count: number) => void) =>
  Stream.unwrap(
    Effect.map(FileSystem.FileSystem, (files) =>
      files.stream(file).pipe(
        Stream.mapError((error) => new HistoryUnreadable({ file, line: undefined, reason: FileReadError.why(error) })),
        Stream.tap((bytes) => Effect.sync(() => onBytes(bytes.length))),
        Stream.decodeText(),
        Stream.splitLines,
        Stream.zipWithIndex,
        Stream.filter(([text]) => text.trim() !== ""),
        Stream.mapEffect(([text, index]) => parse(file, text, index + 1))
      )
    )
  )

/** Refuses a file that holds nothing. */
export const nothing = (file: string) => new HistoryUnreadable({ file, line: undefined, reason: "holds no conversation" })

export const toLine = (conversation: Conversation): string => `${encode(conversation)}\n`

/** Without names and text. Ids stay: without the vendor they say nothing, and with it one finds the chat. */
export const withoutNames = ({ events, names: _names, ...rest }: Conversation): Conversation => ({
  ...rest,
  events: events.map(({ text: _text, ...event }) => event)
})
