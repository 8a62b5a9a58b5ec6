/** The chat in which a conversation goes on. */
import type { InventClient } from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { ChatId } from "@effect-invent/domain/Ids"
import * as Effect from "effect/Effect"

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
