/**
 * A line of an emulator's log, as far as a conversation is made of it. Other keys are passed over; a line of any other
 * kind is refused.
 */
import { ChatId, ContactId, ConversationId } from "@effect-invent/domain/Ids"
import * as Schema from "effect/Schema"

const at = Schema.DateTimeUtc

/** A request that was answered: of these only the instant counts, up to which the log goes. */
const Request = Schema.Struct({ kind: Schema.Literal("request"), at })

/** A chat was created. */
const Chat = Schema.Struct({
  kind: Schema.Literal("chat"),
  at,
  chat_id: ChatId,
  conversation_id: ConversationId,
  contact_id: ContactId,
  country: Schema.NullOr(Schema.String),
  channel_type: Schema.String
})

/** A message was complete, or the assistant gave it up. */
const Message = Schema.Struct({
  kind: Schema.Literal("message"),
  at,
  chat_id: ChatId,
  author: Schema.Literal("contact", "assistant", "user"),
  status: Schema.Literal("COMPLETED", "FAILED"),
  /** Why it was written: `follow_up`, or another reason. */
  cause: Schema.String
})

/** The state of a chat after a change. */
const State = Schema.Struct({
  kind: Schema.Literal("state"),
  at,
  chat_id: ChatId,
  state: Schema.Literal("OPEN", "SNOOZED", "CLOSED"),
  ai_enabled: Schema.Boolean,
  muted_until: Schema.NullOr(Schema.DateTimeUtc),
  /** Whether a human agent has the chat. */
  assigned: Schema.Boolean
})

/** What a contact permits, after it was added or changed. */
const Contact = Schema.Struct({
  kind: Schema.Literal("contact"),
  at,
  contact_id: ContactId,
  blocked: Schema.Boolean,
  unsubscribed: Schema.Boolean
})

/** The source was merged into the contact: its chats are the contact's. */
const Merge = Schema.Struct({
  kind: Schema.Literal("merge"),
  at,
  contact_id: ContactId,
  source_contact_id: ContactId
})

/** One line of the log. Instants are written as ISO 8601. */
export const LogEntry = Schema.Union(Request, Chat, Message, State, Contact, Merge)
/** One thing that happened: a request, or a change of a chat or of a contact. */
export type LogEntry = typeof LogEntry.Type
