/** Broadcasts, in both meanings: a marketing one to segments, a transactional one to a single contact. */
import type {
  BroadcastFilter,
  CreateBroadcast,
  DryRunEntries,
  SendTransactional
} from "@effect-invent/domain/api/Broadcasts"
import type { Broadcast, PropertyEntry } from "@effect-invent/domain/Broadcast"
import type { BroadcastId } from "@effect-invent/domain/Ids"
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import { badRequest, notFound } from "../Refusal.ts"
import * as BroadcastSending from "./BroadcastSending.ts"
import * as ChannelAddress from "./ChannelAddress.ts"
import type { ContactBook } from "./ContactBook.ts"
import type { Core } from "./Core.ts"
import { given } from "./Given.ts"
import * as Pages from "./Pages.ts"
import type * as Records from "./Records.ts"
import type { ChannelRecord } from "./Store.ts"
import * as WireBroadcast from "./WireBroadcast.ts"

type Payload = typeof SendTransactional.Type

const fill = (template: string, variables: Readonly<Record<string, unknown>>) =>
  template.replaceAll(/{{\s*([\w.]+)\s*}}/g, (_, name: string) => {
    const value = OpenRecord.get(variables, name) ?? ""
    return typeof value === "string" ? value : JSON.stringify(value)
  })

/** Makes what the API does with broadcasts. Nothing leaves the process. */
export const make = (core: Core, book: ContactBook) => {
  const { atomic, store } = core
  const sending = BroadcastSending.make(core, book)
  const { sendQueued, sendScheduled, unfinished } = sending

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

  const recipientsOf = (id: BroadcastId) =>
    [...store.recipients.values()].filter(({ broadcast_id }) => broadcast_id === id)

  const show = (broadcast: Records.Broadcast): Broadcast =>
    WireBroadcast.broadcast(store, broadcast, recipientsOf(broadcast.id))

  const list = flow(
    ({ search = "", status = "ALL", ...query }: typeof BroadcastFilter.Type) =>
      Effect.sync(() => {
        const found = [...store.broadcasts.values()].filter(
          (each) =>
            (status === "ALL" || each.status === status) && each.name.toLowerCase().includes(search.toLowerCase())
        )
        return Pages.page(found, query, show)
      }),
    atomic
  )

  const create = Effect.fnUntraced(function* (payload: typeof CreateBroadcast.Type) {
    yield* Effect.forEach(payload.segment_ids ?? [], store.findSegment)
    return show(add(yield* DateTime.now, given(payload)))
  }, atomic)

  const listRecipients = Effect.fnUntraced(function* (id: BroadcastId, query: Pages.PageQuery) {
    const broadcast = yield* store.findBroadcast(id)
    return Pages.page(recipientsOf(id), query, (row) => WireBroadcast.listed(store, broadcast, row))
  }, atomic)

  /** A line without a contact, or with an unknown one, is invalid. */
  const dryRunEntries = Effect.fnUntraced(function* (id: BroadcastId, { entries }: typeof DryRunEntries.Type) {
    yield* store.findBroadcast(id)
    const known = new Set([...store.channels.values()].flatMap(({ email, phone, user_id }) => [email, phone, user_id]))
    const isValid = (entry: PropertyEntry) => Object.values(entry).some((address) => known.has(String(address)))
    const whom = entries.map(({ email, phone, user_id }): PropertyEntry => given({ email, phone, user_id }))
    return { valid: whom.filter(isValid), invalid: whom.filter((entry) => !isValid(entry)) }
  }, atomic)

  const isTransactional = ({ templates }: Records.Broadcast) => templates.length > 0

  const sendMarketing = Effect.fnUntraced(function* (id: BroadcastId) {
    const broadcast = yield* store.findBroadcast(id)
    if (isTransactional(broadcast)) return yield* badRequest(`Broadcast ${id} is transactional: its send has a body`)
    if (!["DRAFT", "CANCELLED", "FAILED"].includes(broadcast.status)) {
      return yield* badRequest(`Broadcast ${id} is ${broadcast.status} and cannot be sent`)
    }
    const at = yield* DateTime.now
    const isLater = broadcast.scheduled_at !== null && DateTime.greaterThan(broadcast.scheduled_at, at)
    if (isLater) yield* sending.schedule(broadcast, at)
    else sending.sendToAudience(broadcast, at)
    return show(broadcast)
  }, atomic)

  const channels = (): ReadonlyArray<ChannelRecord> => [...store.channels.values()]

  /** The contact that has this phone number or address, found or made. */
  const findOrAdd = Effect.fnUntraced(function* (
    { email, name, phone }: Payload,
    templates: ReadonlyArray<Records.Template>
  ) {
    const address = phone ?? email
    if (address === undefined)
      return yield* badRequest("One of contact_channel_id, contact_id, phone and email is required")
    const known = channels().find(({ user_id, ...channel }) =>
      [user_id, channel.phone, channel.email].includes(address)
    )
    if (known !== undefined) return yield* store.findContact(known.contact_id)
    const at = yield* DateTime.now
    const contact = book.add(at, { name: name ?? null })
    const kinds = new Set(templates.map(({ channel_type }) => channel_type))
    for (const type of kinds) {
      const user_id = ChannelAddress.known(type, { email, phone })
      if (user_id !== undefined) book.addChannel(at, contact.id, { type, user_id, ...given({ email, phone }) })
    }
    yield* book.changed(contact, at)
    return contact
  })

  /** To whom, and each template with the channel that it fires at. */
  const resolve = Effect.fnUntraced(function* (payload: Payload, templates: ReadonlyArray<Records.Template>) {
    if (payload.contact_channel_id !== undefined) {
      const channel = yield* store.findChannel(payload.contact_channel_id)
      return {
        contact: yield* store.findContact(channel.contact_id),
        firing: templates.map((template) => ({ template, channel }))
      }
    }
    const contact =
      payload.contact_id === undefined
        ? yield* findOrAdd(payload, templates)
        : yield* store.findContact(payload.contact_id)
    const firing = templates.flatMap((template) => {
      const channel = book.channelsOf(contact.id).find(({ type }) => type === template.channel_type)
      return channel === undefined ? [] : [{ template, channel }]
    })
    return { contact, firing }
  })

  const sendTransactional = Effect.fnUntraced(function* (id: BroadcastId, payload: Payload) {
    const broadcast = yield* store.findBroadcast(id)
    const { templates } = broadcast
    if (!isTransactional(broadcast)) return yield* badRequest(`Broadcast ${id} is not a transactional one`)
    if (broadcast.status !== "ACTIVE") {
      return yield* badRequest(`Broadcast ${id} is ${broadcast.status} and has to be activated first`)
    }
    const unknown = payload.template_ids?.find((wanted) => !templates.some((template) => template.id === wanted))
    if (unknown !== undefined) return yield* notFound("template", unknown)
    const wanted = templates.filter((template) => payload.template_ids?.includes(template.id) ?? true)
    const { contact, firing } = yield* resolve(payload, wanted)
    const at = yield* DateTime.now
    const variables = { name: payload.name ?? contact.name, ...payload.variables }
    const { background = false, email = null, name = null, phone = null } = payload
    const recipients = yield* Effect.forEach(firing, ({ channel, template }) =>
      Effect.gen(function* () {
        const row = sending.addRecipient(broadcast, contact, at, {
          template_id: template.id,
          channel_id: channel.id,
          status: "SENDING",
          instead: { email, name, phone },
          text: fill(template.text, variables)
        })
        if (row.status === "SENDING") yield* background ? sending.sendLater(row) : sending.send(row, at)
        return WireBroadcast.sent(store, broadcast, row)
      })
    )
    return { recipients }
  }, atomic)

  /** Part of a change: a transactional broadcast can be sent from now on, or no longer. */
  const activate = Effect.fnUntraced(function* (id: BroadcastId, active: boolean, at: DateTime.Utc) {
    const broadcast = yield* store.findBroadcast(id)
    if (!isTransactional(broadcast)) return yield* badRequest(`Broadcast ${id} is not a transactional one`)
    broadcast.status = active ? "ACTIVE" : "DRAFT"
    broadcast.updated_at = at
  })

  return {
    add,
    activate,
    list,
    create,
    sendMarketing,
    sendTransactional,
    sendQueued,
    sendScheduled,
    unfinished,
    listRecipients,
    dryRunEntries
  }
}
/** See {@link make}. */
export type Broadcasts = ReturnType<typeof make>
