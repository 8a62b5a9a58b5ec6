/** A frame of the inbox's WebSocket: a chat is new, or has changed. */
import type * as Schema from "effect/Schema"
import { Chat } from "../Chat.ts"
import * as Open from "../schema/Open.ts"

const inboxEvent = Open.struct({
  type: Open.optional(Open.literals("create")),
  data: Chat
}).annotations({ identifier: "InboxEvent" })

/**
 * A frame carries a whole chat, with its last message. Of the types only `create` is documented.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-inbox/chat-org-inbox-websocket
 */
export interface InboxEvent extends Schema.Schema.Type<typeof inboxEvent> {}
/** {@link InboxEvent} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface InboxEventEncoded extends Schema.Schema.Encoded<typeof inboxEvent> {}
/**
 * Reads {@link InboxEvent} from the wire and writes it back. Fails where `data` is missing; what no page documents is
 * kept.
 */
export const InboxEvent: Schema.Schema<InboxEvent, InboxEventEncoded> = inboxEvent
