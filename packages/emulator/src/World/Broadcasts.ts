/** Broadcasts, in both meanings: a marketing one to segments, a transactional one to a single contact. */
import type { CreateBroadcast, SendTransactional } from "@effect-invent/domain/api/Broadcasts"
import type { Broadcast, Recipient } from "@effect-invent/domain/Broadcast"
import { type BroadcastId, RecipientId } from "@effect-invent/domain/Ids"
import { text } from "@effect-invent/domain/MessagePart"
import * as OpenRecord from "@effect-invent/domain/OpenRecord"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { badRequest, notFound } from "../Refusal.ts"
import type { ContactBook } from "./ContactBook.ts"
import type { Core } from "./Core.ts"
import type * as Records from "./Records.ts"
import type { ChannelRecord, ContactRecord } from "./Store.ts"
import * as Wire from "./Wire.ts"

type Payload = typeof SendTransactional.Type

const show = ({ created_at, id, name, scheduled_at, status, updated_at }: Records.Broadcast): Broadcast => ({
  id,
  name,
  status,
  scheduled_at,
  created_at,
  updated_at
})

const fill = (template: string, variables: Readonly<Record<string, unknown>>) =>
  template.replaceAll(/{{\s*([\w.]+)\s*}}/g, (_, name: string) => {
    const value = OpenRecord.get(variables, name) ?? ""
    return typeof value === "string" ? value : JSON.stringify(value)
  })

export const make = (core: Core, book: ContactBook) => {
  const { atomic, store } = core

  const add = (at: DateTime.Utc, given: Pick<Records.Broadcast, "name"> & Partial<Records.Broadcast>) => {
    const id = store.ids.broadcast()
    const broadcast: Records.Broadcast = {
      id,
      status: "DRAFT",
      scheduled_at: null,
      segment_ids: [],
      send_to_all: false,
      templates: [],
      created_at: at,
      updated_at: at,
      ...given
    }
    store.broadcasts.set(id, broadcast)
    return broadcast
  }

  const create = Effect.fn("World.broadcasts.create")(function* (payload: typeof CreateBroadcast.Type) {
    yield* Effect.forEach(payload.segment_ids ?? [], store.findSegment)
    return show(add(yield* DateTime.now, payload))
  }, atomic)

  const sendMarketing = Effect.fn("World.broadcasts.sendMarketing")(function* (id: BroadcastId) {
    const broadcast = yield* store.findBroadcast(id)
    if (!["DRAFT", "CANCELLED", "FAILED"].includes(broadcast.status)) {
      return yield* badRequest(`Broadcast ${id} is ${broadcast.status} and cannot be sent`)
    }
    const at = yield* DateTime.now
    const isLater = broadcast.scheduled_at !== null && DateTime.greaterThan(broadcast.scheduled_at, at)
    broadcast.status = isLater ? "SCHEDULED" : "SENT"
    broadcast.updated_at = at
    return show(broadcast)
  }, atomic)

  const channels = () => [...store.channels.values()]

  /** The contact that has this phone number or address, found or made. */
  const findOrAdd = Effect.fnUntraced(function* ({ email, name, phone }: Payload, templates: ReadonlyArray<Records.Template>) {
    const address = phone ?? email
    if (address === undefined) return yield* badRequest("One of contact_channel_id, contact_id, phone and email is required")
    const known = channels().find(({ user_id, ...channel }) => [user_id, channel.phone, channel.email].includes(address))
    if (known !== undefined) return yield* store.findContact(known.contact_id)
    const at = yield* DateTime.now
    const contact = book.add(at, { name: name ?? null })
    for (const type of new Set(templates.map(({ channel_type }) => channel_type))) {
      book.addChannel(at, contact.id, { type, user_id: address, email: email ?? null, phone: phone ?? null })
    }
    yield* book.changed(contact, at)
    return contact
  })

  /** To whom, and each template with the channel that it fires at. */
  const resolve = Effect.fnUntraced(function* (payload: Payload, templates: ReadonlyArray<Records.Template>) {
    if (payload.contact_channel_id !== undefined) {
      const channel = yield* store.findChannel(payload.contact_channel_id)
      return { contact: yield* store.findContact(channel.contact_id), firing: templates.map((template) => ({ template, channel })) }
    }
    const contact =
      payload.contact_id === undefined ? yield* findOrAdd(payload, templates) : yield* store.findContact(payload.contact_id)
    const firing = templates.flatMap((template) => {
      const channel = book.channelsOf(contact.id).find(({ type }) => type === template.channel_type)
      return channel === undefined ? [] : [{ template, channel }]
    })
    return { contact, firing }
  })

  const latestChat = (channel: ChannelRecord) =>
    [...store.chats.values()].findLast(({ members }) =>
      members.some((member) => member._tag === "Contact" && member.channel_id === channel.id)
    )

  const deliver = Effect.fnUntraced(function* (broadcast: Records.Broadcast, channel: ChannelRecord, words: string, at: DateTime.Utc) {
    const found = latestChat(channel)
    const chat = found && (yield* Effect.orDie(store.findChat(found.id)))
    if (chat === undefined) return
    const given = { author: "assistant", member: null, status: "COMPLETED", parts: text(words), broadcast_id: broadcast.id } as const
    yield* core.messageEnded(chat, core.addMessage(chat, at, given), "message", at)
  })

  const recipient = (contact: ContactRecord, at: DateTime.Utc, background: boolean): Recipient => {
    const id = RecipientId.make(store.ids.recipient())
    const reason = contact.blocked ? "blocked" : contact.unsubscribed ? "unsubscribed" : undefined
    const common = { id, contact: Wire.memberContact(contact) }
    if (reason !== undefined) return { ...common, is_skipped: true, skipped_at: at, is_sent: false, error_message: `The contact is ${reason}` }
    return background
      ? { ...common, is_skipped: false, is_sent: false }
      : { ...common, is_skipped: false, is_sent: true, sent_at: at, external_message_id: `external_${id}` }
  }

  const sendTransactional = Effect.fn("World.broadcasts.sendTransactional")(function* (id: BroadcastId, payload: Payload) {
    const broadcast = yield* store.findBroadcast(id)
    const { templates } = broadcast
    if (templates.length === 0) return yield* badRequest(`Broadcast ${id} is not a transactional one`)
    const unknown = payload.template_ids?.find((wanted) => !templates.some((template) => template.id === wanted))
    if (unknown !== undefined) return yield* notFound("template", unknown)
    const wanted = templates.filter((template) => payload.template_ids?.includes(template.id) ?? true)
    const { contact, firing } = yield* resolve(payload, wanted)
    const at = yield* DateTime.now
    const variables = { name: payload.name ?? contact.name, ...payload.variables }
    const recipients = yield* Effect.forEach(firing, ({ channel, template }) => {
      const row = recipient(contact, at, payload.background ?? false)
      return row.is_skipped === true
        ? Effect.succeed(row)
        : Effect.as(deliver(broadcast, channel, fill(template.text, variables), at), row)
    })
    return { recipients }
  }, atomic)

  return { add, create, sendMarketing, sendTransactional }
}
export type Broadcasts = ReturnType<typeof make>
