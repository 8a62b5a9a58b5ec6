/** Recorded conversations from an emulator's log, which has every change and its instant. */
import type { ChatId, ContactId } from "@effect-invent/domain/Ids"
import type * as DateTime from "effect/DateTime"
import type { LogEntry } from "./LogEntry.ts"
import type { Conversation, Event } from "./RecordedConversation.ts"

type Mutable = { -readonly [K in keyof Conversation]: Conversation[K] } & { readonly events: Array<Event> }

const authors = { contact: "contact", assistant: "assistant", user: "human" } as const

/** Collects the entries of a log. `conversations` gives what was added so far, one conversation per chat. */
export interface Gathering {
  readonly add: (entry: LogEntry) => void
  readonly conversations: () => ReadonlyArray<Conversation>
}

/**
 * An empty collection. Entries have to be added in the order of the log. Follow-up times are left out: a policy set
 * them, and another policy is to be tried.
 */
export const make = (): Gathering => {
  const chats = new Map<ChatId, Mutable>()
  const chatsOf = new Map<ContactId, Array<Mutable>>()
  const permits = new Map<ContactId, { isBlocked: boolean; isUnsubscribed: boolean }>()
  let until: DateTime.Utc | undefined

  const add = (entry: LogEntry) => {
    until = entry.at
    switch (entry.kind) {
      case "chat": {
        const { at, channel_type, chat_id, contact_id, conversation_id, country } = entry
        const chat = {
          ...permits.get(contact_id),
          channel: channel_type,
          contact_id,
          ...(country === null ? {} : { country })
        }
        const conversation: Mutable = { chat_id, conversation_id, chat, events: [], until: at }
        chats.set(chat_id, conversation)
        chatsOf.set(contact_id, [...(chatsOf.get(contact_id) ?? []), conversation])
        return
      }
      case "message": {
        if (entry.author === "assistant" && entry.status === "FAILED") return
        const isFollowUp = entry.cause === "follow_up" ? { isFollowUp: true } : {}
        chats.get(entry.chat_id)?.events.push({ at: entry.at, writes: authors[entry.author], ...isFollowUp })
        return
      }
      case "state": {
        // Without follow_up_at, which a policy set: another policy is to be tried.
        const { ai_enabled, assigned, at, chat_id, muted_until, state } = entry
        chats.get(chat_id)?.events.push({ at, becomes: { state, ai_enabled, isAssigned: assigned, muted_until } })
        return
      }
      case "contact": {
        const becomes = { isBlocked: entry.blocked, isUnsubscribed: entry.unsubscribed }
        permits.set(entry.contact_id, becomes)
        for (const chat of chatsOf.get(entry.contact_id) ?? []) chat.events.push({ at: entry.at, becomes })
        return
      }
      case "merge": {
        const { at, contact_id, source_contact_id } = entry
        const moved = chatsOf.get(source_contact_id) ?? []
        chatsOf.set(contact_id, [...(chatsOf.get(contact_id) ?? []), ...moved])
        chatsOf.delete(source_contact_id)
        for (const chat of moved) chat.events.push({ at, becomes: { ...permits.get(contact_id), contact_id } })
      }
    }
  }

  const ordered = (events: ReadonlyArray<Event>) => events.toSorted((a, b) => a.at.epochMillis - b.at.epochMillis)

  return {
    add,
    conversations: () =>
      [...chats.values()].map((chat) => ({ ...chat, events: ordered(chat.events), until: until ?? chat.until }))
  }
}
