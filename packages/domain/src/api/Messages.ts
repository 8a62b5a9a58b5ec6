/** The contract of `messages`: the messages of a chat, and those that the staff sends. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import { ChatMessage } from "../Chat/ChatMessage.ts"
import * as Closed from "../schema/Closed.ts"
import { ChatId, MessageId, ToolCallId } from "../Ids.ts"
import { Instant } from "../schema/Instant.ts"
import { UserMessage } from "../Chat/MessagePart.ts"
import * as Open from "../schema/Open.ts"
import { DecideApproval } from "./Approval.ts"
import { Blocking, unlessInBackground } from "./Blocking.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"

/** The parts of a message of the staff's. */
export const CreateMessage = Closed.struct({
  /** At least one part. */
  message: UserMessage
})

/** The whole new content. */
export const EditMessage = Closed.struct({
  /** At least one part. */
  message: UserMessage
})

/** Which messages to list: all, unless a start is given. */
export const MessageFilter = Closed.struct({
  /** The messages from this time on. Whether the time itself is included is undocumented. */
  from_date: Closed.optional(Instant),
  ...Paging.fields
})

const inChat = { chat_id: ChatId, message_id: MessageId }

/**
 * Lists the messages of a chat. Their order is undocumented, and so is whether `from_date` includes its own instant:
 * sort by `created_at`, and ask from a little earlier than needed.
 *
 * @inferred The page describes a start date without its name; `from_date` is what public code uses and what two other
 * pages print.
 * @see https://docs.useinvent.com/api-reference/chats-messages/get-chat-messages
 */
export const list = Endpoint.get("list", "/chats/:chat_id/messages")
  .setPath(Schema.Struct({ chat_id: ChatId }))
  .setUrlParams(MessageFilter)
  .addSuccess(Open.list(ChatMessage))
  .annotate(Provenance, { method: "printed", path: "printed", query: { inferred: ["from_date"] }, answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Sends a message into a chat as the API key, that is as the staff. Whether that switches the assistant off is
 * undocumented.
 *
 * @inferred The page is stored without names: `message` is the key on the pages that edit a message and that send one
 * as a contact, and the answer is a message by the page's description.
 * @see https://docs.useinvent.com/api-reference/chats-messages/create-chat-message
 */
export const create = Endpoint.post("create", "/chats/:chat_id/messages")
  .setPath(Schema.Struct({ chat_id: ChatId }))
  .setPayload(CreateMessage)
  .addSuccess(ChatMessage)
  .annotate(Provenance, { method: "printed", path: "printed", body: "inferred", answer: "inferred" })
  .pipe(RetrySafety.unsafe)

/**
 * Reads one message.
 *
 * @experimental The path is inferred from those that edit and delete a message.
 * @see https://docs.useinvent.com/api-reference/chats-messages/get-chat-message
 */
export const get = Endpoint.get("get", "/chats/:chat_id/messages/:message_id")
  .setPath(Schema.Struct(inChat))
  .addSuccess(ChatMessage)
  .annotate(Provenance, { method: "printed", path: "inferred", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Replaces the text of a message.
 *
 * @see https://docs.useinvent.com/api-reference/chats-messages/edit-chat-message
 */
export const edit = Endpoint.patch("edit", "/chats/:chat_id/messages/:message_id")
  .setPath(Schema.Struct(inChat))
  .setPayload(EditMessage)
  .addSuccess(ChatMessage)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.idempotent)

/**
 * Deletes a message.
 *
 * @inferred The page is listed and not stored: what it answers is unknown, and not looked at.
 * @see https://docs.useinvent.com/api-reference/chats-messages/delete-chat-message
 */
export const remove = Endpoint.del("remove", "/chats/:chat_id/messages/:message_id")
  .setPath(Schema.Struct(inChat))
  .addSuccess(Schema.Void, { status: 200 })
  .addSuccess(Schema.Void, { status: 204 })
  .annotate(Provenance, { method: "printed", path: "printed", answer: "unknown" })
  .pipe(RetrySafety.idempotent)

/**
 * Accepts or rejects an action that the assistant wants approved. Without `background: true`, it answers only when
 * the tool has finished, so one attempt may take as long as the client's deadline for blocking calls.
 *
 * @inferred The page is stored without names: `decision`, `reason` and `background` are guesses for what it describes,
 * and the answer is a message by its description.
 * @see https://docs.useinvent.com/api-reference/chats-messages/decide-action-approval
 */
export const decideApproval = Endpoint.post(
  "decideApproval",
  "/chats/:chat_id/messages/:message_id/approvals/:tool_call_id"
)
  .setPath(Schema.Struct({ ...inChat, tool_call_id: ToolCallId }))
  .setPayload(DecideApproval)
  .addSuccess(ChatMessage)
  .annotate(Blocking, unlessInBackground)
  .annotate(Provenance, { method: "printed", path: "printed", body: "unknown", answer: "inferred" })
  .pipe(RetrySafety.unsafe)

/**
 * The messages of a chat: to list, send, edit and delete them, and to decide about an action that waits for approval.
 */
export const Messages = HttpApiGroup.make("messages")
  .add(list)
  .add(create)
  .add(get)
  .add(edit)
  .add(remove)
  .add(decideApproval)
