/**
 * Conversations on record: one JSON object a line, each a chat with what was written in it and how it changed, in
 * order. Texts and names are optional; no decision needs them.
 */
import { ChatId, ContactId, ConversationId } from "@effect-invent/domain/Ids"
import * as FileSystem from "@effect/platform/FileSystem"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as FileReadError from "../Policies/FileReadError.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })
/** Null: the chat does not have this any more. */
const clearable = <A, I>(schema: Schema.Schema<A, I>) => optional(Schema.NullOr(schema))

/** What is true of a chat, by the names of `ChatSnapshot`; what is left out stays as it was. */
export const Facts = Schema.Struct({
  state: optional(Schema.Literal("OPEN", "SNOOZED", "CLOSED", "UNKNOWN")),
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
/** What changed in a chat. */
export type Facts = typeof Facts.Type

/** One event of a conversation: a message, a change of the chat, or both. */
export const Event = Schema.Struct({
  at: Schema.DateTimeUtc,
  /** Who wrote a message. */
  writes: optional(Schema.Literal("contact", "assistant", "human")),
  /** The message was a follow-up. It is not replayed, because another policy is to be tried. */
  isFollowUp: optional(Schema.Boolean),
  text: optional(Schema.String),
  /** Something about the chat changes. */
  becomes: optional(Facts)
})
/** One event of a conversation. */
export type Event = typeof Event.Type

/** Values for the places of a template. */
const Names = Schema.Struct({
  "assistant.name": optional(Schema.String),
  "chat.title": optional(Schema.String),
  "contact.name": optional(Schema.String)
})

/** One line of a record. Events that are not in order are refused. */
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
  /** The end of the record. A replay decides nothing after it. */
  until: Schema.DateTimeUtc
})
/** One conversation on record. */
export type Conversation = typeof Conversation.Type

/** The record cannot be used. Names the file, and the line where one is wrong. */
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

/**
 * The conversations of a file, one at a time. `onBytes` is called with the number of bytes of each part that was read.
 * Fails with `HistoryUnreadable` at the first line that is wrong.
 */
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

/** The error for a file without conversations. */
export const nothing = (file: string) =>
  new HistoryUnreadable({ file, line: undefined, reason: "holds no conversation" })

/** A conversation as one line of JSON, with its line feed. */
export const toLine = (conversation: Conversation): string => `${encode(conversation)}\n`

/** The conversation without names and texts. Ids stay, so that the chat can still be found at the vendor's. */
export const withoutNames = ({ events, names: _names, ...rest }: Conversation): Conversation => ({
  ...rest,
  events: events.map(({ text: _text, ...event }) => event)
})
