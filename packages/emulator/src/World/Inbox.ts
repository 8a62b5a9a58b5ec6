/** What the staff's side of the API does: change the state of a chat, list its messages. */
import type { UpdateState } from "@effect-invent/domain/api/State"
import type { ChatMessage } from "@effect-invent/domain/ChatMessage"
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatId, ContactId, OrgId } from "@effect-invent/domain/Ids"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { badRequest } from "../Refusal.ts"
import type { Core } from "./Core.ts"
import type { AssistantRecord, ChannelRecord, ContactRecord } from "./Store.ts"
import * as Wire from "./Wire.ts"

/** Which messages to list. `from_date` includes its own instant; `page` counts from 1. */
export interface ListQuery {
  readonly from_date?: DateTime.Utc
  readonly page?: number
  readonly take?: number
}

/** A page of messages, and the counts that travel in its headers. */
export interface Page {
  readonly messages: ReadonlyArray<ChatMessage>
  readonly count: number
  readonly page: number
  readonly take: number
}

/** All of the world, or its latest chats. */
export interface Everything {
  readonly org_id: OrgId
  /** How many chats there are. */
  readonly count: number
  readonly assistants: ReadonlyArray<AssistantRecord>
  readonly contacts: ReadonlyArray<ContactRecord & { readonly channels: ReadonlyArray<ChannelRecord> }>
  readonly chats: ReadonlyArray<Chat & { readonly contact_id: ContactId; readonly messages?: ReadonlyArray<ChatMessage> }>
}

export const make = (core: Core) => {
  const { atomic, options, store } = core

  const updateState = Effect.fn("World.updateState")(function* (chatId: ChatId, patch: UpdateState, by: string) {
    const chat = yield* store.findChat(chatId)
    const at = yield* DateTime.now
    const empty = Object.keys(patch).length === 0
    if (empty && options.emptyPatch === "refuse") return yield* badRequest("The body changes nothing")
    const { follow_up_at } = patch
    if (follow_up_at && options.pastFollowUp === "refused" && DateTime.lessThan(follow_up_at, at)) {
      return yield* badRequest("follow_up_at is in the past")
    }
    if (patch.state !== undefined) chat.state = patch.state
    if (patch.ai_enabled !== undefined) chat.ai_enabled = patch.ai_enabled
    if (patch.assistant_config !== undefined) chat.assistant_config = patch.assistant_config
    if (patch.muted_until !== undefined) chat.muted_until = patch.muted_until
    if (patch.csat_score !== undefined) chat.csat_score = patch.csat_score
    if (follow_up_at !== undefined) yield* core.setFollowUp(chat, follow_up_at)
    if (!empty) yield* core.stateChanged(chat, by, at)
    return Wire.chat(store, chat)
  }, atomic)

  const listMessages = Effect.fn("World.listMessages")(function* (chatId: ChatId, query: ListQuery = {}) {
    const chat = yield* store.findChat(chatId)
    const { from_date, page = 1, take = options.defaultTake } = query
    const found = chat.messages.filter(
      (message) => from_date === undefined || DateTime.greaterThanOrEqualTo(message.created_at, from_date)
    )
    const ordered = options.messageOrder === "ascending" ? found : found.reverse()
    const messages = ordered.slice((page - 1) * take, page * take).map((message) => Wire.message(store, message))
    return { messages, count: found.length, page, take } satisfies Page
  }, atomic)

  const snapshot = Effect.fn("World.snapshot")(function* (chatId: ChatId) {
    return Wire.chat(store, yield* store.findChat(chatId))
  }, atomic)

  const everything = Effect.fn("World.everything")(
    ({ last = Infinity, withMessages = true }: { readonly last?: number; readonly withMessages?: boolean } = {}) =>
      Effect.sync((): Everything => {
        const chats = [...store.chats.values()].slice(-Math.min(last, store.chats.size) || store.chats.size)
        const channels = Arr.groupBy(store.channels.values(), ({ contact_id }) => contact_id)
        return {
          org_id: store.org_id,
          count: store.chats.size,
          assistants: [...store.assistants.values()],
          contacts: [...store.contacts.values()].map((contact) => ({ ...contact, channels: channels[contact.id] ?? [] })),
          chats: chats.map((chat) => ({
            ...Wire.chat(store, chat),
            contact_id: chat.contact_id,
            ...(withMessages ? { messages: chat.messages.map((message) => Wire.message(store, message)) } : {})
          }))
        }
      }),
    atomic
  )

  return { updateState, listMessages, snapshot, everything }
}
