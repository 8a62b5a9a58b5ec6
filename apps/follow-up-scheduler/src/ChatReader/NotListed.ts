/** The error of a chat whose state cannot be read. */
import { ChatId } from "@effect-invent/domain/Ids"
import * as Schema from "effect/Schema"

/**
 * No list shows the chat, and the one update per episode that could have shown it was made already (decision 0015).
 * Nothing was sent. The chat gets the reason `not_listed`.
 */
export class NotListed extends Schema.TaggedError<NotListed>()("NotListed", { chat_id: ChatId }) {
  override get message() {
    return "no list shows the chat, and it was read by an update once since the contact last wrote"
  }
}
