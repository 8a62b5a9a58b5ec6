/** What the API does with contacts: list, create and change them, and keep segments, notes and files on them. */
import type { ContactFilter, CreateContact, UpdateContact } from "@effect-invent/domain/api/Contacts"
import type { ContactFileFilter, UpdateChannel } from "@effect-invent/domain/api/OfContact"
import type { UploadFile } from "@effect-invent/domain/api/Upload"
import type { ContactActivity } from "@effect-invent/domain/Contact/ContactActivity"
import type { ChannelId, ContactId, SegmentId } from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import { badRequest } from "../Refusal.ts"
import type { ContactBook } from "./ContactBook.ts"
import type { Core } from "./Core.ts"
import { given } from "./Given.ts"
import * as Pages from "./Pages.ts"
import { type ContactRecord, isChannelType } from "./Store.ts"
import type { Uploads } from "./Uploads.ts"
import * as Wire from "./WireContact.ts"

type Filter = typeof ContactFilter.Type

const hasStatus = (contact: ContactRecord, status: Filter["status"] = "ALL") => {
  switch (status) {
    case "ALL":
      return true
    case "SUBSCRIBED":
      return !contact.unsubscribed
    case "UNSUBSCRIBED":
      return contact.unsubscribed
    case "BLOCKED":
      return contact.blocked
    case "AI_REPLIES_DISABLED":
      return contact.ai_replies_disabled
  }
}

const is = <A>(wanted: A | undefined, ...found: ReadonlyArray<A | null>) =>
  wanted === undefined || found.includes(wanted)

/** Makes what the API does with contacts. Ids that are unknown are refused with 404. */
export const make = (core: Core, book: ContactBook, uploads: Uploads) => {
  const { atomic, options, store } = core
  const { page } = Pages

  const matches = (filter: Filter) => {
    const search = filter.search?.toLowerCase()
    const onBoard = new Set(
      [...store.segments.values()].flatMap(({ boards, id }) =>
        boards.some(({ board_id }) => board_id === filter.exclude_board_id) ? [id] : []
      )
    )
    return (contact: ContactRecord) => {
      const channels = book.channelsOf(contact.id)
      const names = [contact.name, ...channels.map(({ name }) => name)]
      return (
        (search === undefined || names.some((name) => name?.toLowerCase().includes(search))) &&
        is(filter.unsubscribed, contact.unsubscribed) &&
        is(filter.user_id, ...channels.map(({ user_id }) => user_id)) &&
        is(filter.name, ...names) &&
        is(filter.username, ...channels.map(({ username }) => username)) &&
        is(filter.email, ...channels.map(({ email }) => email)) &&
        is(filter.segment_id, ...contact.segment_ids) &&
        is(filter.is_admin, contact.is_admin) &&
        !(filter.exclude_admins === true && contact.is_admin) &&
        !contact.segment_ids.some((id) => onBoard.has(id)) &&
        hasStatus(contact, filter.status)
      )
    }
  }

  const list = flow(
    (filter: Filter) =>
      Effect.sync(() =>
        page([...store.contacts.values()].filter(matches(filter)), filter, (each) => Wire.contact(store, each))
      ),
    atomic
  )

  const create = Effect.fnUntraced(function* ({ channel, segment_ids = [] }: typeof CreateContact.Type) {
    yield* Effect.forEach(segment_ids, store.findSegment)
    const at = yield* DateTime.now
    const { contact_id, type = options.channelWithoutType, ...address } = given(channel ?? {})
    if (!isChannelType(type)) return yield* badRequest(`There is no channel of the type ${type}`)
    const contact =
      contact_id === undefined ? book.add(at, { name: address.name ?? null }) : yield* store.findContact(contact_id)
    if (channel !== undefined) book.addChannel(at, contact.id, { ...address, type })
    for (const id of segment_ids) book.putInto(contact, id, at)
    yield* book.changed(contact, at)
    return Wire.contact(store, contact)
  }, atomic)

  const update = Effect.fnUntraced(function* (id: ContactId, patch: typeof UpdateContact.Type) {
    const contact = yield* store.findContact(id)
    const at = yield* DateTime.now
    if (patch.name !== undefined) contact.name = patch.name
    if (patch.blocked !== undefined) book.setBlocked(contact, patch.blocked, at)
    if (patch.unsubscribed !== undefined) book.setUnsubscribed(contact, patch.unsubscribed, at)
    if (Object.keys(patch).length > 0) {
      contact.updated_at = at
      yield* book.changed(contact, at)
    }
    return Wire.contact(store, contact)
  }, atomic)

  const updateChannel = Effect.fnUntraced(function* (
    path: { readonly contact_id: ContactId; readonly channel_id: ChannelId },
    patch: typeof UpdateChannel.Type
  ) {
    const channel = yield* book.findOwnChannel(path.contact_id, path.channel_id)
    yield* book.customOnly(channel)
    Object.assign(channel, given(patch), { updated_at: yield* DateTime.now })
    return Wire.channel(store, channel)
  }, atomic)

  const listSegments = Effect.fnUntraced(function* (id: ContactId, query: Pages.PageQuery) {
    const { segment_ids } = yield* store.findContact(id)
    const segments = yield* Effect.forEach(segment_ids, store.findSegment)
    return page(segments, query, (each) => Wire.contactSegment(store, each))
  }, atomic)

  const addSegment = Effect.fnUntraced(function* (id: ContactId, segmentId: SegmentId) {
    const contact = yield* store.findContact(id)
    yield* store.findSegment(segmentId)
    book.putInto(contact, segmentId, yield* DateTime.now)
    return Wire.contact(store, contact)
  }, atomic)

  const listNotes = Effect.fnUntraced(function* (id: ContactId, query: Pages.PageQuery) {
    yield* store.findContact(id)
    const notes = [...store.notes.values()].filter(({ contact_id }) => contact_id === id)
    return page(notes, query, (each) => Wire.note(store, each))
  }, atomic)

  const listActivities = Effect.fnUntraced(function* (
    id: ContactId,
    { type, ...query }: Pages.PageQuery & { readonly type?: ContactActivity["type"] | undefined }
  ) {
    yield* store.findContact(id)
    const found = [...store.activities.values()].filter((each) => each.contact_id === id && is(type, each.type))
    return page(found.reverse(), query, (each) => Wire.activity(store, each))
  }, atomic)

  const uploadFile = Effect.fnUntraced(function* (contact_id: ContactId, payload: UploadFile) {
    const contact = yield* store.findContact(contact_id)
    const at = yield* DateTime.now
    const file = yield* uploads.add(payload, contact_id, at)
    book.happened(contact, at, "file_uploaded", { file_id: file.id })
    return Wire.contactFile(store, file)
  }, atomic)

  const listFiles = Effect.fnUntraced(function* (
    contactId: ContactId,
    { mimetype = "", search = "", ...query }: typeof ContactFileFilter.Type
  ) {
    yield* store.findContact(contactId)
    const found = [...store.files.values()].filter(
      (file) =>
        file.contact_id === contactId &&
        file.mimetype.startsWith(mimetype) &&
        file.filename.toLowerCase().includes(search.toLowerCase())
    )
    return page(found, query, (file) => Wire.contactFile(store, file))
  }, atomic)

  return {
    list,
    create,
    update,
    updateChannel,
    listSegments,
    addSegment,
    listNotes,
    listActivities,
    listFiles,
    uploadFile
  }
}
