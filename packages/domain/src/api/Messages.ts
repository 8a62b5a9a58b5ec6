/** The contract of `messages`: the messages of a chat. */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import { ChatMessage } from "../ChatMessage.ts"
import { ChatId } from "../Ids.ts"
import { Instant } from "../Instant.ts"
import * as Paging from "./Paging.ts"
import * as RetrySafety from "./RetrySafety.ts"

/**
 * Lists the messages of a chat. Their order is undocumented, and so is whether `from_date` includes its own instant: sort
 * by `created_at`, and ask from a little earlier than needed.
 *
 * @see https://docs.useinvent.com/api-reference/chats-messages/get-chat-messages
 */
export const list = HttpApiEndpoint.get("list", "/chats/:chat_id/messages")
  .setPath(Schema.Struct({ chat_id: ChatId }))
  .setUrlParams(Schema.Struct({ from_date: Schema.optionalWith(Instant, { exact: true }), ...Paging.fields }))
  .addSuccess(Schema.Array(ChatMessage))
  .pipe(RetrySafety.safe)

export const Messages = HttpApiGroup.make("messages").add(list)
