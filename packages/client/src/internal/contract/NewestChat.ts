/** Follows a conversation from chat to chat, as the server names the newest, until one is its own. */
import type { ChatId } from "@effect-invent/domain/Ids"
import * as InventError from "@effect-invent/domain/InventError"
import * as Effect from "effect/Effect"
import type { Extras, Methods } from "../../ClientTypes.ts"

/** A server that names yet another chat each time is not believed forever. */
const mostChats = 20

const noEnd = (visited: ReadonlySet<ChatId>, next: ChatId) =>
  new InventError.UnexpectedResponse({
    endpoint: "state.info",
    attempts: visited.size,
    status: 200,
    excerpt: "",
    issue: visited.has(next)
      ? `chat ${next} is named as the newest, and names another`
      : `after ${visited.size} chats there is a newer one`
  })

/**
 * Makes `state.newestChat` of `state.info`. Fails with `UnexpectedResponse` after 20 chats, or when one comes twice.
 */
export const make =
  (info: Methods["state"]["info"]): Extras["state"]["newestChat"] =>
  ({ path }) => {
    const from = (chat_id: ChatId, visited: ReadonlySet<ChatId>): Effect.Effect<ChatId, InventError.RepeatableError> =>
      Effect.flatMap(info({ path: { chat_id } }), ({ newest_chat_id }) => {
        if (newest_chat_id === null || newest_chat_id === undefined || newest_chat_id === chat_id)
          return Effect.succeed(chat_id)
        const now = new Set(visited).add(chat_id)
        return now.has(newest_chat_id) || now.size >= mostChats
          ? Effect.fail(noEnd(now, newest_chat_id))
          : from(newest_chat_id, now)
      })
    return from(path.chat_id, new Set())
  }
