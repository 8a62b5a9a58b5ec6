/** The pieces a message is made of: text, a file, a chosen option. */
import * as Schema from "effect/Schema"
import * as Closed from "../schema/Closed.ts"
import { File } from "../File.ts"
import * as Open from "../schema/Open.ts"

const messagePart = Open.struct({
  type: Open.optional(Open.literals("text", "file", "option_selected")),
  text: Open.optional(Schema.String),
  /** The voice note behind `text`. */
  audio: Open.optional(Open.tolerant(File)),
  url: Open.optional(Schema.String),
  kind: Open.optional(Open.literals("voice")),
  file: Open.optional(Open.tolerant(File)),
  auto_consume: Open.optional(Schema.Boolean),
  value: Open.optional(Schema.Unknown),
  label: Open.optional(Schema.String),
  start_timestamp: Open.optional(Schema.Number),
  end_timestamp: Open.optional(Schema.Number)
}).annotations({ identifier: "MessagePart" })

/** A part as received. Which keys are filled depends on `type`; the newest pages leave `type` itself out. */
export interface MessagePart extends Schema.Schema.Type<typeof messagePart> {}
/** {@link MessagePart} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface MessagePartEncoded extends Schema.Schema.Encoded<typeof messagePart> {}
/**
 * Reads {@link MessagePart} from the wire and writes it back. Every key may be absent or null; what no page documents
 * is kept.
 */
export const MessagePart: Schema.Schema<MessagePart, MessagePartEncoded> = messagePart

/** A part to send. Text is the only one of the vendor's six kinds whose body is published. */
export const UserMessagePart = Closed.struct({
  type: Schema.Literal("text"),
  text: Schema.String,
  start_timestamp: Closed.optional(Schema.Number),
  end_timestamp: Closed.optional(Schema.Number)
})
/** A part of text to send. What the two timestamps mean, and in which unit, is stated on no page. */
export type UserMessagePart = typeof UserMessagePart.Type

/** The content of a message to send: at least one part. */
export const UserMessage = Schema.NonEmptyArray(UserMessagePart)
/** One or more parts to send. No page states how many there may be, or how long a text. */
export type UserMessage = typeof UserMessage.Type

/** A message of one text part. */
export const text = (text: string): UserMessage => [{ type: "text", text }]
