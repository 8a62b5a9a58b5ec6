/**
 * One chat at one moment, reduced to what a decision needs. `make` builds it from the bodies of the API and handles
 * what the vendor may leave out, so that no other code has to. Pure.
 */
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatMember, MemberContactChannel } from "@effect-invent/domain/Chat/ChatMember"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import { type ChatId, type ContactId, ConversationId, type OrgId } from "@effect-invent/domain/Ids"
import { Unknown } from "@effect-invent/domain/schema/Open"
import { isDecoded, isUndecodable, type Undecodable } from "@effect-invent/domain/schema/Undecodable"
import * as DateTime from "effect/DateTime"
import type { Consent } from "./Consent.ts"
import * as MessageList from "./MessageList.ts"
import type { ContactsShown, OptOut } from "./OptOut.ts"
import { type AiSwitch, aiSwitches } from "./Reason.ts"
import type { Moment } from "../MonotonicClock.ts"
import type { Values } from "../Policy/Template.ts"
import * as ContactTimeZone from "./ContactTimeZone.ts"

/** A message as it is listed. */
export type Listed = ChatMessage | Undecodable

export type { Author, Message } from "./MessageList.ts"

/**
 * One chat at one moment, reduced to what a decision needs. A chat does not carry `isErased`, `isUnsubscribed`,
 * `consent`, `sentElsewhere` and `segments`: they are false, undefined or empty until the ledger, `OptOuts` or
 * `ChatReader` fill them in.
 */
export interface ChatSnapshot {
  readonly chat_id: ChatId
  /** The chat's own id where the server names no conversation. */
  readonly conversation_id: ConversationId
  /** The organization whose list showed the chat, of those that are named; see `Orgs`. */
  readonly org_id?: OrgId | undefined
  /** Whether the chat itself was read, or only its messages. */
  readonly isWhole: boolean
  /** Whether the state is older than the purpose of the read allows, because no page that was read shows the chat. */
  readonly isStateOld: boolean
  /**
   * When the messages were listed, where they were read to take a step or to see what became of one. Later requests of
   * the same read may take long. `asked_at`: when the first request left; what was written later may be missing from
   * the answer. `answered_at`: when the last page had come.
   */
  readonly listed?: { readonly asked_at: Moment; readonly answered_at: Moment }
  /** `UNKNOWN`: a state that the vendor does not document. */
  readonly state: "OPEN" | "SNOOZED" | "CLOSED" | "UNKNOWN"
  readonly ai_enabled: boolean
  readonly isAssigned: boolean
  /** The contact was erased by the command `erase`. */
  readonly isErased: boolean
  readonly isBlocked: boolean
  readonly contactsShown: ContactsShown
  /** The contact is an admin of the organization. */
  readonly isAdmin: boolean
  /** The service deletes the chat 24 hours after its last activity. */
  readonly isTemporary: boolean
  /** False until {@link withOptOut} sets it: a chat does not carry this. */
  readonly isUnsubscribed: boolean
  /** The last messages of the contact in other chats, by the rows that are in memory; absent where none is known. */
  readonly saidElsewhere?: ReadonlyArray<MessageList.Message>
  /** The latest consent on record for the contact. What the contact wrote in this chat is read from `messages`. */
  readonly consent: Consent | undefined
  /** When the contact got, or is to get, follow-ups in other conversations, by any policy. From the ledger. */
  readonly sentElsewhere: ReadonlyArray<DateTime.Utc>
  /** The switches beside `ai_enabled` that keep the assistant from answering. */
  readonly switchedOff: ReadonlyArray<AiSwitch>
  /** The chat has a contact without an id: whether they opted out cannot be looked up. */
  readonly isContactUnknown: boolean
  /** A message cannot be decoded and may be the contact's, or the list is cut off before the contact's last message. */
  readonly hasUnreadable: boolean
  readonly muted_until: DateTime.Utc | undefined
  readonly follow_up_at: DateTime.Utc | undefined
  /** The assistant's zone. The contact's zones follow from their country. */
  readonly zone: string | undefined
  /** The chat in which the conversation goes on, where a last look has found that it is another one. */
  readonly goesOnIn?: ChatId
  /** When the contact last wrote in the conversation: the later of the chat's own field and its messages. */
  readonly last_contact_message_at: DateTime.Utc | undefined
  /** The kind of channel, as the server spells it. */
  readonly channel: string | undefined
  readonly contact_id: ContactId | undefined
  /** Every contact that the chat or a message names. After a merge a chat can name both contacts. */
  readonly contact_ids: ReadonlyArray<ContactId>
  readonly assistant_id: string | undefined
  /** The contact's country: ISO 3166, two capital letters. */
  readonly country: string | undefined
  readonly language: string | undefined
  readonly referral: string | undefined
  /** The contact's segments; undefined where they were not asked for. */
  readonly segments: ReadonlyArray<string> | undefined
  /** Values for the places of a template. */
  readonly values: Values
  /**
   * In the order in which they were written. Failed messages of the assistant and notes are left out: the contact did
   * not see them.
   */
  readonly messages: ReadonlyArray<MessageList.Message>
}

/** A value of an enum as the server spelt it, documented or not. */
const spelt = (value: string | Unknown | null | undefined): string | undefined =>
  value instanceof Unknown ? value.value : (value ?? undefined)

const channelsOf = (
  chat: Chat | undefined,
  messages: ReadonlyArray<ChatMessage>
): ReadonlyArray<MemberContactChannel> => {
  const members: ReadonlyArray<ChatMember> = [
    ...(chat?.members ?? []),
    ...messages.flatMap((message) => message.member ?? [])
  ]
  return members.flatMap((member) => member.contact_channel ?? [])
}

const contactsOf = (channels: ReadonlyArray<MemberContactChannel>) => ({
  contact_ids: [...new Set(channels.flatMap((channel) => channel.contact?.id ?? []))],
  name: channels.flatMap((channel) => channel.contact?.name ?? channel.name ?? [])[0]
})

/** The contacts that the row of a chat names, and the name of the first one. */
export const contactsOfRow = (chat: Chat) => ({
  chat_id: chat.id,
  ...contactsOf(channelsOf(chat, chat.last_message ? [chat.last_message] : []))
})

/** By the members of the chat. A message may show its sender as they were when it was written. */
const shownBy = (members: ReadonlyArray<MemberContactChannel>): ContactsShown => ({
  areUnblocked: members.length > 0 && members.every(({ contact }) => contact?.blocked === false),
  areWithAi: members.length > 0 && members.every(({ contact }) => contact?.ai_replies_disabled === false)
})

/**
 * The switches that are off. The vendor does not print which of them wins over the others, so each of them counts.
 * Whether `has_connection` is such a switch is not documented: it is ignored.
 */
const switchedOff = (
  state: Chat["state"],
  channels: ReadonlyArray<MemberContactChannel>,
  { areWithAi }: ContactsShown
): ReadonlyArray<AiSwitch> => {
  const conversations = [state?.assistant?.config?.conversation, state?.assistant_config?.conversation]
  const isOff: Record<AiSwitch, boolean> = {
    contact_ai_disabled: !areWithAi && channels.some(({ contact }) => contact?.ai_replies_disabled === true),
    assistant_deleted: state?.assistant?.deleted === true,
    assistant_disabled: state?.assistant?.enabled === false,
    integration_disabled: state?.assistant_integration?.enabled === false,
    ai_replies_disabled: conversations.some((each) => each?.enable_ai_replies === false)
  }
  return aiSwitches.filter((each) => isOff[each])
}

/** The messages of a list and the chat's last one, which can be newer than the list that was read before it. */
const messagesOf = (
  chat: Chat | undefined,
  listed: ReadonlyArray<ChatMessage>,
  direction: MessageList.Direction | undefined
) => {
  const last = chat?.last_message
  const known = MessageList.ofList(listed, MessageList.directionTo(listed, last) ?? direction)
  if (!last || listed.some(({ id }) => id === last.id)) return known
  return MessageList.merge(known, MessageList.ofList([last], undefined, known.at(-1)?.at))
}

/** A list shorter than this counts as complete: no service is known to cut a list to fewer messages. */
const leastCut = 20

/**
 * Whether a service that gives only its newest messages has left out the contact's last one: at least {@link leastCut}
 * are listed, none is the contact's, and the contact wrote before them. What came between is unknown, follow-ups
 * included.
 */
const isCutOff = (messages: ReadonlyArray<MessageList.Message>, wrote: DateTime.Utc | null | undefined): boolean => {
  const first = messages[0]
  const isLong = messages.length >= leastCut && messages.every(({ author }) => author !== "contact")
  return isLong && first !== undefined && wrote != null && DateTime.lessThan(wrote, first.at)
}

/**
 * Builds a snapshot. `chat` is undefined where only the messages could be read, as in a dry run: the state is then
 * assumed open. `direction`: how the service orders its lists, where an earlier list has shown it.
 */
export const make = (
  chat_id: ChatId,
  chat: Chat | undefined,
  listed: ReadonlyArray<Listed>,
  direction?: MessageList.Direction
): ChatSnapshot => {
  const state = chat?.state
  const read = listed.filter(isDecoded)
  const messages = [...read, ...(chat?.last_message ? [chat.last_message] : [])]
  const channels = channelsOf(chat, messages)
  const shown = shownBy(channelsOf(chat, []))
  const { contact_ids, name } = contactsOf(channels)
  const country = channels.flatMap((channel) => channel.country ?? [])[0]
  const listedMessages = messagesOf(chat, read, direction)
  const lastOfContact = listedMessages.findLast(({ author }) => author === "contact")?.at
  return {
    chat_id,
    conversation_id: state?.conversation_id ?? ConversationId.make(chat_id),
    isWhole: chat !== undefined,
    isStateOld: false,
    state: state?.state == null ? "OPEN" : typeof state.state === "string" ? state.state : "UNKNOWN",
    ai_enabled: state?.ai_enabled ?? true,
    isAssigned: Boolean(state?.assigned_user),
    isErased: false,
    isBlocked: !shown.areUnblocked && channels.some((channel) => channel.contact?.blocked === true),
    contactsShown: shown,
    isAdmin: channels.some((channel) => channel.contact?.is_admin === true),
    isTemporary: chat?.temporary === true,
    isUnsubscribed: false,
    consent: undefined,
    sentElsewhere: [],
    switchedOff: switchedOff(state, channels, shown),
    isContactUnknown: channels.length > 0 && contact_ids.length === 0,
    hasUnreadable: listed.some(isUndecodable) || isCutOff(listedMessages, state?.last_contact_message_at),
    muted_until: state?.muted_until ?? undefined,
    follow_up_at: state?.follow_up_at ?? undefined,
    zone: ContactTimeZone.known(state?.assistant_config?.timezone),
    last_contact_message_at: latest(lastOfContact, state?.last_contact_message_at),
    channel: spelt(state?.integration_id ?? channels[0]?.type),
    contact_id: contact_ids[0],
    contact_ids,
    assistant_id: state?.assistant_id ?? state?.assistant?.id ?? undefined,
    country: country?.toUpperCase(),
    language: channels.flatMap((channel) => channel.language ?? [])[0],
    referral: spelt(chat?.referral?.type),
    segments: undefined,
    values: {
      "assistant.name": state?.assistant?.name ?? undefined,
      "chat.title": chat?.title ?? undefined,
      "contact.name": name
    },
    messages: listedMessages
  }
}

/** Adds the contact's last messages in other chats. */
export const withElsewhere = (chat: ChatSnapshot, last: ReadonlyArray<ChatMessage>): ChatSnapshot =>
  last.length === 0 ? chat : { ...chat, saidElsewhere: last.flatMap((each) => MessageList.ofList([each], undefined)) }

/** How much later than the last message that is listed the contact must have written, by the chat's own date. */
const unlistedMillis = 2000

/**
 * Whether the chat says that the contact wrote after all that is listed: a service may list a message later than it
 * counts it.
 */
export const hasUnlistedReply = ({ last_contact_message_at: wrote, messages }: ChatSnapshot): boolean => {
  const last = messages.at(-1)
  return wrote !== undefined && last?.isDated === true && wrote.epochMillis - last.at.epochMillis > unlistedMillis
}

/** Adds what the contact list and the activities show of the chat's contacts. */
export const withOptOut = (chat: ChatSnapshot, { isBlocked, isUnsubscribed, isWithoutAi }: OptOut): ChatSnapshot => ({
  ...chat,
  isBlocked: chat.isBlocked || isBlocked,
  isUnsubscribed,
  switchedOff: isWithoutAi ? [...chat.switchedOff, "contact_ai_disabled"] : chat.switchedOff
})

const latest = (a: DateTime.Utc | undefined, b: DateTime.Utc | null | undefined): DateTime.Utc | undefined =>
  a && b ? DateTime.max(a, b) : (a ?? b ?? undefined)

/**
 * The snapshot after an update was answered with the chat: the new state, and the chat's last message merged into those
 * listed before. What the answer leaves out about the contact, the channel and the assistant stays as it was.
 */
export const refresh = (before: ChatSnapshot, chat: Chat): ChatSnapshot => {
  const after = make(before.chat_id, chat, [])
  const last = chat.last_message ? [chat.last_message] : []
  const { areUnblocked, areWithAi } = after.contactsShown
  const isStillOff = (each: AiSwitch) => each === "contact_ai_disabled" && !areWithAi
  return {
    ...after,
    zone: after.zone ?? before.zone,
    last_contact_message_at: latest(after.last_contact_message_at, before.last_contact_message_at),
    channel: after.channel ?? before.channel,
    contact_id: after.contact_id ?? before.contact_id,
    contact_ids: [...new Set([...after.contact_ids, ...before.contact_ids])],
    assistant_id: after.assistant_id ?? before.assistant_id,
    country: after.country ?? before.country,
    language: after.language ?? before.language,
    referral: after.referral ?? before.referral,
    segments: before.segments,
    org_id: before.org_id,
    isErased: before.isErased,
    ...(before.goesOnIn !== undefined && { goesOnIn: before.goesOnIn }),
    ...(before.saidElsewhere !== undefined && { saidElsewhere: before.saidElsewhere }),
    isBlocked: after.isBlocked || (before.isBlocked && !areUnblocked),
    isAdmin: after.isAdmin || before.isAdmin,
    isTemporary: after.isTemporary || before.isTemporary,
    isUnsubscribed: before.isUnsubscribed,
    consent: before.consent,
    sentElsewhere: before.sentElsewhere,
    switchedOff: [...after.switchedOff, ...before.switchedOff.filter(isStillOff)],
    isContactUnknown: after.isContactUnknown && before.isContactUnknown,
    hasUnreadable: before.hasUnreadable,
    messages: MessageList.merge(before.messages, MessageList.ofList(last, undefined, before.messages.at(-1)?.at))
  }
}

/**
 * Whether the messages of an earlier read are still complete, judged by a read without messages: the last message is
 * the same and whole, the contact has not written since, and the contact's id is the same.
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
    (wrote === undefined ||
      (before.last_contact_message_at !== undefined &&
        DateTime.lessThanOrEqualTo(wrote, before.last_contact_message_at)))
  )
}

/** The chat's own date of the contact's last message may differ from the message's by this much. */
const datesDifferMillis = 1000

/**
 * The snapshot with a later row of its chat, where the row shows by the date of the contact's last message that the
 * contact has not written since; undefined where it does not. Of several messages since, it has the last one alone.
 */
export const withRow = (before: ChatSnapshot, row: Chat): ChatSnapshot | undefined => {
  const known = before.messages.findLast(({ author }) => author === "contact")?.at
  const wrote = row.state?.last_contact_message_at
  const isSame = known && wrote && Math.abs(wrote.epochMillis - known.epochMillis) <= datesDifferMillis
  return isSame ? refresh(before, row) : undefined
}

/**
 * The snapshot after its messages were listed again, all or the latest of them. What the list has in a form that the
 * contact does not see, such as a message that has failed since, is left out. Everything else is as old as before.
 */
export const withListed = (
  before: ChatSnapshot,
  listed: ReadonlyArray<Listed>,
  direction?: MessageList.Direction
): ChatSnapshot => {
  const read = listed.filter(isDecoded)
  const found = MessageList.directionAmong(before.messages, read) ?? direction
  const now = MessageList.ofList(read, found, before.messages.at(-1)?.at)
  const seen = new Set(now.map(({ id }) => id))
  const unseen = new Set(read.map(({ id }) => id).filter((id) => !seen.has(id)))
  const messages = MessageList.merge(
    before.messages.filter(({ id }) => !unseen.has(id)),
    now
  )
  return {
    ...before,
    hasUnreadable: before.hasUnreadable || listed.some(isUndecodable),
    last_contact_message_at: latest(
      messages.findLast(({ author }) => author === "contact")?.at,
      before.last_contact_message_at
    ),
    messages
  }
}
