/** No list shows the chat, and what one update may tell of it was asked for already: its state is not known. Nothing was sent. */
import { ChatId } from "@effect-invent/domain/Ids"
import * as Schema from "effect/Schema"

export class NotListed extends Schema.TaggedError<NotListed>()("NotListed", { chat_id: ChatId }) {
  override get message() {
    return "no list shows the chat, and it was read by an update once since the contact last wrote"
  }
}
