/**
 * What the staff's side of the API does: list the inbox, change a chat and its state, and look at its files and
 * summaries.
 */
import type { UpdateChat } from "@effect-invent/domain/api/Chats"
import type { FileFilter } from "@effect-invent/domain/api/Files"
import type { UpdateState } from "@effect-invent/domain/api/State"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatId, ContactId, MemoryId, OrgId, OrgMemberId } from "@effect-invent/domain/Ids"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import * as PubSub from "effect/PubSub"
import { badRequest, notFound } from "../Refusal.ts"
import { configOf } from "./Assistants.ts"
import type { Core } from "./Core.ts"
import { given } from "./Given.ts"
import * as Pages from "./Pages.ts"
import type { OrgMember } from "./Records.ts"
import type { AssistantRecord, ChannelRecord, ChannelType, ContactRecord } from "./Store.ts"
import * as Wire from "./Wire.ts"
import * as WireContact from "./WireContact.ts"

/** All of the world, or its latest chats. */
export interface Everything {
  readonly org_id: OrgId
  /** How many chats there are. */
  readonly count: number
  readonly members: ReadonlyArray<OrgMember>
  readonly assistants: ReadonlyArray<AssistantRecord>
  readonly contacts: ReadonlyArray<ContactRecord & { readonly channels: ReadonlyArray<ChannelRecord> }>
  readonly chats: ReadonlyArray<
    Chat & { readonly contact_id: ContactId; readonly messages?: ReadonlyArray<ChatMessage> }
  >
}

/**
 * Makes what the API does with chats: list, change, assign, mark and watch them, and list their files and summaries.
 */
export const make = (core: Core) => {
  const { atomic, options, store } = core
  const { page } = Pages

  const updateState = Effect.fnUntraced(function* (chatId: ChatId, patch: UpdateState, by: string) {
    const chat = yield* store.findChat(chatId)
    const at = yield* DateTime.now
    const empty = Object.keys(patch).length === 0
    if (empty && options.emptyPatch === "refuse") return yield* badRequest("The body changes nothing")
    const { follow_up_at } = patch
    const { csat_score } = patch
    if (csat_score !== undefined && options.fractionalCsatScore === "refused" && !Number.isInteger(csat_score)) {
      return yield* badRequest("csat_score is not a whole number")
    }
    if (follow_up_at && options.pastFollowUp === "refused" && DateTime.lessThan(follow_up_at, at)) {
      return yield* badRequest("follow_up_at is in the past")
    }
    if (patch.state !== undefined) chat.state = patch.state
    if (patch.ai_enabled !== undefined) chat.ai_enabled = patch.ai_enabled
    if (patch.assistant_config !== undefined) chat.assistant_config = configOf(patch.assistant_config)
    if (patch.muted_until !== undefined) chat.muted_until = patch.muted_until
    if (csat_score !== undefined) chat.csat_score = csat_score
    if (follow_up_at !== undefined) yield* core.setFollowUp(chat, follow_up_at)
    if (!empty) yield* core.stateChanged(chat, by, at, options.stateUpdateTouches)
    else if (options.stateUpdateTouches) core.touch(chat, at)
    return Wire.chat(store, chat)
  }, atomic)

  const assign = Effect.fnUntraced(function* (chatId: ChatId, memberId: OrgMemberId | null, by: string) {
    const chat = yield* store.findChat(chatId)
    const member = memberId === null ? null : yield* store.findMember(memberId)
    const at = yield* DateTime.now
    chat.assigned = member && { user_id: member.user_id, at }
    yield* core.stateChanged(chat, by, at, options.stateUpdateTouches)
    return Wire.state(store, chat)
  }, atomic)

  const markUnseen = Effect.fnUntraced(function* (chatId: ChatId) {
    const chat = yield* store.findChat(chatId)
    chat.admin_unseen_count = Math.max(1, chat.admin_unseen_count)
    core.touch(chat, yield* DateTime.now)
    const { admin_unseen_count, assigned, user_unseen_count } = chat
    return { chat_id: chat.id, assigned_user_id: assigned && assigned.user_id, admin_unseen_count, user_unseen_count }
  }, atomic)

  /** Null where the chat itself is the newest. */
  const info = Effect.fnUntraced(function* (chatId: ChatId) {
    const { conversation_id } = yield* store.findChat(chatId)
    const newest = [...store.chats.values()].findLast((chat) => chat.conversation_id === conversation_id)
    return { newest_chat_id: newest === undefined || newest.id === chatId ? null : newest.id }
  }, atomic)

  const list = flow(
    ({ integration_id, ...query }: Pages.PageQuery & { readonly integration_id?: ChannelType | undefined }) =>
      Effect.sync(() => {
        const found = [...store.chats.values()]
          .filter(({ channel_type }) => integration_id === undefined || channel_type === integration_id)
          .sort((a, b) => DateTime.Order(a.updated_at, b.updated_at))
        return page(options.inboxOrder === "ascending" ? found : found.reverse(), query, (chat) =>
          Wire.chat(store, chat)
        )
      }),
    atomic
  )

  const updateChat = Effect.fnUntraced(function* (chatId: ChatId, patch: typeof UpdateChat.Type) {
    const chat = yield* store.findChat(chatId)
    const { tools, ...rest } = given(patch)
    Object.assign(chat, rest, tools && { tools: tools.map(given) })
    core.touch(chat, yield* DateTime.now)
    return Wire.chat(store, chat)
  }, atomic)

  const listFiles = Effect.fnUntraced(function* (
    chatId: ChatId,
    { mimetype = "", search = "", ...query }: typeof FileFilter.Type
  ) {
    yield* store.findChat(chatId)
    const found = [...store.files.values()].filter(
      (file) =>
        file.chat_id === chatId &&
        file.mimetype.startsWith(mimetype) &&
        file.filename.toLowerCase().includes(search.toLowerCase())
    )
    return page(found, query, WireContact.file)
  }, atomic)

  const memoriesOf = (chatId: ChatId) => [...store.memories.values()].filter(({ chat_id }) => chat_id === chatId)

  const listMemories = Effect.fnUntraced(function* (chatId: ChatId, query: Pages.PageQuery) {
    yield* store.findChat(chatId)
    return page(memoriesOf(chatId), query, (memory) => ({ ...memory, summarized_at: memory.created_at }))
  }, atomic)

  const clearMemories = Effect.fnUntraced(function* (chatId: ChatId) {
    yield* store.findChat(chatId)
    for (const { id } of memoriesOf(chatId)) store.memories.delete(id)
  }, atomic)

  const removeMemory = Effect.fnUntraced(function* (chatId: ChatId, memoryId: MemoryId) {
    yield* store.findChat(chatId)
    if (store.memories.get(memoryId)?.chat_id !== chatId) return yield* notFound("summary", memoryId)
    store.memories.delete(memoryId)
  }, atomic)

  const snapshot = Effect.fnUntraced(function* (chatId: ChatId) {
    return Wire.chat(store, yield* store.findChat(chatId))
  }, atomic)

  const everything = flow(
    ({ last = Infinity, withMessages = true }: { readonly last?: number; readonly withMessages?: boolean } = {}) =>
      Effect.sync((): Everything => {
        const chats = [...store.chats.values()].slice(-Math.min(last, store.chats.size) || store.chats.size)
        const channels = Arr.groupBy(store.channels.values(), ({ contact_id }) => contact_id)
        return {
          org_id: store.org_id,
          count: store.chats.size,
          members: [...store.members.values()],
          assistants: [...store.assistants.values()],
          contacts: [...store.contacts.values()].map((contact) => ({
            ...contact,
            channels: channels[contact.id] ?? []
          })),
          chats: chats.map((chat) => ({
            ...Wire.chat(store, chat),
            contact_id: chat.contact_id,
            ...(withMessages ? { messages: chat.messages.map((message) => Wire.message(store, message)) } : {})
          }))
        }
      }),
    atomic
  )

  return {
    updateState,
    snapshot,
    everything,
    state: { assign, markUnseen, info },
    inbox: { list, changes: PubSub.subscribe(core.changes) },
    chats: { update: updateChat },
    files: { list: listFiles },
    memories: { list: listMemories, clear: clearMemories, remove: removeMemory }
  }
}
