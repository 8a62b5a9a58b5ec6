/**
 * The emulator's own account of what happened: an append-only list that an independent checker reads as JSON lines. It
 * names API keys and never holds one.
 */
import { ChatId, ContactId, ConversationId, MessageId } from "@effect-invent/domain/Ids"
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

const at = Schema.DateTimeUtc

/**
 * A request, logged when it is answered. `status` 499: the client went away before the answer; 444: a fault closed the
 * connection and gave none.
 */
export const RequestEntry = Schema.Struct({
  kind: Schema.Literal("request"),
  at,
  answered_at: Schema.DateTimeUtc,
  /** The name of the key, never its secret. */
  key: Schema.NullOr(Schema.String),
  method: Schema.String,
  path: Schema.String,
  /** Group and method, as in `state.update`; null when no endpoint has this method and path. */
  endpoint: Schema.NullOr(Schema.String),
  chat_id: Schema.NullOr(ChatId),
  status: Schema.Int,
  /** Whether the request changed something, whatever its answer was. */
  applied: Schema.Boolean,
  /**
   * The client's headers about the attempt: `x-…`, `idempotency-key`, `traceparent` and `user-agent`, each cut at 200
   * characters.
   */
  headers: OpenRecord.record(Schema.String),
  /** The name of the fault that befell it; its `status` is then that of the answer which was to be sent. */
  fault: Schema.NullOr(Schema.String),
  /**
   * Whether that keeps the client from reading the true answer: there is another one, it is garbled, or not all of it
   * comes.
   */
  spoilt: Schema.Boolean
})

/** A chat was created. */
export const ChatEntry = Schema.Struct({
  kind: Schema.Literal("chat"),
  at,
  chat_id: ChatId,
  conversation_id: ConversationId,
  contact_id: ContactId,
  country: Schema.NullOr(Schema.String),
  channel_type: Schema.String
})

/** A message came to its end: when created, or when the assistant was done with it. */
export const MessageEntry = Schema.Struct({
  kind: Schema.Literal("message"),
  at,
  /**
   * The message's own `created_at`, as its chat lists it: when the assistant began it. Not in logs of earlier versions.
   */
  created_at: Schema.optional(Schema.DateTimeUtc),
  chat_id: ChatId,
  conversation_id: ConversationId,
  message_id: MessageId,
  author: Schema.Literal("contact", "assistant", "user"),
  /**
   * By a contact: `opening`, `message`, or `tool` for the answer to one. By the assistant: `reply`, `follow_up`, or
   * `tool` for going on after that answer, `message` for a broadcast. By a user: `takeover`, or `message` through the
   * API.
   */
  cause: Schema.Literal("reply", "follow_up", "tool", "takeover", "opening", "message"),
  status: Schema.Literal("COMPLETED", "FAILED")
})

/** The whole state of a chat after a change. */
export const StateEntry = Schema.Struct({
  kind: Schema.Literal("state"),
  at,
  chat_id: ChatId,
  /** The name of an API key, or `assistant`, `user`, `contact`. */
  by: Schema.String,
  state: Schema.Literal("OPEN", "SNOOZED", "CLOSED"),
  ai_enabled: Schema.Boolean,
  follow_up_at: Schema.NullOr(Schema.DateTimeUtc),
  muted_until: Schema.NullOr(Schema.DateTimeUtc),
  /** Whether a user of the staff has the chat. */
  assigned: Schema.Boolean
})

/** What a contact permits, after it was added or changed. */
export const ContactEntry = Schema.Struct({
  kind: Schema.Literal("contact"),
  at,
  contact_id: ContactId,
  blocked: Schema.Boolean,
  unsubscribed: Schema.Boolean
})

/** A contact was merged into another one: it is gone, and its chats are the other's. */
export const MergeEntry = Schema.Struct({
  kind: Schema.Literal("merge"),
  at,
  contact_id: ContactId,
  source_contact_id: ContactId
})

/** One line of the log. All instants are written as ISO 8601 with milliseconds. */
export const Entry = Schema.Union(RequestEntry, ChatEntry, MessageEntry, StateEntry, ContactEntry, MergeEntry)
/** One thing that happened: a request, or a change of the world. */
export type Entry = typeof Entry.Type
/** Why a message was written. */
export type Cause = typeof MessageEntry.Type.cause

/** What has happened so far. Entries are only ever added. */
export class Log extends Context.Tag("@effect-invent/emulator/Log")<
  Log,
  {
    readonly append: (entry: Entry) => Effect.Effect<void>
    /** Everything so far, oldest first, but for what was {@link dropped}. */
    readonly entries: Effect.Effect<ReadonlyArray<Entry>>
    /** How many of the oldest entries are no longer held. */
    readonly dropped: Effect.Effect<number>
  }
>() {}

/** Holds at least the latest `capacity` entries, and at most a tenth more. */
export const layerBounded = (capacity: number): Layer.Layer<Log> =>
  Layer.sync(Log, () => {
    const entries: Array<Entry> = []
    let dropped = 0
    return {
      append: (entry) =>
        Effect.sync(() => {
          entries.push(entry)
          if (entries.length > capacity * 1.1) dropped += entries.splice(0, entries.length - capacity).length
        }),
      entries: Effect.sync(() => [...entries]),
      dropped: Effect.sync(() => dropped)
    }
  })

/** Holds everything, as a checker wants it. */
export const layer: Layer.Layer<Log> = layerBounded(Infinity)

const encode = Schema.encodeSync(Schema.parseJson(Entry))

/** One JSON object a line. */
export const toJsonLines = (entries: ReadonlyArray<Entry>): string =>
  entries.map((entry) => `${encode(entry)}\n`).join("")
