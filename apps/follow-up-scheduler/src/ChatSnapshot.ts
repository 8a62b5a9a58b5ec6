/**
 * What one look at a chat showed, reduced to what a decision needs. Made from the wire's bodies by one pure function, so
 * that what the vendor may leave out is dealt with here and nowhere else.
 */
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatMember } from "@effect-invent/domain/ChatMember"
import type { ChatMessage } from "@effect-invent/domain/ChatMessage"
import { type ChatId, type ContactId, ConversationId, type MessageId } from "@effect-invent/domain/Ids"
import { Unknown } from "@effect-invent/domain/Open"
import { isDecoded, isUndecodable, type Undecodable } from "@effect-invent/domain/Undecodable"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Order from "effect/Order"
import type { Values } from "./Policy/Template.ts"
import * as Zone from "./Zone.ts"

/** A message as it is listed. */
export type Listed = ChatMessage | Undecodable

/** Who wrote a message: the contact, the assistant, or a human of the staff. */
export type Author = "contact" | "assistant" | "human"

export interface Message {
  readonly id: MessageId
  readonly author: Author
  readonly at: DateTime.Utc
  /** When the contact could read it: an assistant's message begins to exist before it is whole. */
  readonly whole_at: DateTime.Utc
  /** Still being written by the assistant. */
  readonly isRunning: boolean
  readonly text: string
}

export interface ChatSnapshot {
  readonly chat_id: ChatId
  /** The chat's own id where the server names no conversation. */
  readonly conversation_id: ConversationId
  /** Whether the chat itself was read, or only its messages. */
  readonly isWhole: boolean
  readonly state: "OPEN" | "SNOOZED" | "CLOSED"
  readonly ai_enabled: boolean
  readonly isAssigned: boolean
  /** The contact asked to be forgotten. */
  readonly isErased: boolean
  readonly isBlocked: boolean
  /** Told by no chat: the `ChatReader` knows it from the contact list. */
  readonly isUnsubscribed: boolean
  /** A message cannot be read, so it may be anybody's. */
  readonly hasUnreadable: boolean
  readonly muted_until: DateTime.Utc | undefined
  readonly follow_up_at: DateTime.Utc | undefined
  /** The contact's zone, else the assistant's. */
  readonly zone: string | undefined
  /** When the contact last wrote in the conversation, as far as the chat tells. */
  readonly last_contact_message_at: DateTime.Utc | undefined
  /** The kind of channel, as the server spells it. */
  readonly channel: string | undefined
  readonly contact_id: ContactId | undefined
  readonly assistant_id: string | undefined
  /** Where the contact is, in two capital letters. */
  readonly country: string | undefined
  readonly language: string | undefined
  readonly referral: string | undefined
  /** The contact's segments; undefined where they were not asked for. */
  readonly segments: ReadonlyArray<string> | undefined
  /** What a message can say of the chat. */
  readonly values: Values
  /** By time; failed messages of the assistant and notes of the staff are left out: the contact never saw them. */
  readonly messages: ReadonlyArray<Message>
}

const authorOf = (message: ChatMessage): Author | undefined => {
  const role = typeof message.role === "string" ? message.role : undefined
  if (role === "note" || role === "event" || role === "system" || role === "tool") return undefined
  // The member says who wrote; the roles inside and outside a message can differ.
  if (message.member?.contact_channel) return "contact"
  if (message.member?.user) return "human"
  if (message.member?.session) return "contact"
  return role === "user" ? "contact" : role === "assistant" ? "assistant" : undefined
}

const toMessage = (message: ChatMessage): ReadonlyArray<Message> => {
  const author = authorOf(message)
  const at = message.created_at ?? message.updated_at
  if (author === undefined || !at) return []
  // What a person wrote, they wrote, whatever became of the run that was to answer it.
  if (author === "assistant" && (message.status === "FAILED" || message.status === "CANCELED")) return []
  const whole_at = author === "assistant" && message.updated_at ? DateTime.max(at, message.updated_at) : at
  const isRunning = author === "assistant" && message.status === "RUNNING"
  return [{ id: message.id, author, at, whole_at, isRunning, text: textOf(message) }]
}

const textOf = ({ messages }: ChatMessage): string =>
  (messages ?? []).flatMap(({ parts }) => (parts ?? []).flatMap(({ text }) => text ?? [])).join("\n")

/** A value of an enum as the server spelt it, documented or not. */
const spelt = (value: string | Unknown | null | undefined): string | undefined =>
  value instanceof Unknown ? value.value : (value ?? undefined)

const byTime = Order.mapInput(Order.number, (message: Message) => message.at.epochMillis)

/** The first of each id. */
const oncePerId = <A extends { readonly id: MessageId }>(messages: ReadonlyArray<A>): ReadonlyArray<A> => [
  ...new Map(messages.toReversed().map((message) => [message.id, message])).values()
].reverse()

const contactMembers = (chat: Chat | undefined, messages: ReadonlyArray<ChatMessage>): ReadonlyArray<ChatMember> =>
  [...(chat?.members ?? []), ...messages.flatMap((message) => message.member ?? [])].filter(
    (member) => member.contact_channel
  )

/** `chat` is undefined where only the messages could be read, as in a dry run. */
export const make = (chat_id: ChatId, chat: Chat | undefined, listed: ReadonlyArray<Listed>): ChatSnapshot => {
  const state = chat?.state
  // The last message can be newer than the list that was read before it.
  const messages = oncePerId([...listed.filter(isDecoded), ...(chat?.last_message ? [chat.last_message] : [])])
  const channels = contactMembers(chat, messages).flatMap((member) => member.contact_channel ?? [])
  const country = channels.flatMap((channel) => channel.country ?? [])[0]
  const listedMessages = Arr.sort(messages.flatMap(toMessage), byTime)
  const lastOfContact = listedMessages.findLast(({ author }) => author === "contact")?.at
  return {
    chat_id,
    conversation_id: state?.conversation_id ?? ConversationId.make(chat_id),
    isWhole: chat !== undefined,
    // A state nobody documented is left alone: it counts as snoozed.
    state: state?.state == null ? "OPEN" : typeof state.state === "string" ? state.state : "SNOOZED",
    ai_enabled: state?.ai_enabled ?? true,
    isAssigned: Boolean(state?.assigned_user),
    isErased: false,
    isBlocked: channels.some((channel) => channel.contact?.blocked === true),
    isUnsubscribed: false,
    hasUnreadable: listed.some(isUndecodable),
    muted_until: state?.muted_until ?? undefined,
    follow_up_at: state?.follow_up_at ?? undefined,
    zone: Zone.ofCountry(country) ?? Zone.known(state?.assistant_config?.timezone),
    last_contact_message_at: latest(lastOfContact, state?.last_contact_message_at),
    channel: spelt(state?.integration_id ?? channels[0]?.type),
    contact_id: channels.flatMap((channel) => channel.contact?.id ?? [])[0],
    assistant_id: state?.assistant_id ?? state?.assistant?.id ?? undefined,
    country: country?.toUpperCase(),
    language: channels.flatMap((channel) => channel.language ?? [])[0],
    referral: spelt(chat?.referral?.type),
    segments: undefined,
    values: {
      "assistant.name": state?.assistant?.name ?? undefined,
      "chat.title": chat?.title ?? undefined,
      "contact.name": channels.flatMap((channel) => channel.contact?.name ?? channel.name ?? [])[0]
    },
    messages: listedMessages
  }
}

const latest = (a: DateTime.Utc | undefined, b: DateTime.Utc | null | undefined): DateTime.Utc | undefined =>
  a && b ? DateTime.max(a, b) : (a ?? b ?? undefined)

/** What is known of the chat after an update answered with it: its new state, and its last message beside those listed before. */
export const refresh = (before: ChatSnapshot, chat: Chat): ChatSnapshot => {
  const after = make(before.chat_id, chat, [])
  const messages = oncePerId([...after.messages, ...before.messages])
  return {
    ...after,
    zone: after.zone ?? before.zone,
    last_contact_message_at: latest(after.last_contact_message_at, before.last_contact_message_at),
    channel: after.channel ?? before.channel,
    contact_id: after.contact_id ?? before.contact_id,
    assistant_id: after.assistant_id ?? before.assistant_id,
    country: after.country ?? before.country,
    language: after.language ?? before.language,
    referral: after.referral ?? before.referral,
    segments: before.segments,
    isErased: before.isErased,
    isUnsubscribed: before.isUnsubscribed,
    hasUnreadable: before.hasUnreadable,
    messages: Arr.sort(messages, byTime)
  }
}

/**
 * Whether the messages of an earlier look are still all there are, as far as a look without them tells: the last one is the
 * same and whole, the contact has not written since, and it is as clear who the contact is.
 */
export const endsAs = (before: ChatSnapshot, now: ChatSnapshot): boolean => {
  const [last, same] = [before.messages.at(-1), now.messages.at(-1)]
  const wrote = now.last_contact_message_at
  return (
    last !== undefined &&
    last.id === same?.id &&
    !last.isRunning &&
    !same.isRunning &&
    now.contact_id === before.contact_id &&
    (wrote === undefined || (before.last_contact_message_at !== undefined && DateTime.lessThanOrEqualTo(wrote, before.last_contact_message_at)))
  )
}

/** What is known of the chat after its messages were listed once more, and nothing else of it was read. */
export const hear = (before: ChatSnapshot, listed: ReadonlyArray<Listed>): ChatSnapshot => {
  const messages = Arr.sort(oncePerId([...listed.filter(isDecoded).flatMap(toMessage), ...before.messages]), byTime)
  return {
    ...before,
    hasUnreadable: before.hasUnreadable || listed.some(isUndecodable),
    last_contact_message_at: latest(messages.findLast(({ author }) => author === "contact")?.at, before.last_contact_message_at),
    messages
  }
}
