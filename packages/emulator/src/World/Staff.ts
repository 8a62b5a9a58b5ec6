/** What the API does to the messages of a chat, which is what the staff does: write, read, edit and delete them. */
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import type { ChatId, MessageId } from "@effect-invent/domain/Ids"
import type { UserMessage } from "@effect-invent/domain/Chat/MessagePart"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { badRequest, notFound } from "../Refusal.ts"
import type { Core } from "./Core.ts"
import * as Pages from "./Pages.ts"
import type { MessageRecord } from "./Store.ts"
import * as Wire from "./Wire.ts"

/** Which messages to list. Whether those of the very instant `from_date` are among them is an option. */
export interface ListQuery extends Pages.PageQuery {
  readonly from_date?: DateTime.Utc | undefined
}

/** The ids that a path names a message by. */
export interface Path {
  readonly chat_id: ChatId
  readonly message_id: MessageId
}

/** Makes what the API does with messages. Ids that are unknown are refused with 404. */
export const make = (core: Core) => {
  const { atomic, options, store } = core
  const { page } = Pages

  const listedAfter = Duration.toMillis(options.messagesListedAfter)

  const isListed = (at: DateTime.Utc) => (message: MessageRecord) =>
    message.created_at.epochMillis + listedAfter <= at.epochMillis

  const isFrom = (from_date: DateTime.Utc | undefined) => (message: MessageRecord) =>
    from_date === undefined ||
    DateTime.greaterThan(message.created_at, from_date) ||
    (options.fromDate === "included" && DateTime.Equivalence(message.created_at, from_date))

  const listMessages = Effect.fnUntraced(function* (chatId: ChatId, query: ListQuery = {}) {
    const chat = yield* store.findChat(chatId)
    const found = chat.messages.filter(isListed(yield* DateTime.now)).filter(isFrom(query.from_date))
    const ordered = options.messageOrder === "ascending" ? found : found.reverse()
    const { entries, ...counts } = page(ordered, query, (message): ChatMessage => Wire.message(store, message))
    return { messages: entries, ...counts }
  }, atomic)

  const find = Effect.fnUntraced(function* ({ chat_id, message_id }: Path) {
    const chat = yield* store.findChat(chat_id)
    return { chat, message: yield* core.findMessage(chat, message_id) }
  })

  const get = Effect.fnUntraced(function* (path: Path) {
    const { message } = yield* find(path)
    return isListed(yield* DateTime.now)(message)
      ? Wire.message(store, message)
      : yield* notFound("message", message.id)
  }, atomic)

  /** `by` is the actor in the log. */
  const create = Effect.fnUntraced(function* (chatId: ChatId, parts: UserMessage, by: string) {
    const chat = yield* store.findChat(chatId)
    const { blocked = false, unsubscribed = false } = store.contacts.get(chat.contact_id) ?? {}
    if (options.messageToOptedOut === "refused" && (blocked || unsubscribed)) {
      return yield* badRequest(`Contact ${chat.contact_id} is ${blocked ? "blocked" : "unsubscribed"}`)
    }
    const at = yield* DateTime.now
    const member = core.staffMember(chat, store.user_id)
    const record = core.addMessage(chat, at, { author: "user", member, status: "COMPLETED", parts })
    yield* core.messageEnded(chat, record, "message", at)
    if (options.staffMessageDisablesAi && chat.ai_enabled) {
      chat.ai_enabled = false
      yield* core.stateChanged(chat, by, at)
    }
    return Wire.message(store, record)
  }, atomic)

  const edit = Effect.fnUntraced(function* (path: Path, parts: UserMessage) {
    const { chat, message } = yield* find(path)
    const at = yield* DateTime.now
    message.parts = parts
    message.updated_at = at
    core.touch(chat, at)
    return Wire.message(store, message)
  }, atomic)

  const remove = Effect.fnUntraced(function* (path: Path) {
    const { chat, message } = yield* find(path)
    chat.messages.splice(chat.messages.indexOf(message), 1)
    store.messages.delete(message.id)
    core.touch(chat, yield* DateTime.now)
  }, atomic)

  return { listMessages, messages: { get, create, edit, remove } }
}
