/** How broadcasts, and what became of them at each contact, look in an answer. */
import type { Broadcast, Recipient } from "@effect-invent/domain/Broadcast"
import { Unknown } from "@effect-invent/domain/schema/Open"
import type * as Records from "./Records.ts"
import type { Store } from "./Store.ts"
import * as WireContact from "./WireContact.ts"

const statuses = {
  SKIPPED: new Unknown({ value: "SKIPPED" }),
  SENT: new Unknown({ value: "SENT" }),
  SENDING: "SENDING"
} as const

/** Nothing here fails, bounces, is complained of, opened or played. */
const never = {
  failed_count: 0,
  opened_count: 0,
  played_count: 0,
  click_count: 0,
  complained_count: 0,
  unsubscribed_count: 0
}

const template = (broadcast: Records.Broadcast, recipients: ReadonlyArray<Records.Recipient>) =>
  broadcast.templates.map(({ channel_type, id }) => ({
    id,
    broadcast_id: broadcast.id,
    connection_id: null,
    integration_id: channel_type,
    recipients_count: recipients.filter(({ template_id }) => template_id === id).length,
    config: {},
    error: null,
    created_at: broadcast.created_at,
    updated_at: broadcast.updated_at
  }))

/** A broadcast as the API shows it, with the counts of its recipients. */
export const broadcast = (
  store: Store,
  record: Records.Broadcast,
  recipients: ReadonlyArray<Records.Recipient>
): Broadcast => {
  const count = (status: Records.Recipient["status"]) => recipients.filter((row) => row.status === status).length
  const first = recipients[0]?.created_at ?? null
  return {
    id: record.id,
    name: record.name,
    status: record.status === "ACTIVE" ? new Unknown({ value: record.status }) : record.status,
    scheduled_at: record.scheduled_at,
    started_at: first,
    completed_at: record.status === "SENT" ? (recipients.at(-1)?.created_at ?? record.updated_at) : null,
    contacts_count: new Set(recipients.map(({ contact_id }) => contact_id)).size,
    recipients_count: recipients.length,
    skipped_count: count("SKIPPED"),
    sent_count: count("SENT"),
    delivered_count: count("SENT"),
    ...never,
    error_message: null,
    segments: record.segment_ids.flatMap((id) => {
      const segment = store.segments.peek(id)
      return segment === undefined ? [] : [WireContact.contactSegment(store, segment)]
    }),
    send_to_all: record.send_to_all,
    templates: template(record, recipients),
    created_at: record.created_at,
    updated_at: record.updated_at
  }
}

const common = (store: Store, broadcast: Records.Broadcast, row: Records.Recipient): Recipient => {
  const channel = row.channel_id === null ? undefined : store.channels.peek(row.channel_id)
  const contact = store.contacts.peek(row.contact_id)
  const isSkipped = row.status === "SKIPPED"
  const isSent = row.status === "SENT"
  const at = row.sent_at ?? row.created_at
  return {
    id: row.id,
    broadcast_id: broadcast.id,
    user_id: channel?.user_id ?? null,
    name: row.instead.name ?? contact?.name ?? null,
    username: channel?.username ?? null,
    phone: row.instead.phone ?? channel?.phone ?? null,
    email: row.instead.email ?? channel?.email ?? null,
    is_skipped: isSkipped,
    is_skipped_at: isSkipped ? row.created_at : null,
    is_sent: isSent,
    is_sent_at: isSent ? at : null,
    is_delivered: isSent,
    is_delivered_at: isSent ? at : null,
    error_message: row.error_message,
    external_message_id: isSent ? `external_${row.id}` : null,
    ...(contact === undefined ? {} : { contact: WireContact.contact(store, contact) }),
    created_at: row.created_at,
    updated_at: at
  }
}

/** In the answer to a transactional send. */
export const sent = (store: Store, broadcast: Records.Broadcast, row: Records.Recipient): Recipient => ({
  ...common(store, broadcast, row),
  broadcast_name: broadcast.name,
  template_id: row.template_id,
  is_bounced: false
})

/** In the list of recipients. */
export const listed = (store: Store, broadcast: Records.Broadcast, row: Records.Recipient): Recipient => {
  const type = row.channel_id === null ? undefined : store.channels.peek(row.channel_id)?.type
  return {
    ...common(store, broadcast, row),
    status: statuses[row.status],
    ...(type === undefined ? {} : { integration_id: type })
  }
}
