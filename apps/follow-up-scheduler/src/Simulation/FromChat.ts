/**
 * A recorded conversation, from what the API gives about a chat now. The API has the dates of messages and of an
 * assignment. It has no date of closing, muting, switching off or blocking: those changes are put where the chat was
 * last updated. A follow-up is listed as any message of the assistant; the ledger records which messages were ours.
 */
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
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

/** The facts of the chat that forbid a follow-up now. */
const held = ({ ai_enabled, isBlocked, isUnsubscribed, muted_until, state }: ChatSnapshot.ChatSnapshot): Facts =>
  given({
    state: state === "OPEN" ? undefined : state,
    ai_enabled: ai_enabled ? undefined : ai_enabled,
    isBlocked: isBlocked || undefined,
    isUnsubscribed: isUnsubscribed || undefined,
    muted_until
  })

/** `ours`: the messages that the ledger has as follow-ups. `until`: when the chat was read. */
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
    .map(({ at, author, id, text }): Event => ({
      at,
      writes: author,
      ...(ours.has(id) ? { isFollowUp: true } : {}),
      ...(text === "" ? {} : { text })
    }))
  const updated_at = chat.updated_at ?? written.at(-1)?.at ?? until
  const assigned: Event = { at: chat.state?.assigned_at ?? updated_at, becomes: { isAssigned: true } }
  const changed = { at: updated_at, becomes: held(snapshot) }
  const changes = [
    ...(snapshot.isAssigned ? [assigned] : []),
    ...(Object.keys(changed.becomes).length === 0 ? [] : [changed])
  ]
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
