/** What the assistant remembers of a conversation: a summary, written by itself every 10 messages. */
import * as Schema from "effect/Schema"
import { ChatId, MemoryId } from "../Ids.ts"
import { Instant } from "../schema/Instant.ts"
import * as Open from "../schema/Open.ts"

const memory = Open.struct({
  id: MemoryId,
  chat_id: Open.optional(ChatId),
  summary: Open.optional(Schema.String),
  key_points: Open.optional(Schema.Array(Schema.NullOr(Schema.String))),
  message_count: Open.optional(Schema.Number),
  summarized_at: Open.optional(Instant),
  created_at: Open.optional(Instant)
}).annotations({ identifier: "Memory" })

/**
 * A summary of a conversation that the assistant wrote by itself: its key points, and of how many messages.
 *
 * @see https://docs.useinvent.com/api-reference/chats-memories/get-conversation-summaries
 */
export interface Memory extends Schema.Schema.Type<typeof memory> {}
/** {@link Memory} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface MemoryEncoded extends Schema.Schema.Encoded<typeof memory> {}
/**
 * Reads {@link Memory} from the wire and writes it back. Fails where `id` is missing; what no page documents is kept.
 */
export const Memory: Schema.Schema<Memory, MemoryEncoded> = memory
