/** The summary of a conversation, as the assistant keeps it. */
import * as Graphemes from "@effect-invent/domain/Graphemes"
import type * as DateTime from "effect/DateTime"
import type { ChatRecord, Store } from "./Store.ts"

const longestPoint = 80

/** Does nothing where the assistant is set to keep no memories. */
export const write = (store: Store, chat: ChatRecord, at: DateTime.Utc): void => {
  const config = chat.assistant_config ?? store.assistants.peek(chat.assistant_id)?.config
  if (config?.conversation?.enable_memories === false) return
  const words = chat.messages.flatMap(({ author, parts }) =>
    author === "contact" && parts !== null ? [Graphemes.cut(parts.map(({ text }) => text).join(" "), longestPoint)] : []
  )
  const id = store.ids.memory()
  store.memories.set(id, {
    id,
    chat_id: chat.id,
    summary: `${chat.messages.length} messages, ${words.length} of them of the contact's`,
    key_points: words.slice(-3),
    message_count: chat.messages.length,
    created_at: at
  })
}
