/**
 * How a call of an interactive tool looks inside a message. The vendor documents that such calls exist and have an id,
 * not where the id is found: this shape (an inner message of role `tool` with keys of its own) is the emulator's
 * invention, so all code reads it through {@link pendingTool}.
 */
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import { ConnectionId, ToolCallId } from "@effect-invent/domain/Ids"
import * as Arr from "effect/Array"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/** A call that the assistant made. */
export const ToolCall = Schema.Struct({
  role: Schema.Literal("tool"),
  tool_call_id: ToolCallId,
  name: Schema.String,
  status: Schema.Literal("pending", "answered"),
  /** What the contact is to name. By this key it differs from an {@link ActionCall}. */
  connection_id: Schema.Null
})
/** A call of an interactive tool, as the emulator shows it. */
export type ToolCall = typeof ToolCall.Type

/** What the contact answered. */
export const ToolResponse = Schema.Struct({
  role: Schema.Literal("tool"),
  tool_call_id: ToolCallId,
  connection_id: ConnectionId
})
/** A contact's answer to an interactive tool, as the emulator shows it. */
export type ToolResponse = typeof ToolResponse.Type

/**
 * An action that the assistant may carry out only with a human's approval. The pages call such an approval pending, and
 * print no list of statuses.
 */
export const ActionCall = Schema.Struct({
  role: Schema.Literal("tool"),
  tool_call_id: ToolCallId,
  name: Schema.String,
  status: Schema.Literal("pending", "running", "completed", "failed", "rejected"),
  /** Absent: it waits for no connection. */
  connection_id: Schema.optionalWith(Schema.Never, { exact: true })
})
/** An action that waits for approval or was decided, as the emulator shows it. */
export type ActionCall = typeof ActionCall.Type

const decode = Schema.decodeUnknownOption(ToolCall)
const decodeAction = Schema.decodeUnknownOption(ActionCall)

/** The action in this message, however far it is. */
export const action = (message: ChatMessage): Option.Option<ActionCall> =>
  Arr.findFirst(message.messages ?? [], (inner) => decodeAction(inner))

/** The call in this message that waits for the contact's answer. */
export const pendingTool = (message: ChatMessage): Option.Option<ToolCall> =>
  Arr.findFirst(message.messages ?? [], (inner) => Option.filter(decode(inner), (call) => call.status === "pending"))
