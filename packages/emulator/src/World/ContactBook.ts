/** The contacts of the world and their channels: how they come to be, what they permit, and what happened to them. */
import type { ContactId, SegmentId } from "@effect-invent/domain/Ids"
import type * as DateTime from "effect/DateTime"
import { badRequest, notFound } from "../Refusal.ts"
import * as ChannelAddress from "./ChannelAddress.ts"
import type { Core } from "./Core.ts"
import * as Effect from "effect/Effect"
import type { Activity } from "./Records.ts"
import type { ChannelRecord, ChatRecord, ContactRecord } from "./Store.ts"

/**
 * Makes what the other parts of the world need of contacts. Ids that are unknown, or that were merged away, are
 * refused with 404.
 */
export const make = (core: Core) => {
  const { options, store } = core

  const add = (at: DateTime.Utc, given: Partial<ContactRecord>): ContactRecord => {
    const contact: ContactRecord = {
      id: store.ids.contact(),
      name: null,
      country: null,
      is_admin: false,
      blocked: false,
      blocked_at: null,
      unsubscribed: false,
      unsubscribed_at: null,
      ai_replies_disabled: false,
      segment_ids: [],
      created_at: at,
      updated_at: at,
      ...given
    }
    store.contacts.set(contact.id, contact)
    return contact
  }

  const addChannel = (
    at: DateTime.Utc,
    contact_id: ContactId,
    given: Pick<ChannelRecord, "type"> & Partial<ChannelRecord>
  ): ChannelRecord => {
    const id = store.ids.channel()
    const channel: ChannelRecord = {
      id,
      contact_id,
      avatar: null,
      // A channel has a name of its own, which begins as its contact's.
      name: store.contacts.peek(contact_id)?.name ?? null,
      username: null,
      created_at: at,
      updated_at: at,
      ...given,
      ...ChannelAddress.make(given.type, id, given)
    }
    store.channels.set(id, channel)
    return channel
  }

  /** To be called for every contact that is new or has changed permissions. */
  const changed = ({ blocked, id, unsubscribed }: ContactRecord, at: DateTime.Utc) =>
    core.append({ kind: "contact", at, contact_id: id, blocked, unsubscribed })

  const happened = (
    contact: ContactRecord,
    at: DateTime.Utc,
    type: Activity["type"],
    what: Partial<Pick<Activity, "segment_id" | "note_id" | "file_id">> = {}
  ) => {
    const id = store.ids.activity()
    const nothing = { segment_id: null, note_id: null, file_id: null }
    store.activities.set(id, { id, contact_id: contact.id, type, created_at: at, ...nothing, ...what })
  }

  const setBlocked = (contact: ContactRecord, blocked: boolean, at: DateTime.Utc) => {
    if (contact.blocked === blocked) return
    contact.blocked = blocked
    contact.blocked_at = blocked ? at : null
    happened(contact, at, blocked ? "contact_blocked" : "contact_unblocked")
  }

  const setUnsubscribed = (contact: ContactRecord, unsubscribed: boolean, at: DateTime.Utc) => {
    if (contact.unsubscribed === unsubscribed) return
    contact.unsubscribed = unsubscribed
    contact.unsubscribed_at = unsubscribed ? at : null
    happened(contact, at, unsubscribed ? "contact_unsubscribed" : "contact_resubscribed")
  }

  const putInto = (contact: ContactRecord, segment_id: SegmentId, at: DateTime.Utc) => {
    if (contact.segment_ids.includes(segment_id)) return
    contact.segment_ids = [...contact.segment_ids, segment_id]
    contact.updated_at = at
    happened(contact, at, "segment_added", { segment_id })
  }

  const channelsOf = (contact_id: ContactId): ReadonlyArray<ChannelRecord> =>
    [...store.channels.values()].filter((channel) => channel.contact_id === contact_id)

  /** Refuses a blocked contact, where the option sets that. */
  const admit = (contact: ContactRecord) =>
    contact.blocked && options.blockedContact === "refused"
      ? badRequest(`Contact ${contact.id} is blocked`)
      : Effect.void

  const customOnly = (channel: ChannelRecord) =>
    channel.type === "custom" ? Effect.void : badRequest(`Channel ${channel.id} is not a custom channel`)

  const findOwnChannel = Effect.fnUntraced(function* (contact_id: ContactId, channel_id: ChannelRecord["id"]) {
    yield* store.findContact(contact_id)
    const channel = yield* store.findChannel(channel_id)
    return channel.contact_id === contact_id ? channel : yield* notFound("channel", channel_id)
  })

  const findOwnChat = Effect.fnUntraced(function* (contact_id: ContactId, chat_id: ChatRecord["id"]) {
    yield* store.findContact(contact_id)
    const chat = yield* store.findChat(chat_id)
    return chat.contact_id === contact_id ? chat : yield* notFound("chat", chat_id)
  })

  return {
    add,
    addChannel,
    changed,
    happened,
    setBlocked,
    setUnsubscribed,
    putInto,
    channelsOf,
    admit,
    customOnly,
    findOwnChannel,
    findOwnChat
  }
}
/** See {@link make}. */
export type ContactBook = ReturnType<typeof make>
