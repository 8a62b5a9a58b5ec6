/** One message of a chat, written by a contact, an assistant, a user of the staff or the system. */
import * as Schema from "effect/Schema"
import { ChatMember } from "./ChatMember.ts"
import { BroadcastId, MessageId } from "../Ids.ts"
import { Instant } from "../schema/Instant.ts"
import { MessagePart } from "./MessagePart.ts"
import * as Open from "../schema/Open.ts"
import { Features, Tool } from "./Tool.ts"

/** The role of the author. The author is in `member`; the roles inside and outside a message can differ. */
export const Role = Open.literals("user", "assistant", "system", "tool", "event", "note")
/** The role of the author, or an unknown role as `Unknown`. */
export type Role = typeof Role.Type

/** How far the assistant is with a message, or with a chat. */
export const RunStatus = Open.literals("RUNNING", "COMPLETED", "FAILED", "CANCELED")
/** `CANCELED` has one L here, and two in the status of a broadcast. */
export type RunStatus = typeof RunStatus.Type

const tokens = {
  input_tokens: Open.optional(Schema.Number),
  output_tokens: Open.optional(Schema.Number),
  total_tokens: Open.optional(Schema.Number),
  reasoning_tokens: Open.optional(Schema.Number),
  input_tokens_cache_read: Open.optional(Schema.Number),
  input_tokens_cache_write: Open.optional(Schema.Number)
}

/** Reads and writes how many tokens a message cost, in all and by turn. Older pages have no turns. */
export const Usage = Open.struct({ ...tokens, turns: Open.optional(Open.list(Open.struct(tokens))) })
/** How many tokens the model read and wrote for a message, those of its cache and its reasoning included. */
export type Usage = typeof Usage.Type

const chatMessage = Open.struct({
  id: MessageId,
  role: Open.optional(Role),
  /** The model that was used. */
  model: Open.optional(Schema.String),
  status: Open.optional(RunStatus),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant),
  /** The content, in parts. The role in here can differ from the one outside. */
  messages: Open.optional(
    Schema.Array(Open.struct({ role: Open.optional(Role), parts: Open.optional(Schema.Array(MessagePart)) }))
  ),
  /** At most 10. The newest pages leave them and `features` out. */
  tools: Open.optional(Open.list(Tool)),
  features: Open.optional(Open.tolerant(Features)),
  /** Who wrote it. */
  member: Open.optional(ChatMember),
  /** Why the message failed. */
  error: Open.optional(Schema.String),
  /** The broadcast that it comes from. */
  broadcast_id: Open.optional(BroadcastId),
  /** Whether it was sent by a template of a broadcast. */
  is_broadcast_message: Open.optional(Schema.Boolean),
  usage: Open.optional(Open.tolerant(Usage))
}).annotations({ identifier: "ChatMessage" })

/**
 * One message of a chat. The text is in the parts of `messages`; `role` outside and inside can differ; `error` says why
 * it failed.
 *
 * @see https://docs.useinvent.com/api-reference/chats-messages/get-chat-messages
 */
export interface ChatMessage extends Schema.Schema.Type<typeof chatMessage> {}
/** {@link ChatMessage} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ChatMessageEncoded extends Schema.Schema.Encoded<typeof chatMessage> {}
/**
 * Reads {@link ChatMessage} from the wire and writes it back. Fails where `id` is missing; what no page documents is
 * kept.
 */
export const ChatMessage: Schema.Schema<ChatMessage, ChatMessageEncoded> = chatMessage
