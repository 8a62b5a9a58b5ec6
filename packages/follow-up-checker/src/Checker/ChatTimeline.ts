/**
 * What the log has shown of one chat so far, and how each of its entries changes that. All instants are epoch
 * milliseconds.
 */
import type { Message, State } from "./LogEntry.ts"
import type { Policy } from "./Policy.ts"

/** The name of the scheduler's API key. */
export const schedulerKey = "scheduler"

/** What the log has shown of a chat so far. Instants are epoch milliseconds; `undefined` is what has not happened. */
export interface ChatTimeline {
  readonly chat_id: string
  readonly contact_id: string | undefined
  /** Contacts whose chat it was before they were merged into another. */
  readonly earlierContacts: ReadonlyArray<string>
  readonly country: string | null
  readonly channel: string | undefined
  readonly lastContactAt: number | undefined
  /** Every follow-up in this chat. */
  readonly followUps: ReadonlyArray<number>
  /** When messages were written that no contact asked for and the scheduler did not request: see `Unasked`. */
  readonly unasked: ReadonlyArray<number>
  /** Every follow-up in the contact's other chats. */
  readonly elsewhere: ReadonlyArray<number>

  // Who waits for whom. A silence begins with the contact's message and ends with the next one.
  /** The contact's first message without an answer. */
  readonly waitingSince: number | undefined
  /** The assistant's last message in this silence that is no follow-up; none while the contact waits. */
  readonly answeredAt: number | undefined
  /** When the assistant began that message, where the log has it. */
  readonly answerBegunAt: number | undefined
  /** The assistant's last message of all, follow-ups included. */
  readonly lastOursAt: number | undefined
  readonly lastFollowUpAt: number | undefined
  /** Follow-ups in this silence. */
  readonly sent: number
  /**
   * Follow-ups that crossed the message this silence began with, or came due and were not written, or steps that were
   * left out for being late: they may count as steps of it, or not.
   */
  readonly strays: number
  /** Messages that the assistant has begun and not ended: their id and when. */
  readonly running: ReadonlyMap<string, number>

  // What forbids a follow-up, since when without a break.
  /** A human has written since the contact last did. */
  readonly staffSince: number | undefined
  /** A human has written at all. */
  readonly staffEverSince: number | undefined
  readonly assignedSince: number | undefined
  readonly aiOffSince: number | undefined
  readonly closedSince: number | undefined
  readonly snoozedSince: number | undefined
  readonly mutedSince: number | undefined
  readonly mutedUntil: number | undefined

  // The follow-up that stands.
  readonly followUpAt: number | null
  readonly followUpBy: string | undefined
  /** The contact's first message since it was set, or since it was cleared. */
  readonly repliedSinceSet: number | undefined
}

/** Makes a chat of which nothing is known but its contact and the contact's country. */
export const make = (chat_id: string, contact_id?: string, country: string | null = null): ChatTimeline => ({
  chat_id,
  contact_id,
  earlierContacts: [],
  country,
  channel: undefined,
  lastContactAt: undefined,
  followUps: [],
  unasked: [],
  elsewhere: [],
  waitingSince: undefined,
  answeredAt: undefined,
  answerBegunAt: undefined,
  lastOursAt: undefined,
  lastFollowUpAt: undefined,
  sent: 0,
  strays: 0,
  running: new Map(),
  staffSince: undefined,
  staffEverSince: undefined,
  assignedSince: undefined,
  aiOffSince: undefined,
  closedSince: undefined,
  snoozedSince: undefined,
  mutedSince: undefined,
  mutedUntil: undefined,
  followUpAt: null,
  followUpBy: undefined,
  repliedSinceSet: undefined
})

const contactWrote = (chat: ChatTimeline, at: number): ChatTimeline => ({
  ...chat,
  lastContactAt: at,
  waitingSince: chat.waitingSince ?? at,
  answeredAt: undefined,
  answerBegunAt: undefined,
  lastFollowUpAt: undefined,
  sent: 0,
  strays: 0,
  staffSince: undefined,
  repliedSinceSet: chat.repliedSinceSet ?? at
})

const assistantBegan = (chat: ChatTimeline, { at, message_id }: Message): ChatTimeline => ({
  ...chat,
  running: new Map([...chat.running, [message_id, at]])
})

/**
 * A silence begins with the `created_at` of our message: the service has no date of its end that nothing else moves.
 */
const assistantAnswered = (chat: ChatTimeline, { at, created_at, message_id }: Message): ChatTimeline => ({
  ...chat,
  waitingSince: undefined,
  answeredAt: at,
  answerBegunAt: created_at ?? chat.running.get(message_id) ?? at,
  lastOursAt: at
})

/**
 * A broadcast is no answer. Whether a follow-up is owed after it is left open: it puts the next step off and is no
 * message to follow up.
 */
const broadcastCame = (chat: ChatTimeline): ChatTimeline => ({ ...chat, answeredAt: undefined })

/** Since when the chat is a human's, by a policy's rule. */
export const staffSince = (
  { staffEverSince, staffSince }: ChatTimeline,
  { after_human }: Pick<Policy, "after_human">
): number | undefined => (after_human === "never" ? staffEverSince : staffSince)

const staffWrote = (chat: ChatTimeline, at: number): ChatTimeline => ({
  ...chat,
  waitingSince: undefined,
  staffSince: chat.staffSince ?? at,
  staffEverSince: chat.staffEverSince ?? at
})

/** A message counts from when it is complete. One that failed, or never ends, was not written. Not for follow-ups. */
export const afterMessage = (chat: ChatTimeline, message: Message): ChatTimeline => {
  if (message.status === "RUNNING" && message.author === "assistant") return assistantBegan(chat, message)
  if (message.status !== "COMPLETED") return chat
  switch (message.author) {
    case "contact":
      return contactWrote(chat, message.at)
    case "user":
      return staffWrote(chat, message.at)
    case "assistant":
      return message.cause === "message" ? broadcastCame(chat) : assistantAnswered(chat, message)
  }
}

/** A follow-up of the scheduler. It is a stray if the contact wrote after it was set. */
export const afterFollowUp = (
  chat: ChatTimeline,
  at: number,
  { isStray, leftOut }: { readonly isStray: boolean; readonly leftOut: number }
): ChatTimeline => ({
  ...chat,
  lastOursAt: at,
  lastFollowUpAt: at,
  followUps: [...chat.followUps, at],
  sent: chat.sent + (isStray ? 0 : 1),
  strays: chat.strays + (isStray ? 1 : leftOut)
})

/**
 * A follow-up that someone else had set: a message of ours like any other. Whether it is an answer is
 * unknown, since a chat does not show why a message was written: then none is owed, and none forbidden.
 */
export const afterForeignFollowUp = (chat: ChatTimeline, at: number): ChatTimeline => ({
  ...chat,
  waitingSince: undefined,
  lastOursAt: at,
  answeredAt: chat.waitingSince === undefined ? at : undefined,
  answerBegunAt: at
})

const since = (holds: boolean, before: number | undefined, at: number) => (holds ? (before ?? at) : undefined)

/** Whether a chat is muted at an instant in epoch milliseconds. */
export const isMuted = ({ mutedUntil }: Pick<ChatTimeline, "mutedUntil">, at: number): boolean =>
  mutedUntil !== undefined && mutedUntil > at

/**
 * Whether the follow-up that stands was set by someone else. One without a setter in the log counts as the scheduler's.
 */
export const isForeign = ({ followUpBy }: ChatTimeline): boolean =>
  followUpBy !== undefined && followUpBy !== schedulerKey

/**
 * The chat after an entry with its state: who answers, who it is assigned to, and which follow-up is set, by
 * whom.
 */
export const afterState = (chat: ChatTimeline, entry: State): ChatTimeline => {
  const { at } = entry
  const mutedUntil = entry.muted_until ?? undefined
  const isSame = entry.follow_up_at === chat.followUpAt
  const isKeptBack =
    !isForeign(chat) &&
    entry.by === "assistant" &&
    chat.followUpAt !== null &&
    chat.followUpAt <= at &&
    entry.follow_up_at === null &&
    chat.lastFollowUpAt !== at
  return {
    ...chat,
    strays: chat.strays + (isKeptBack ? 1 : 0),
    assignedSince: since(entry.assigned, chat.assignedSince, at),
    aiOffSince: since(!entry.ai_enabled, chat.aiOffSince, at),
    closedSince: since(entry.state === "CLOSED", chat.closedSince, at),
    snoozedSince: since(entry.state === "SNOOZED", chat.snoozedSince, at),
    mutedSince: since(isMuted({ mutedUntil }, at), isMuted(chat, at) ? chat.mutedSince : undefined, at),
    mutedUntil,
    followUpAt: entry.follow_up_at,
    // A change of something else repeats the value that is set; the value stays its setter's.
    followUpBy: entry.follow_up_at === null ? undefined : isSame ? chat.followUpBy : entry.by,
    repliedSinceSet: isSame ? chat.repliedSinceSet : undefined
  }
}
