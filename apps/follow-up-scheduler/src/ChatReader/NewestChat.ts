/** The chat in which a conversation goes on. */
import type { InventClient } from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatId } from "@effect-invent/domain/Ids"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ChatRows } from "../Watch/ChatRows.ts"

/**
 * Requests the newest chat of the conversation, in the lane `verify`. Gives this chat itself where the service answers
 * 404 or 501. Fails with the error of the request.
 */
export const make = (invent: InventClient["Type"]) => (chat_id: ChatId) =>
  Effect.catchIf(
    RateLimit.withLane("verify")(invent.state.newestChat({ path: { chat_id } })),
    (error) => error._tag === "NotFound" || (error._tag === "ServerFault" && error.status === 501),
    () => Effect.succeed(chat_id)
  )

/**
 * Where a row in memory shows another chat of the conversation with a later message, requests the newest one. Gives it
 * where it is not this chat. Where the service does not tell, gives the chat of that row.
 */
export const beside = (invent: InventClient["Type"], rows: ChatRows["Type"]) => {
  const newestOf = make(invent)
  return Effect.fnUntraced(function* (chat: Chat) {
    const later = yield* rows.laterChat(chat)
    if (Option.isNone(later)) return undefined
    const newest = yield* Effect.orElseSucceed(newestOf(chat.id), () => later.value)
    return newest === chat.id ? undefined : newest
  })
}
