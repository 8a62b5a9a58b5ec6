/** How contacts, and what is kept on them, look in an answer. */
import type { Contact } from "@effect-invent/domain/Contact"
import type { ContactActivity } from "@effect-invent/domain/Contact/ContactActivity"
import type { ContactChannel } from "@effect-invent/domain/Contact/ContactChannel"
import type { ContactFile } from "@effect-invent/domain/Contact/ContactFile"
import type { ContactNote } from "@effect-invent/domain/Contact/ContactNote"
import type { UserId } from "@effect-invent/domain/Ids"
import type * as Domain from "@effect-invent/domain/Segment"
import type { Activity, File, Note, Segment } from "./Records.ts"
import type { ChannelRecord, ContactRecord, Store } from "./Store.ts"
import * as Wire from "./Wire.ts"

/** A segment with the number of its contacts. */
export const segment = (store: Store, { id, ...record }: Segment): Domain.Segment => ({
  ...record,
  id,
  contacts_count: [...store.contacts.values()].filter(({ segment_ids }) => segment_ids.includes(id)).length
})

/** A channel as the API shows it. */
export const channel = (store: Store, { contact_id, ...record }: ChannelRecord): ContactChannel => ({
  ...record,
  ...Wire.unknownOfChannel,
  country: store.contacts.peek(contact_id)?.country ?? null,
  platform_data: {}
})

/** A segment as it stands on a contact or a broadcast: without its boards. */
export const contactSegment = (store: Store, record: Segment): Domain.Segment => {
  const { boards: _, ...shown } = segment(store, record)
  return shown
}

/** A full contact with its channels and segments. */
export const contact = (
  store: Store,
  { ai_replies_disabled: _, country: __, segment_ids, ...record }: ContactRecord
): Contact => ({
  ...record,
  channels: [...store.channels.values()]
    .filter(({ contact_id }) => contact_id === record.id)
    .map((each) => channel(store, each)),
  segments: segment_ids.flatMap((id) => {
    const found = store.segments.peek(id)
    return found === undefined ? [] : [contactSegment(store, found)]
  }),
  unsubscribe_reason: null,
  unsubscribe_feedback: null
})

const author = (store: Store, id: UserId | null) => (id === null ? null : { id, name: Wire.nameOf(store, id) })

/** A note with its author. */
export const note = (store: Store, { user_id, ...record }: Note): ContactNote => ({
  ...record,
  attachments: [],
  user: author(store, user_id),
  updated_at: record.created_at
})

/** A stored file as the API shows it. Its bytes are not kept. */
export const file = (record: File) => ({
  id: record.id,
  file_path: `files/${record.id}`,
  file_filename: record.filename,
  file_size: record.size,
  file_mimetype: record.mimetype,
  file_url: record.url,
  created_at: record.created_at
})

/** A contact's file, with where it came from. */
export const contactFile = (store: Store, record: File): ContactFile => ({
  ...file(record),
  source: record.source,
  user: author(store, record.user_id)
})

/** An entry of a timeline, with what it is about where that still exists. */
export const activity = (
  store: Store,
  { created_at, file_id, id, note_id, segment_id, type }: Activity
): ContactActivity => {
  const known = {
    segment: segment_id && store.segments.peek(segment_id),
    note: note_id && store.notes.peek(note_id),
    file: file_id && store.files.peek(file_id)
  }
  return {
    id,
    type,
    created_at,
    metadata: {},
    ...(known.segment ? { segment: segment(store, known.segment) } : {}),
    ...(known.note ? { note: note(store, known.note) } : {}),
    ...(known.file ? { file: contactFile(store, known.file) } : {})
  }
}
