/**
 * The record of a chat, from what the API tells about it now. It tells when somebody wrote and when a human was assigned, not
 * when a chat was closed, muted or switched off, or a contact blocked: that is put where the chat was last updated. A follow-up
 * is listed as any message of the assistant's: which ones were ours, only the ledger knows.
 */
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatMessage } from "@effect-invent/domain/ChatMessage"
import type { ChatId, MessageId } from "@effect-invent/domain/Ids"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Order from "effect/Order"
import * as Record from "effect/Record"
import * as ChatSnapshot from "../Decide/ChatSnapshot.ts"
import type { Conversation, Event, Facts } from "./RecordedConversation.ts"

const given = <const A extends Readonly<Record<string, unknown>>>(fields: A) =>
  Record.filter(fields, (value) => value !== undefined) as { readonly [K in keyof A]?: Exclude<A[K], undefined> }

const byTime = Order.mapInput(Order.number, ({ at }: Event) => at.epochMillis)

/** What holds against the chat at the time of the record. */
const held = ({ ai_enabled, isBlocked, isUnsubscribed, muted_until, state }: ChatSnapshot.ChatSnapshot): Facts =>
  given({
    state: state === "OPEN" ? undefined : state,
    ai_enabled: ai_enabled ? undefined : ai_enabled,
    isBlocked: isBlocked || undefined,
    isUnsubscribed: isUnsubscribed || undefined,
    muted_until
  })

/** `ours` are the messages that the ledger knows as follow-ups; `until` is when the chat was read. */
export const make = (
  chat_id: ChatId,
  chat: Chat,
  messages: ReadonlyArray<ChatMessage>,
  ours: ReadonlySet<MessageId>,
  until: DateTime.Utc
): Conversation => {
  const snapshot = ChatSnapshot.make(chat_id, chat, messages)
  const written = snapshot.messages
    .filter(({ isRunning }) => !isRunning)
    .map(
      ({ at, author, id, text }): Event => ({
        at,
        writes: author,
        ...(ours.has(id) ? { isFollowUp: true } : {}),
        ...(text === "" ? {} : { text })
      })
    )
  const updated_at = chat.updated_at ?? written.at(-1)?.at ?? until
  const assigned: Event = { at: chat.state?.assigned_at ?? updated_at, becomes: { isAssigned: true } }
  const changed = { at: updated_at, becomes: held(snapshot) }
  const changes = [...(snapshot.isAssigned ? [assigned] : []), ...(Object.keys(changed.becomes).length === 0 ? [] : [changed])]
  const { assistant_id, channel, contact_id, conversation_id, country, language, referral, values, zone } = snapshot
  const events = Arr.sort([...written, ...changes], byTime)
  return {
    chat_id,
    conversation_id,
    chat: given({ zone, country, channel, language, referral, assistant_id, contact_id }),
    names: given(values),
    events,
    until: DateTime.max(until, events.at(-1)?.at ?? until)
  }
}
