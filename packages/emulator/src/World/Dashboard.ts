/** What people do in Invent's own dashboard, outside the published endpoints. */
import type { ChannelId, ChatId, ContactId, UserId } from "@effect-invent/domain/Ids"
import { text } from "@effect-invent/domain/Chat/MessagePart"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { notFound } from "../Refusal.ts"
import type { Assistants } from "./Assistants.ts"
import type { Core } from "./Core.ts"
import type { ContactBook } from "./ContactBook.ts"
import type { ChannelType, ChatRecord, ContactRecord, State } from "./Store.ts"
import * as Wire from "./Wire.ts"

/** A contact to add, with its channel. What is left out is made up. */
export interface NewContact {
  readonly name: string | null
  /** Two letters, as in `DE`. */
  readonly country?: string
  /** One of the staff, on an internal channel. */
  readonly is_admin?: boolean
  readonly channels: ReadonlyArray<{ readonly type: ChannelType; readonly user_id?: string }>
}

/** A contact that was added, and its channels in the order given. */
export interface AddedContact {
  readonly id: ContactId
  readonly channels: ReadonlyArray<{ readonly id: ChannelId; readonly type: ChannelType }>
}

/**
 * Makes what people do in the dashboard: add contacts, assistants and keys, take a chat over, hand it back, block and
 * unsubscribe.
 */
export const make = (core: Core, book: ContactBook, assistants: Assistants) => {
  const { atomic, store } = core

  const addContact = Effect.fnUntraced(function* (options: NewContact) {
    const at = yield* DateTime.now
    const contact = book.add(at, {
      name: options.name,
      country: options.country ?? null,
      is_admin: options.is_admin ?? false
    })
    const channels = options.channels.map((channel) => book.addChannel(at, contact.id, channel))
    yield* book.changed(contact, at)
    return { id: contact.id, channels: channels.map(({ id, type }) => ({ id, type })) } satisfies AddedContact
  }, atomic)

  const addAssistant = Effect.fnUntraced(function* (options: { readonly name: string; readonly timezone?: string }) {
    const at = yield* DateTime.now
    const config = options.timezone === undefined ? null : { timezone: options.timezone }
    return assistants.add(at, { name: options.name, config }).id
  }, atomic)

  const addKey = (name: string) => atomic(Effect.sync(() => void store.keys.set(name, name)))

  const keyNames = atomic(Effect.sync((): ReadonlyArray<string> => [...store.keys.values()]))

  const joinChat = Effect.fnUntraced(function* (chatId: ChatId, channelId: ChannelId) {
    const chat = yield* store.findChat(chatId)
    const channel = yield* store.findChannel(channelId)
    if (channel.contact_id !== chat.contact_id) return yield* notFound("channel of the contact", channelId)
    chat.members.push({ _tag: "Contact", id: store.ids.member(), channel_id: channelId })
  }, atomic)

  const takeOver = Effect.fnUntraced(function* (
    chatId: ChatId,
    userId: UserId = store.user_id,
    words = "A person is with you now."
  ) {
    const chat = yield* store.findChat(chatId)
    const at = yield* DateTime.now
    const member = core.staffMember(chat, userId)
    const record = core.addMessage(chat, at, { author: "user", member, status: "COMPLETED", parts: text(words) })
    chat.assigned = { user_id: userId, at }
    chat.ai_enabled = false
    yield* core.messageEnded(chat, record, "takeover", at)
    yield* core.stateChanged(chat, "user", at)
    return Wire.message(store, record)
  }, atomic)

  const touch = Effect.fnUntraced(function* (chatId: ChatId) {
    const chat = yield* store.findChat(chatId)
    const at = yield* DateTime.now
    for (const { id } of chat.messages) {
      const message = store.messages.get(id)
      if (message !== undefined && message.status !== "RUNNING") message.updated_at = at
    }
    core.touch(chat, at)
  }, atomic)

  const change = (chatId: ChatId, f: (chat: ChatRecord) => void) =>
    atomic(
      Effect.gen(function* () {
        const chat = yield* store.findChat(chatId)
        f(chat)
        yield* core.stateChanged(chat, "user", yield* DateTime.now)
      })
    )

  const changeContact = (contactId: ContactId, f: (contact: ContactRecord, at: DateTime.Utc) => void) =>
    atomic(
      Effect.gen(function* () {
        const contact = yield* store.findContact(contactId)
        const at = yield* DateTime.now
        f(contact, at)
        yield* book.changed(contact, at)
      })
    )

  const handBack = (chatId: ChatId) =>
    change(chatId, (chat) => {
      chat.assigned = null
      chat.ai_enabled = true
    })

  const setState = (chatId: ChatId, state: State) => change(chatId, (chat) => void (chat.state = state))

  const mute = (chatId: ChatId, until: DateTime.Utc | null) => change(chatId, (chat) => void (chat.muted_until = until))

  const block = (contactId: ContactId, blocked: boolean = true) =>
    changeContact(contactId, (contact, at) => book.setBlocked(contact, blocked, at))

  const unsubscribe = (contactId: ContactId, unsubscribed: boolean = true) =>
    changeContact(contactId, (contact, at) => book.setUnsubscribed(contact, unsubscribed, at))

  return {
    addContact,
    addAssistant,
    addKey,
    keyNames,
    joinChat,
    takeOver,
    touch,
    handBack,
    setState,
    mute,
    block,
    unsubscribe
  }
}
