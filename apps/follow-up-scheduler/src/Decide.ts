/**
 * What to do about one chat, now: one pure and total function, asked by the watcher, by the sender as its last look, and by
 * previews. It takes the time as a value and reads nothing.
 *
 * The anchor of a follow-up is our last message that awaits the contact and is not itself a follow-up. A reply ends the
 * episode; the next silence starts again at the first step.
 */
import type { MessageId } from "@effect-invent/domain/Ids"
import * as Arr from "effect/Array"
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { ChatSnapshot, Message } from "./ChatSnapshot.ts"
import * as NextAllowed from "./NextAllowed.ts"
import * as Policy from "./Policy.ts"
import type { SkipReason, StopReason, WaitReason } from "./Reason.ts"

/** A follow-up of this conversation that was sent, may have been sent, or is under way. */
export interface Taken {
  readonly anchor_id: MessageId
  readonly step: number
  /** The message it became, where it is known. */
  readonly message_id: MessageId | undefined
  /** The `follow_up_at` that we set. */
  readonly follow_up_at: DateTime.Utc
  readonly isUnderWay: boolean
}

export type Decision = Data.TaggedEnum<{
  /** Set `follow_up_at` to this instant, now. */
  Act: { readonly step: number; readonly anchor_id: MessageId; readonly follow_up_at: DateTime.Utc }
  /** Nothing before this instant. */
  Wait: { readonly step: number; readonly anchor_id: MessageId; readonly until: DateTime.Utc; readonly reason: WaitReason }
  /** Nothing until the facts change. */
  Stop: { readonly reason: StopReason }
  /** Nothing for now. */
  Skip: { readonly reason: SkipReason }
}>
export const Decision = Data.taggedEnum<Decision>()

export interface Question {
  readonly policy: Policy.Policy
  readonly chat: ChatSnapshot
  /** The conversation's follow-ups so far, of this policy and any other. */
  readonly taken: ReadonlyArray<Taken>
  readonly now: DateTime.Utc
}

interface Episode {
  /** Our last message, follow-ups included: where the silence begins. */
  readonly last: Message
  readonly anchor: Message
  /** Follow-ups of this silence: they, or the message they follow up, came after the contact's last one. */
  readonly taken: ReadonlyArray<Taken>
}

const episodeOf = ({ chat, taken }: Question): Episode | StopReason => {
  const last = chat.messages.at(-1)
  if (last === undefined) return "empty"
  if (last.author === "contact" || last.isRunning) return "replied"
  const sinceContact = Arr.takeWhile(Arr.reverse(chat.messages), (message) => message.author !== "contact")
  const followUps = new Set(taken.flatMap((follow) => follow.message_id ?? []))
  const anchor = sinceContact.find((message) => !followUps.has(message.id)) ?? last
  const ids = new Set(sinceContact.map((message) => message.id))
  const isOfEpisode = ({ anchor_id, message_id }: Taken) =>
    ids.has(anchor_id) || (message_id !== undefined && ids.has(message_id))
  return { last, anchor, taken: taken.filter(isOfEpisode) }
}

/** What holds against writing to this contact in this chat at all, the strongest first. */
export const hindrance = (chat: ChatSnapshot): StopReason | undefined => {
  if (chat.isBlocked) return "blocked"
  if (chat.isUnsubscribed) return "unsubscribed"
  // Derived from what was written as much as from the flag: a human in the chat ends what a machine would add.
  if (chat.isAssigned || chat.messages.some((message) => message.author === "human")) return "human_takeover"
  if (!chat.ai_enabled) return "ai_disabled"
  return chat.state === "CLOSED" ? "closed" : undefined
}

const isOurs = (instant: DateTime.Utc, taken: ReadonlyArray<Taken>) =>
  taken.some((follow) => follow.follow_up_at.epochMillis === instant.epochMillis)

export const decide = (question: Question): Decision => {
  const { chat, now, policy } = question
  const stop = hindrance(chat)
  if (stop !== undefined) return Decision.Stop({ reason: stop })
  const episode = episodeOf(question)
  if (typeof episode === "string") return Decision.Stop({ reason: episode })
  if (chat.state === "SNOOZED") return Decision.Skip({ reason: "snoozed" })
  if (policy.effective_from !== undefined && DateTime.lessThan(episode.anchor.at, policy.effective_from)) {
    return Decision.Stop({ reason: "before_effective_from" })
  }
  const underWay = question.taken.find((follow) => follow.isUnderWay)
  if (underWay !== undefined) {
    return Decision.Wait({
      step: underWay.step,
      anchor_id: underWay.anchor_id,
      until: DateTime.addDuration(underWay.follow_up_at, policy.confirm_after),
      reason: "in_progress"
    })
  }
  const index = episode.taken.length
  const step = policy.steps[index]
  if (step === undefined) return Decision.Stop({ reason: "cadence_finished" })
  if (chat.follow_up_at !== undefined && policy.existing_follow_up === "respect" && !isOurs(chat.follow_up_at, question.taken)) {
    return Decision.Skip({ reason: "not_ours" })
  }
  return schedule(question, episode, index, DateTime.addDuration(episode.last.whole_at, step.after), now)
}

/** A server may store an instant in whole seconds; only such a one is sure to come back as it was sent. */
const wholeSecond = (instant: DateTime.Utc): DateTime.Utc => DateTime.unsafeMake(Math.ceil(instant.epochMillis / 1000) * 1000)

const schedule = (
  { chat, policy }: Question,
  { anchor }: Episode,
  index: number,
  silentUntil: DateTime.Utc,
  now: DateTime.Utc
): Decision => {
  const zone = chat.zone ?? policy.time_zone
  if (zone === undefined) return Decision.Skip({ reason: "unknown_zone" })
  const soonest = wholeSecond(DateTime.addDuration(now, policy.arm_lead))
  const unmuted = DateTime.max(silentUntil, chat.muted_until ?? silentUntil)
  const from = wholeSecond(DateTime.max(unmuted, soonest))
  const window = Policy.openHours(policy)
  const opening = NextAllowed.nextAllowed({ zone, from, window, weekdays: policy.weekdays, holidays: policy.holidays })
  if (Option.isNone(opening)) return Decision.Skip({ reason: "no_opening" })
  const plan = { step: index + 1, anchor_id: anchor.id }
  if (DateTime.lessThanOrEqualTo(opening.value, soonest)) return Decision.Act({ ...plan, follow_up_at: opening.value })
  return Decision.Wait({
    ...plan,
    until: DateTime.subtractDuration(opening.value, policy.arm_lead),
    reason: DateTime.greaterThan(unmuted, DateTime.max(silentUntil, soonest))
      ? "muted"
      : DateTime.greaterThan(opening.value, from)
        ? "quiet_hours"
        : "silence"
  })
}
