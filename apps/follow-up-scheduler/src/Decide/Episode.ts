/**
 * An episode runs from the contact's last message to the next: whose turn it is, where the silence begins, and which
 * steps were taken. Pure. It is read from the messages and the follow-ups on record; where the two differ, the messages
 * count (decision 0016).
 */
import type { MessageId } from "@effect-invent/domain/Ids"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import type { ChatSnapshot, Message } from "./ChatSnapshot.ts"
import type { Policy } from "../Policy.ts"
import * as Template from "../Policy/Template.ts"
import type { StopReason } from "./Reason.ts"
import * as UnaskedMessages from "./UnaskedMessages.ts"

/** A follow-up of this conversation that counts as a step taken, or is under way. */
export interface PastFollowUp {
  /** The version of the policy that it belongs to. */
  readonly policy: string
  /** The variant of that policy; undefined where it has none, or none was on record. */
  readonly variant?: string | undefined
  readonly anchor_id: MessageId
  readonly step: number
  /** The message that it became; undefined where that is not on record. */
  readonly message_id: MessageId | undefined
  /** The `follow_up_at` that was set; for other actions, when they were carried out. */
  readonly follow_up_at: DateTime.Utc
  /**
   * - `under_way`: its request is on its way, or its message is awaited.
   * - `done`: its message was written.
   * - `state_changed`: it was a `snooze`, `close` or `assign`, and was carried out, or may have been. Its step is
   *   taken, and no cap counts it.
   * - `unknown`: it may have been sent; that could not be found out.
   * - `failed`: it was armed and ended without a message, or `policy apply` ended its cadence. Its step is taken.
   */
  readonly status: "under_way" | "done" | "state_changed" | "unknown" | "failed"
  /** `policy apply --running exit` ended its cadence. */
  readonly isExited: boolean
}

/**
 * The current silence: our messages since the contact's last one, and the steps they count as. Exists only where we
 * wrote last: see {@link of}.
 */
export interface Episode {
  /** Our last message, follow-ups included and broadcasts not: where the silence begins. */
  readonly last: Message
  /** Our last message that is neither a follow-up nor a broadcast. */
  readonly anchor: Message
  /** The last broadcast of this silence. */
  readonly broadcast: Message | undefined
  /** Recorded follow-ups of this silence: their message, or their anchor, came after the contact's last message. */
  readonly taken: ReadonlyArray<PastFollowUp>
  /** Follow-ups of this silence that the chat shows and the ledger does not have: see `UnaskedMessages`. */
  readonly unrecorded: ReadonlyArray<Message>
  /**
   * How many steps count as taken, the ones that were left out on the way included: the next step is this number plus
   * 1.
   */
  readonly steps: number
}

/**
 * Marks our own follow-ups as the assistant's. The service lists what the API key wrote as a human's or a contact's
 * message. It is recognized by its id on record; without an id, by the words of the policy's template.
 */
export const attributeOwnMessages = (
  chat: ChatSnapshot,
  taken: ReadonlyArray<PastFollowUp>,
  policy: Policy
): ChatSnapshot => {
  const ids = new Set(taken.flatMap(({ message_id }) => message_id ?? []))
  const isPerhapsOurs = (message: Message) =>
    taken.some(({ follow_up_at, message_id, step: number }) => {
      const step = policy.steps[number - 1]
      return (
        message_id === undefined &&
        step?.action === "send_message" &&
        matchesSentTemplate(step.message, follow_up_at, message)
      )
    })
  const isOurs = (message: Message, index: number) =>
    message.author !== "assistant" &&
    (ids.has(message.id) ||
      isPerhapsOurs(message) ||
      (message.author === "human" && UnaskedMessages.isInOurWords(policy, chat.messages[index - 1], message)))
  return chat.messages.some(isOurs)
    ? {
        ...chat,
        messages: chat.messages.map((message, index) =>
          isOurs(message, index) ? { ...message, author: "assistant" } : message
        )
      }
    : chat
}

/**
 * Whether a message can be what this template was sent as: it has the template's words, and is not dated more than
 * `UnaskedMessages.skew` before `sent_at`.
 */
export const matchesSentTemplate = (template: string, sent_at: DateTime.Utc, { at, isDated, text }: Message): boolean =>
  (!isDated || DateTime.greaterThanOrEqualTo(at, DateTime.subtractDuration(sent_at, UnaskedMessages.skew))) &&
  Template.isFrom(template, text)

/** The messages after the contact's last one, the newest first. */
export const sinceContact = ({ messages }: ChatSnapshot): ReadonlyArray<Message> =>
  Arr.takeWhile(Arr.reverse(messages), (message) => message.author !== "contact")

/** Whether a recorded follow-up belongs to these messages: its anchor or its message is one of them. */
const isAmong = (messages: ReadonlyArray<Message>) => {
  const ids = new Set(messages.map(({ id }) => id))
  return ({
    anchor_id,
    message_id
  }: {
    readonly anchor_id: MessageId
    readonly message_id?: MessageId | null | undefined
  }) => ids.has(anchor_id) || (message_id != null && ids.has(message_id))
}

const isPassedOverBy =
  ({ after_broadcast }: Pick<Policy, "after_broadcast">) =>
  ({ isBroadcast }: Message) =>
    isBroadcast && after_broadcast === "ignore"

/**
 * The follow-ups of one silence, whose messages come from the oldest. A follow-up whose anchor is not among them has
 * crossed the contact's reply. Where the list begins after that reply, it counts as not crossed.
 */
const followUpsIn = (
  silence: ReadonlyArray<Message>,
  taken: ReadonlyArray<PastFollowUp>,
  policy: Pick<Policy, "after_broadcast" | "steps">,
  isSeenFromItsBeginning: boolean
): UnaskedMessages.UnaskedMessages => {
  const ids = new Set(silence.map(({ id }) => id))
  const recorded = taken
    .filter(isAmong(silence))
    .map((follow) => ({ ...follow, hasCrossed: isSeenFromItsBeginning && !ids.has(follow.anchor_id) }))
  return UnaskedMessages.find(
    silence.filter((message) => !isPassedOverBy(policy)(message)),
    recorded,
    policy
  )
}

/** Follow-ups of earlier silences that the chat shows and the ledger does not have. */
export const unrecordedEarlier = (
  { messages }: ChatSnapshot,
  taken: ReadonlyArray<PastFollowUp>,
  policy: Pick<Policy, "after_broadcast" | "steps">
): ReadonlyArray<Message> => {
  const isContact = ({ author }: Message) => author === "contact"
  const places = messages.flatMap((message, index) => (isContact(message) ? [index] : []))
  return places.flatMap((place, index) => {
    const from = (places[index - 1] ?? -1) + 1
    return from === place ? [] : followUpsIn(messages.slice(from, place), taken, policy, from > 0).unrecorded
  })
}

/**
 * Reads the current episode of a chat whose messages {@link attributeOwnMessages} has marked. Gives the reason instead
 * where no contact waits to be followed up:
 * - `empty`: no message.
 * - `replied`: the contact wrote last, the assistant is still writing, or only broadcasts and follow-ups that crossed
 *   the contact's message came after it.
 * - `broadcast`: a broadcast, and no message of ours that could be an anchor.
 */
export const of = (
  chat: ChatSnapshot,
  taken: ReadonlyArray<PastFollowUp>,
  policy: Pick<Policy, "after_broadcast" | "steps">
): Episode | StopReason => {
  const newest = chat.messages.at(-1)
  if (newest === undefined) return "empty"
  if (newest.author === "contact" || newest.isRunning) return "replied"
  const silence = sinceContact(chat)
  const isPassedOver = isPassedOverBy(policy)
  const isSeenFromItsBeginning = silence.length < chat.messages.length
  const unasked = followUpsIn(Arr.reverse(silence), taken, policy, isSeenFromItsBeginning)
  const followUps = new Set([...unasked.recorded, ...unasked.unrecorded.map(({ id }) => id)])
  const last = silence.find((message) => !isPassedOver(message))
  const broadcast = silence.find(isPassedOver)
  const anchor = silence.find((message) => !followUps.has(message.id) && !isPassedOver(message))
  // A follow-up that crossed the reply does not answer it, and a broadcast does not either.
  if (anchor === undefined && isSeenFromItsBeginning) return "replied"
  if (last === undefined || (anchor === undefined && broadcast !== undefined)) return "broadcast"
  const among = taken.filter(isAmong(silence))
  const ids = new Set(silence.map(({ id }) => id))
  const [crossed, own] = Arr.partition(among, ({ anchor_id }) => ids.has(anchor_id))
  const steps = Math.max(crossed.length, unasked.steps, ...own.map(({ step }) => step))
  return { last, anchor: anchor ?? last, broadcast, taken: among, unrecorded: unasked.unrecorded, steps }
}

/**
 * How many cadences in a row, back from the latest, ran to their last step without a reply. A cadence that a reply
 * ended before its last step breaks the row.
 */
export const unanswered = (earlier: ReadonlyArray<PastFollowUp>, steps: number): number => {
  const inOrder = earlier
    .filter(({ status }) => status === "done" || status === "state_changed")
    .toSorted((a, b) => a.follow_up_at.epochMillis - b.follow_up_at.epochMillis)
  // A cadence ends where the next follow-up has no higher step number.
  const lastSteps = inOrder.filter((follow, index) => (inOrder[index + 1]?.step ?? 0) <= follow.step)
  return Arr.takeWhile(lastSteps.toReversed(), ({ step }) => step >= steps).length
}

/** A plan or follow-up on record, by which a running cadence is known. */
export interface Recorded {
  readonly policy: string
  readonly variant?: string | null | undefined
  readonly anchor_id: MessageId
  readonly message_id?: MessageId | null | undefined
}

/**
 * The latest plan or follow-up of the running cadence: its version and variant are the cadence's. Undefined: none runs.
 */
export const latestOf = (chat: ChatSnapshot, recorded: ReadonlyArray<Recorded>): Recorded | undefined =>
  recorded.findLast(isAmong(sinceContact(chat)))
