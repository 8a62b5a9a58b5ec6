/** The part of `contacts` that acts as a contact, on a custom channel. No other kind of channel allows it. */
import * as Schema from "effect/Schema"
import { Chat } from "../Chat.ts"
import { ChatMessage } from "../Chat/ChatMessage.ts"
import * as Closed from "../schema/Closed.ts"
import { AssistantId, ChannelId, ChatId, ConnectionId, ContactId, MessageId, OrgId, ToolCallId } from "../Ids.ts"
import { UserMessage } from "../Chat/MessagePart.ts"
import { DecideApproval } from "./Approval.ts"
import { Blocking, unlessInBackground } from "./Blocking.ts"
import * as Endpoint from "./Endpoint.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"

/** `assistant_id` is accepted without being documented as required. */
export const CreateChat = Closed.struct({
  /** The assistant that handles the chat. */
  assistant_id: Closed.optional(AssistantId),
  /** At most 256 characters. */
  title: Closed.optional(Schema.String.pipe(Schema.maxLength(256))),
  /** The opening message, authored as the contact: at least one part. */
  message: Closed.optional(UserMessage)
})

/** The parts of a message of the contact's, and the channel to send as. */
export const SendMessage = Closed.struct({
  /** At least one part. */
  message: UserMessage,
  /** The custom channel to send as; required when the contact has more than one on this chat. */
  channel_id: Closed.optional(ChannelId)
})

/** The parts of a message of the contact's. The channel is in the path. */
export const SendMessageOnChannel = Closed.struct({
  /** At least one part. */
  message: UserMessage
})

/** The answer to an interactive tool. `connection` is the only kind documented. */
export const RespondToTool = Closed.struct({
  type: Schema.Literal("connection"),
  /** The connection that the contact connected. */
  connection_id: ConnectionId
})

const contact = { org_id: OrgId, contact_id: ContactId }
const toolCall = { ...contact, channel_id: ChannelId, chat_id: ChatId, message_id: MessageId, tool_call_id: ToolCallId }

/**
 * Starts a chat with a contact on one of its custom channels. The contact's channel is the chat's sole member; the
 * message, if any, is the contact's.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/create-a-chat-on-a-contact-channel
 */
export const createChat = Endpoint.post("createChat", "/orgs/:org_id/contacts/:contact_id/channels/:channel_id/chats")
  .setPath(Schema.Struct({ ...contact, channel_id: ChannelId }))
  .setPayload(CreateChat)
  .addSuccess(Chat)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.unsafe)

/**
 * Posts a message into an existing chat as the contact. Custom channels only.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/send-a-message-as-a-contact
 */
export const sendMessage = Endpoint.post("sendMessage", "/orgs/:org_id/contacts/:contact_id/chats/:chat_id/messages")
  .setPath(Schema.Struct({ ...contact, chat_id: ChatId }))
  .setPayload(SendMessage)
  .addSuccess(ChatMessage)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.unsafe)

/**
 * Posts a message as the contact, the channel named in the path: the newer form of `sendMessage`.
 *
 * @experimental The page lists its path parameters and neither method nor path, which are inferred.
 * @inferred The page is stored without names: body and answer are those of `sendMessage`, without the channel.
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/send-a-message-as-a-contact-on-a-channel
 */
export const sendMessageOnChannel = Endpoint.post(
  "sendMessageOnChannel",
  "/orgs/:org_id/contacts/:contact_id/channels/:channel_id/chats/:chat_id/messages"
)
  .setPath(Schema.Struct({ ...contact, channel_id: ChannelId, chat_id: ChatId }))
  .setPayload(SendMessageOnChannel)
  .addSuccess(ChatMessage)
  .annotate(Provenance, { method: "inferred", path: "inferred", body: "inferred", answer: "inferred" })
  .pipe(RetrySafety.unsafe)

/**
 * Answers a pending interactive tool as the contact. Custom channels only; what happens to a tool that is no longer
 * pending is undocumented.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/respond-to-interactive-tool-as-a-contact-on-a-channel
 */
export const respondToTool = Endpoint.post(
  "respondToTool",
  "/orgs/:org_id/contacts/:contact_id/channels/:channel_id/chats/:chat_id/messages/:message_id/tools/:tool_call_id/respond"
)
  .setPath(Schema.Struct(toolCall))
  .setPayload(RespondToTool)
  .addSuccess(ChatMessage)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.unsafe)

/**
 * Accepts or rejects a pending action as the contact: as `messages.decideApproval`, on a custom channel.
 *
 * @experimental Method and path are inferred from `messages.decideApproval` and `respondToTool`.
 * @inferred The keys of the body are guesses, and the answer is a message by the page's description, as there.
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/decide-action-approval-as-a-contact-on-a-channel
 */
export const decideApproval = Endpoint.post(
  "decideApproval",
  "/orgs/:org_id/contacts/:contact_id/channels/:channel_id/chats/:chat_id/messages/:message_id/approvals/:tool_call_id"
)
  .setPath(Schema.Struct(toolCall))
  .setPayload(DecideApproval)
  .addSuccess(ChatMessage)
  .annotate(Blocking, unlessInBackground)
  .annotate(Provenance, { method: "inferred", path: "inferred", body: "unknown", answer: "inferred" })
  .pipe(RetrySafety.unsafe)
