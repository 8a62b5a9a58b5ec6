/** How broadcasts are sent: whom they go to, at once or later, and what is written in whose chat. */
import type { BroadcastId, RecipientId } from "@effect-invent/domain/Ids"
import { text } from "@effect-invent/domain/Chat/MessagePart"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { ContactBook } from "./ContactBook.ts"
import type { Core, Task } from "./Core.ts"
import type * as Records from "./Records.ts"
import type { ChannelRecord, ContactRecord } from "./Store.ts"

/** Makes the sending of broadcasts. Nothing leaves the process. */
export const make = (core: Core, book: ContactBook) => {
  const { atomic, options, store } = core

  const isOptedOut = ({ blocked, unsubscribed }: ContactRecord) => blocked || unsubscribed

  /** Part of a change: the row of a template at a contact. */
  const addRecipient = (
    broadcast: Records.Broadcast,
    contact: ContactRecord,
    at: DateTime.Utc,
    row: Partial<Records.Recipient>
  ): Records.Recipient => {
    const skips = isOptedOut(contact) && options.broadcastToOptedOut === "skipped"
    const recipient: Records.Recipient = {
      id: store.ids.recipient(),
      broadcast_id: broadcast.id,
      template_id: null,
      contact_id: contact.id,
      channel_id: book.channelsOf(contact.id)[0]?.id ?? null,
      status: "SENT",
      instead: { name: null, phone: null, email: null },
      text: null,
      created_at: at,
      sent_at: null,
      ...row,
      ...(skips ? { status: "SKIPPED" } : {}),
      error_message: skips ? `The contact is ${contact.blocked ? "blocked" : "unsubscribed"}` : null
    }
    store.recipients.set(recipient.id, recipient)
    return recipient
  }

  const audienceOf = ({ segment_ids, send_to_all }: Records.Broadcast) =>
    [...store.contacts.values()].filter(
      (contact) => !contact.is_admin && (send_to_all || contact.segment_ids.some((id) => segment_ids.includes(id)))
    )

  /** Part of a change. The content of a marketing broadcast is on no page, so it comes to no chat. */
  const sendToAudience = (broadcast: Records.Broadcast, at: DateTime.Utc) => {
    broadcast.status = "SENT"
    broadcast.updated_at = at
    for (const contact of audienceOf(broadcast)) addRecipient(broadcast, contact, at, {})
  }

  const latestChat = (channel: ChannelRecord) =>
    [...store.chats.values()].findLast(({ members }) =>
      members.some((member) => member._tag === "Contact" && member.channel_id === channel.id)
    )

  /** Part of a change: sends a row, and writes its text in the latest chat on its channel. */
  const send = Effect.fnUntraced(function* (row: Records.Recipient, at: DateTime.Utc) {
    const { broadcast_id, channel_id, text: words } = row
    row.status = "SENT"
    row.sent_at = at
    row.text = null
    const channel = channel_id === null ? undefined : store.channels.peek(channel_id)
    const found = channel && latestChat(channel)
    const chat = found && store.chats.get(found.id)
    if (chat === undefined || words === null) return
    const given = { author: "assistant", member: null, status: "COMPLETED", parts: text(words), broadcast_id } as const
    yield* core.messageEnded(chat, core.addMessage(chat, at, given), "message", at)
  })

  /** Part of a change: sends a row after a while. */
  const sendLater = ({ created_at, id }: Records.Recipient) =>
    core.perform({ _tag: "SendRecipient", org_id: store.org_id, recipient_id: id, at: created_at })

  /** Sends a row that waits for that. */
  const sendQueued = Effect.fnUntraced(function* (id: RecipientId) {
    const row = store.recipients.get(id)
    if (row?.status === "SENDING") yield* send(row, yield* DateTime.now)
  }, atomic)

  const dueOf = ({ id, scheduled_at, status }: Records.Broadcast): ReadonlyArray<Task> =>
    status === "SCHEDULED" && scheduled_at !== null
      ? [{ _tag: "SendBroadcast", org_id: store.org_id, broadcast_id: id, at: scheduled_at }]
      : []

  /** Part of a change: sends the broadcast at its instant. */
  const schedule = (broadcast: Records.Broadcast, at: DateTime.Utc) =>
    Effect.suspend(() => {
      broadcast.status = "SCHEDULED"
      broadcast.updated_at = at
      return Effect.forEach(dueOf(broadcast), core.perform, { discard: true })
    })

  /** Sends a broadcast whose instant has come. */
  const sendScheduled = Effect.fnUntraced(function* (id: BroadcastId) {
    const broadcast = store.broadcasts.get(id)
    if (broadcast?.status === "SCHEDULED") sendToAudience(broadcast, yield* DateTime.now)
  }, atomic)

  /** What an earlier run of the same world has left to send. */
  const unfinished = atomic(
    Effect.sync((): ReadonlyArray<Task> => [
      ...[...store.broadcasts.values()].flatMap(dueOf),
      ...[...store.recipients.values()].flatMap(({ created_at: at, id: recipient_id, status }): ReadonlyArray<Task> =>
        status === "SENDING" ? [{ _tag: "SendRecipient", org_id: store.org_id, recipient_id, at }] : []
      )
    ])
  )

  return { addRecipient, sendToAudience, schedule, send, sendLater, sendQueued, sendScheduled, unfinished }
}
