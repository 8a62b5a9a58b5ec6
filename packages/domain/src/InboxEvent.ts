/** What a WebSocket of the inbox says: a chat is new, or has changed. */
import type * as Schema from "effect/Schema"
import { Chat } from "./Chat.ts"
import * as Open from "./Open.ts"

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
export interface InboxEventEncoded extends Schema.Schema.Encoded<typeof inboxEvent> {}
export const InboxEvent: Schema.Schema<InboxEvent, InboxEventEncoded> = inboxEvent
