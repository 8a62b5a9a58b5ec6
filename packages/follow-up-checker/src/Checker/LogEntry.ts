/** What the checker reads in a log: one JSON object a line. Unknown keys and kinds are ignored. */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { Instant } from "./Instant.ts"
import * as Issue from "./Issue.ts"

const Request = Schema.Struct({
  kind: Schema.Literal("request"),
  at: Instant,
  answered_at: Instant,
  key: Schema.NullOr(Schema.String),
  /** Group and method, as in `state.update`. */
  endpoint: Schema.NullOr(Schema.String),
  chat_id: Schema.NullOr(Schema.String),
  status: Schema.Number,
  /** Whether a fault kept the client from reading the answer. */
  spoilt: Schema.optionalWith(Schema.Boolean, { default: () => false })
})
/** A request that the emulator answered: whose it was, for what, and when. */
export type Request = typeof Request.Type

const Chat = Schema.Struct({
  kind: Schema.Literal("chat"),
  at: Instant,
  chat_id: Schema.String,
  contact_id: Schema.String,
  country: Schema.NullOr(Schema.String),
  channel_type: Schema.optional(Schema.String)
})

const Message = Schema.Struct({
  kind: Schema.Literal("message"),
  at: Instant,
  /** When it was begun, where the log has it. `at` is when it was whole. */
  created_at: Schema.optional(Instant),
  chat_id: Schema.String,
  message_id: Schema.String,
  author: Schema.Literal("contact", "assistant", "user"),
  cause: Schema.Literal("reply", "follow_up", "tool", "takeover", "opening", "message"),
  status: Schema.String
})
/** A message of a chat: who wrote it, and when. */
export type Message = typeof Message.Type

const State = Schema.Struct({
  kind: Schema.Literal("state"),
  at: Instant,
  chat_id: Schema.String,
  by: Schema.String,
  state: Schema.Literal("OPEN", "SNOOZED", "CLOSED"),
  ai_enabled: Schema.Boolean,
  follow_up_at: Schema.NullOr(Instant),
  muted_until: Schema.NullOr(Instant),
  assigned: Schema.Boolean
})
/** The state of a chat after a change, and who changed it. */
export type State = typeof State.Type

const Contact = Schema.Struct({
  kind: Schema.Literal("contact"),
  at: Instant,
  contact_id: Schema.String,
  blocked: Schema.Boolean,
  unsubscribed: Schema.Boolean
})
/** Whether a contact is blocked or unsubscribed after a change. */
export type Contact = typeof Contact.Type

/** The source is gone, and its chats are the other contact's. */
const Merge = Schema.Struct({
  kind: Schema.Literal("merge"),
  at: Instant,
  contact_id: Schema.String,
  source_contact_id: Schema.String
})

const byKind = { request: Request, chat: Chat, message: Message, state: State, contact: Contact, merge: Merge }

/** One line of the emulator's log. */
export type LogEntry = Request | typeof Chat.Type | Message | State | Contact | typeof Merge.Type
/** What a line is about. Lines of other kinds are passed over. */
export type Kind = LogEntry["kind"]

const isKind = (kind: string): kind is Kind => Object.hasOwn(byKind, kind)

const AnyEntry = Schema.Struct({ kind: Schema.String })
const decodeLine = Schema.decodeUnknownEither(Schema.parseJson(Schema.Unknown))
const decodeAny = Schema.decodeUnknownEither(AnyEntry)
const decodeKnown = Schema.decodeUnknownEither(Schema.Union(Request, Chat, Message, State, Contact, Merge))

const readLine = (line: string): Either.Either<Option.Option<LogEntry>, ParseResult.ParseError> =>
  Either.gen(function* () {
    const json = yield* decodeLine(line)
    const { kind } = yield* decodeAny(json)
    return isKind(kind) ? Option.some(yield* decodeKnown(json)) : Option.none()
  })

/** Every entry of a log, in its order; or one line that names the first line which cannot be read. */
export const readLog = (text: string): Either.Either<ReadonlyArray<LogEntry>, string> => {
  const entries: Array<LogEntry> = []
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue
    const read = readLine(line)
    if (Either.isLeft(read)) return Either.left(`line ${index + 1}: ${Issue.describe(read.left)}`)
    if (Option.isSome(read.right)) entries.push(read.right.value)
  }
  return Either.right(entries)
}

/** When an entry was written: a request is written when it is answered. */
export const writtenAt = (entry: LogEntry): number => (entry.kind === "request" ? entry.answered_at : entry.at)
