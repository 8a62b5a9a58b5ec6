/**
 * Decides what to do about one chat now, with one pure function. The review of a chat, the dispatcher before each step,
 * the preview and the simulation all call it. It takes the time as an argument and reads nothing.
 *
 * The anchor of a follow-up is our last message that awaits the contact and is not itself a follow-up. A reply ends the
 * episode; the next silence starts again at the first step.
 */
import type { MessageId } from "@effect-invent/domain/Ids"
import * as Arr from "effect/Array"
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Audience from "./Decide/Audience.ts"
import { type ChatSnapshot, hasUnlistedReply } from "./Decide/ChatSnapshot.ts"
import * as Consent from "./Decide/Consent.ts"
import * as Episode from "./Decide/Episode.ts"
import type * as Holdout from "./Decide/Holdout.ts"
import * as SendWindow from "./Decide/SendWindow.ts"
import { effectiveFrom, isWriting, type Policy, type Step } from "./Policy.ts"
import * as Match from "./Decide/PolicyMatch.ts"
import { aiSwitches, type SkipReason, type StopReason, type UnreadReason, type WaitReason } from "./Decide/Reason.ts"
import * as ContactTimeZone from "./Decide/ContactTimeZone.ts"

/**
 * The result of {@link decide}. The ledger stores it as the latest decision about the chat. `Act` becomes a plan, and
 * so does `Wait`, except for the reason `in_progress`.
 */
export type Decision = Data.TaggedEnum<{
  /** Take this step now. `at`: the instant to set as `follow_up_at`; for other actions, the instant at which to act. */
  Act: { readonly step: number; readonly anchor_id: MessageId; readonly at: DateTime.Utc }
  /** Do nothing before `until`; then read the chat and decide again. */
  Wait: {
    readonly step: number
    readonly anchor_id: MessageId
    readonly until: DateTime.Utc
    readonly reason: WaitReason
    /** The public holiday that the step waits for the end of, where its reason is `quiet_hours`. */
    readonly holiday?: string | undefined
  }
  /** Do nothing until the chat, the contact or the policy changes. */
  Stop: { readonly reason: StopReason }
  /** Do nothing now. The next read of the chat decides again. */
  Skip: { readonly reason: SkipReason | UnreadReason }
}>
/** Constructors and matcher of the type of this name: `Decision.Act({ … })`, `Decision.$match`. */
export const Decision = Data.taggedEnum<Decision>()

/**
 * All that a decision depends on. The same input gives the same decision, as long as the runtime's time zone data is
 * the same.
 */
export interface DecisionInput {
  readonly policy: Policy
  readonly chat: ChatSnapshot
  /** The conversation's follow-ups so far, of this policy and any other. */
  readonly taken: ReadonlyArray<Episode.PastFollowUp>
  readonly now: DateTime.Utc
  /** When a policy of this name was first put in force in this ledger. Undefined: no message of ours is too old. */
  readonly first_in_force?: DateTime.Utc | undefined
  /**
   * The contact's group, where the policy has a `holdout`. Undefined: nobody was left out yet, and the step is due for
   * both groups.
   */
  readonly group?: Holdout.Group | undefined
}

/**
 * Whether a human agent handles the chat: one is assigned, or one has written after the contact's last message. With
 * `after_human: never` a message of a human agent at any time counts.
 */
const isWithHuman = (chat: ChatSnapshot, after_human: Policy["after_human"]): boolean => {
  const messages = after_human === "never" ? chat.messages : Episode.sinceContact(chat)
  return chat.isAssigned || messages.some(({ author }) => author === "human")
}

/**
 * The strongest reason that forbids any follow-up in this chat, whatever the time; undefined where none does. Whether
 * the contact wrote last is not checked here.
 */
export const blockingReason = (
  chat: ChatSnapshot,
  policy: Pick<Policy, "after_human" | "opt_in" | "opt_out">
): StopReason | undefined => {
  if (chat.isErased) return "erased"
  const said = [chat.messages, ...(chat.saidElsewhere ?? []).map((message) => [message])]
  const consent = said.map((messages) => Consent.saidIn(messages, policy)).reduce(Consent.latest, chat.consent)
  if (consent?.isWithdrawn === true) return "opted_out"
  if (chat.isBlocked) return "blocked"
  if (chat.isUnsubscribed) return "unsubscribed"
  if (isWithHuman(chat, policy.after_human)) return "human_takeover"
  if (!chat.ai_enabled) return "ai_disabled"
  const off = aiSwitches.find((each) => chat.switchedOff.includes(each))
  if (off !== undefined) return off
  return chat.state === "CLOSED" ? "closed" : undefined
}

/** Why nothing is sent in the state of the chat for now: it is snoozed, or its state is not documented. */
export const idleReason = ({ state }: ChatSnapshot): "snoozed" | "unknown_state" | undefined => {
  if (state === "SNOOZED") return "snoozed"
  return state === "UNKNOWN" ? "unknown_state" : undefined
}

/**
 * The IANA zones whose clocks must all allow a follow-up. These are the clocks of the contact's country, if it has one,
 * or if it has several and `country_clocks` is `each`. Otherwise it is the assistant's zone, else the policy's
 * `time_zone`. Empty where no zone is known: the follow-up is then held with `unknown_zone`.
 */
export const zonesOf = (
  { country_clocks, time_zone }: Pick<Policy, "country_clocks" | "time_zone">,
  { country, zone }: Pick<ChatSnapshot, "country" | "zone">,
  now: DateTime.Utc
): ReadonlyArray<string> => {
  const clocks = ContactTimeZone.clocksOf(country, now)
  if (clocks.length === 1 || (clocks.length > 1 && country_clocks === "each")) return clocks
  return Arr.fromNullable(zone ?? time_zone)
}

/** Why the policy is not for this chat as it is now, whatever the time; undefined where it is. */
export const policyMismatch = (
  policy: Policy,
  chat: ChatSnapshot,
  now: DateTime.Utc
): StopReason | "unknown_zone" | undefined => {
  const excluded = Audience.exclusion(policy, chat)
  if (excluded !== undefined) return excluded
  if (!Match.matches(policy.match, chat)) return "not_matched"
  return zonesOf(policy, chat, now).length === 0 ? "unknown_zone" : undefined
}

const isOurs = (instant: DateTime.Utc, taken: ReadonlyArray<Episode.PastFollowUp>) =>
  taken.some((follow) => follow.follow_up_at.epochMillis === instant.epochMillis)

/**
 * Decides whether a step is due in this chat at `now`. The first of these that holds gives the decision, in the order
 * of `reasonsByStrength`:
 * - `Stop`: the contact opted out, was blocked or erased; a human agent handles the chat; the assistant is off; it is
 *   closed.
 * - `Skip`: the contact is unknown, or a message cannot be read.
 * - `Stop`: the contact waits for us, nothing was written, or the policy is not for this chat.
 * - `Skip`: the chat is snoozed, or its state is unknown. `Stop`: the anchor is older than `effective_from`.
 * - `Wait`: another follow-up of the conversation is under way, until its instant plus `confirm_after`.
 * - `Stop`: the cadence is over, or the outcome of one of its follow-ups is unknown.
 * - `Skip`: the chat has a `follow_up_at` that is not ours (`existing_follow_up: respect`), or no zone is known.
 * - Else the next step that is not left out as late: `Act` where it is due, within `arm_lead` for `schedule_follow_up`;
 *   `Wait` until then; `Skip` where it has no opening. In place of an `Act` that would write: `Stop` with `holdout` for
 *   a contact of that group.
 */
export const decide = (asked: DecisionInput): Decision => {
  const question = { ...asked, chat: Episode.attributeOwnMessages(asked.chat, asked.taken, asked.policy) }
  const { chat, policy, taken } = question
  const stop = blockingReason(chat, policy)
  if (stop !== undefined) return Decision.Stop({ reason: stop })
  if (chat.isContactUnknown) return Decision.Skip({ reason: "unknown_contact" })
  if (chat.hasUnreadable) return Decision.Skip({ reason: "unreadable_message" })
  const episode = Episode.of(chat, taken, policy)
  const reason = typeof episode === "string" && episode !== "broadcast" ? episode : Audience.exclusion(policy, chat)
  if (reason !== undefined) return Decision.Stop({ reason })
  if (!Match.matches(policy.match, chat)) return Decision.Stop({ reason: "not_matched" })
  if (typeof episode === "string") return Decision.Stop({ reason: episode })
  if (hasUnlistedReply(chat)) return Decision.Stop({ reason: "replied" })
  const idle = idleReason(chat)
  if (idle !== undefined) return Decision.Skip({ reason: idle })
  // A cadence that is on record was begun by an earlier rule, or by an earlier edition of this program, and goes on.
  const from = effectiveFrom(policy, episode.taken.length === 0 ? question.first_in_force : undefined)
  if (from !== undefined && DateTime.lessThan(episode.anchor.at, from)) {
    return Decision.Stop({ reason: "before_effective_from" })
  }
  const underWay = taken.find(({ status }) => status === "under_way")
  if (underWay !== undefined) {
    const until = DateTime.addDuration(underWay.follow_up_at, policy.confirm_after)
    return Decision.Wait({ step: underWay.step, anchor_id: underWay.anchor_id, until, reason: "in_progress" })
  }
  const over = end(question, episode)
  if (over !== undefined) return Decision.Stop({ reason: over })
  if (policy.existing_follow_up === "respect" && mayBeCarriedOut(question, episode))
    return Decision.Skip({ reason: "not_ours" })
  return schedule(question, episode)
}

/**
 * Whether the chat has a `follow_up_at` that this ledger did not set and that may still be carried out. After its
 * instant it holds back the next step for that step's `after`, as a message written at that instant would.
 */
const mayBeCarriedOut = (
  { chat: { follow_up_at }, now, policy, taken }: DecisionInput,
  { steps }: Episode.Episode
): boolean => {
  const step = policy.steps[steps]
  if (follow_up_at === undefined || step === undefined || isOurs(follow_up_at, taken)) return false
  return DateTime.lessThan(now, DateTime.addDuration(follow_up_at, step.after))
}

/** Why the cadence of this silence is over; undefined while it goes on. */
const end = ({ policy, taken }: DecisionInput, episode: Episode.Episode): StopReason | undefined => {
  if (episode.taken.some(({ status }) => status === "unknown")) return "outcome_unknown"
  if (episode.taken.some(({ isExited }) => isExited)) return "exited"
  if (policy.stop_after_unanswered !== undefined) {
    const earlier = taken.filter((follow) => !episode.taken.includes(follow))
    if (Episode.unanswered(earlier, policy.steps.length) >= policy.stop_after_unanswered) return "unanswered"
  }
  if (episode.steps < policy.steps.length) return undefined
  const isOnRecord = Math.max(0, ...episode.taken.map(({ step }) => step)) >= policy.steps.length
  return episode.unrecorded.length > 0 && !isOnRecord ? "followed_up_already" : "cadence_finished"
}

/** How long before its instant a step is begun: `arm_lead` for `schedule_follow_up`, zero for every other action. */
const leadOf = (policy: Policy, { action }: Step): Duration.Duration =>
  action === "schedule_follow_up" ? policy.arm_lead : Duration.zero

const schedule = ({ chat, group, now, policy, taken }: DecisionInput, episode: Episode.Episode): Decision => {
  const zones = zonesOf(policy, chat, now)
  if (!Arr.isNonEmptyReadonlyArray(zones)) return Decision.Skip({ reason: "unknown_zone" })
  // A message without a known date counts as written now.
  const since = episode.last.whole_at ?? now
  const { broadcast } = episode
  // Caps count follow-ups: a step that changed the state of the chat wrote nothing.
  const recorded = taken
    .filter(({ status }) => status === "done" || status === "unknown")
    .map(({ follow_up_at }) => follow_up_at)
  const unrecorded = [...Episode.unrecordedEarlier(chat, taken, policy), ...episode.unrecorded]
  const sent = [...recorded, ...unrecorded.map(({ at }) => at)]
  for (const [index, step] of policy.steps.entries()) {
    if (index < episode.steps) continue
    const soonest = SendWindow.wholeSecond(DateTime.addDuration(now, leadOf(policy, step)))
    // A broadcast does not begin the silence, but the step's `after` has to pass after it, too.
    const unsent =
      broadcast === undefined ? soonest : DateTime.max(soonest, DateTime.addDuration(broadcast.at, step.after))
    const window = SendWindow.find({
      ...chat,
      policy,
      step,
      zones,
      sent,
      since,
      soonest: unsent,
      seed: chat.conversation_id
    })
    const plan = { step: index + 1, anchor_id: episode.anchor.id }
    switch (window._tag) {
      case "TooLate":
        continue
      case "None":
        // What comes after the mute is decided when it ends.
        return chat.muted_until !== undefined && DateTime.greaterThan(chat.muted_until, now)
          ? Decision.Wait({ ...plan, until: chat.muted_until, reason: "muted" })
          : Decision.Skip({ reason: window.reason })
      case "Open":
        if (DateTime.greaterThan(window.at, soonest)) {
          const until = DateTime.subtractDuration(window.at, leadOf(policy, step))
          const { heldBackBy: reason, holiday } = window
          return Decision.Wait({ ...plan, until, reason, ...(holiday !== undefined && { holiday }) })
        }
        return policy.holdout !== undefined && group === "holdout" && isWriting(step)
          ? Decision.Stop({ reason: "holdout" })
          : Decision.Act({ ...plan, at: window.at })
    }
  }
  return Decision.Stop({ reason: "late" })
}
