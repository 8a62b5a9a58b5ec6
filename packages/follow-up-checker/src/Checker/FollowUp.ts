/**
 * Judges one follow-up by what the log had shown when it was sent: which rules it breaks, and whether it raced with a
 * change.
 */
import * as Arr from "effect/Array"
import type { Calendar } from "./Calendar.ts"
import * as ChatTimeline from "./ChatTimeline.ts"
import type * as Contact from "./Contact.ts"
import { toIso } from "./Instant.ts"
import type { Policy, Step } from "./Policy.ts"
import * as Holdout from "./Holdout.ts"
import * as Limits from "./Limits.ts"
import type { Finding, Rule } from "./Verdict.ts"

const tolerance = 50
/** How much longer than the lead a follow-up may stand before what happened meanwhile counts as known. */
export const raceSlack = 1_000

/** A follow-up that was sent, and everything that it is judged by. */
export interface Question {
  readonly chat: ChatTimeline.ChatTimeline
  readonly contact: Contact.Contact
  readonly at: number
  /** How much later than due it may come for being busy. */
  readonly grace: number
  /**
   * Whether the scheduler was answered about this chat between that instant and this follow-up, and could have acted on
   * it.
   */
  readonly wasShown: (since: number) => boolean
  /** The same of an answer that shows who unsubscribed. */
  readonly wasShownContacts: (since: number) => boolean
  /** How much longer than another change an unsubscription may stay unknown. */
  readonly optOutAge: number
  /** How long the scheduler stood still between that instant and this follow-up, in milliseconds. */
  readonly stoodStill: (since: number) => number
}

/** What is wrong with a follow-up, and what excuses it. */
export interface Judgement {
  readonly findings: ReadonlyArray<Finding>
  /** How long before the follow-up the change came that it raced with, in milliseconds. */
  readonly race: number | undefined
  /** Set before the contact wrote, and sent after. */
  readonly isStray: boolean
  /** Steps that may have been left out for being late, and this is the one after them. */
  readonly leftOut: number
}

interface Obstacle {
  readonly rule: Rule
  readonly since: number | undefined
  readonly detail: string
}

const obstaclesOf = (
  policy: Policy,
  { at, chat, contact }: Question
): ReadonlyArray<Obstacle & { readonly since: number }> => {
  const all: ReadonlyArray<Obstacle> = [
    { rule: "after_reply", since: chat.waitingSince, detail: "the contact waits for an answer" },
    {
      rule: "after_takeover",
      since: ChatTimeline.staffSince(chat, policy),
      detail: "a human has written in this chat"
    },
    { rule: "after_takeover", since: chat.assignedSince, detail: "a human is assigned" },
    { rule: "after_takeover", since: chat.aiOffSince, detail: "the assistant is switched off" },
    { rule: "while_closed", since: chat.closedSince, detail: "closed" },
    { rule: "while_snoozed", since: chat.snoozedSince, detail: "snoozed" },
    { rule: "while_muted", since: ChatTimeline.isMuted(chat, at) ? chat.mutedSince : undefined, detail: "muted" },
    { rule: "to_blocked", since: contact.blockedSince, detail: "the contact is blocked" },
    { rule: "to_unsubscribed", since: contact.unsubscribedSince, detail: "the contact has unsubscribed" }
  ]
  return all.flatMap(({ detail, rule, since }) => (since === undefined ? [] : [{ rule, since, detail }]))
}

/**
 * The steps that the next follow-up may be: strays of this silence are counted, or not, and a step that may be left out
 * for being late makes room for the one after it.
 */
export const possibleSteps = (
  { steps }: Policy,
  { sent, strays }: Pick<ChatTimeline.ChatTimeline, "sent" | "strays">
): ReadonlyArray<Step> => {
  const from = steps.slice(sent)
  const firstKept = from.findIndex((step) => step.lateness?.beyond !== "skip")
  return from.slice(0, strays + 1 + (firstKept === -1 ? from.length : firstKept))
}

/** How many steps may have been left out for being late before a follow-up at this instant. */
export const leftOut = (policy: Policy, { at, chat }: Pick<Question, "at" | "chat">): number => {
  const { lastOursAt = at } = chat
  const isOver = ({ after, lateness }: Step) => lateness?.beyond === "skip" && at - lastOursAt > after + lateness.limit
  return possibleSteps(policy, chat).slice(0, -1).filter(isOver).length
}

const cadence = (policy: Policy, { at, chat }: Question): Finding | undefined => {
  const after = possibleSteps(policy, chat)
  const nth = `follow-up ${chat.sent + 1} of this silence`
  if (after.length === 0)
    return { rule: "duplicate", detail: `${nth}, and the policy has ${policy.steps.length} steps` }
  // Where it may come early, it may do so by this much, though only to catch the window.
  const early = Limits.windowOf(policy, chat)?.prefer_early ?? 0
  const least = Math.min(...after.map((step) => step.after)) - early
  const gap = chat.lastFollowUpAt === undefined ? Infinity : at - chat.lastFollowUpAt
  if (gap < least - tolerance) {
    return { rule: "duplicate", detail: `${nth}, ${gap} ms after the one before and not ${least} ms` }
  }
  const answered = chat.answerBegunAt
  if (answered === undefined) {
    return chat.staffSince === undefined
      ? { rule: "too_early", detail: "there is no message of ours to follow up" }
      : undefined
  }
  return at - answered < least
    ? { rule: "too_early", detail: `${at - answered} ms after our message and not ${least} ms` }
    : undefined
}

/** A cap or a mute that is over may have put it off: then it is unknown when it was due. */
const lateness = (policy: Policy, calendar: Calendar, { at, chat, grace }: Question): Finding | undefined => {
  const zones = calendar.zonesOf(chat.country, at)
  const { lastOursAt } = chat
  if (zones.length === 0 || lastOursAt === undefined || policy.caps.length > 0 || chat.mutedUntil !== undefined)
    return undefined
  const steps = possibleSteps(policy, chat)
  const isLate = (step: Step) => {
    const due = calendar.firstAllowed(zones, lastOursAt + step.after, chat.country)
    return (
      due !== undefined && Limits.isTooLate(calendar, zones, step, due, at, policy.arm_lead + policy.spread + grace)
    )
  }
  return steps.length > 0 && steps.every(isLate)
    ? { rule: "too_late", detail: "later than its step allows" }
    : undefined
}

const timing = (policy: Policy, calendar: Calendar, { at, chat }: Question): ReadonlyArray<Finding> => {
  const zones = calendar.zonesOf(chat.country, at)
  const hindrance =
    zones.length === 0 ? "the contact's time zone is unknown" : calendar.hindrance(zones, at, chat.country)
  const anchor = chat.answeredAt ?? chat.lastOursAt
  const from = policy.effective_from
  return [
    ...(hindrance === undefined ? [] : [{ rule: "quiet_hours", detail: hindrance } as const]),
    ...(Holdout.isLeftOut(policy, chat)
      ? [{ rule: "to_holdout", detail: "the contact is in the holdout of the policy" } as const]
      : []),
    ...(anchor !== undefined && from !== undefined && anchor < from
      ? [{ rule: "before_effective_from", detail: `our message of ${toIso(anchor)} is older than the policy` } as const]
      : []),
    ...Limits.judge(policy, calendar, chat, zones, at)
  ]
}

/**
 * Judges one follow-up by the policy. What changed too shortly before it for the scheduler to know is no violation, and
 * is counted as a race.
 */
export const judge = (policy: Policy, calendar: Calendar, question: Question): Judgement => {
  const { at, chat, optOutAge, stoodStill, wasShown, wasShownContacts } = question
  const isWithin = (since: number, limit: number) => at - since - stoodStill(since) <= limit
  const isUnseen = (since: number) => isWithin(since, policy.arm_lead + raceSlack) && !wasShown(since)
  const isUnseenOptOut = (since: number) =>
    isWithin(since, policy.arm_lead + raceSlack + optOutAge) && !wasShownContacts(since)
  const [seen, unseen] = Arr.partition(obstaclesOf(policy, question), ({ rule, since }) =>
    rule === "to_unsubscribed" ? isUnseenOptOut(since) : isUnseen(since)
  )
  const { repliedSinceSet } = chat
  // The contact wrote, and was answered, while the follow-up stood.
  const answeredMeanwhile =
    chat.followUpBy === ChatTimeline.schedulerKey && repliedSinceSet !== undefined && isUnseen(repliedSinceSet)
      ? repliedSinceSet
      : undefined
  const isStray = answeredMeanwhile !== undefined || unseen.some(({ rule }) => rule === "after_reply")
  const beat =
    chat.waitingSince !== undefined || isStray
      ? undefined
      : (cadence(policy, question) ?? lateness(policy, calendar, question))
  const raced = [...unseen.map(({ since }) => since), ...Arr.fromNullable(answeredMeanwhile)]
  return {
    findings: [
      ...Arr.dedupeWith(seen, (a, b) => a.rule === b.rule).map(({ detail, rule, since }) => ({
        rule,
        detail: `${detail}, since ${toIso(since)}`
      })),
      ...Arr.fromNullable(beat),
      ...timing(policy, calendar, question)
    ],
    race: seen.length === 0 && raced.length > 0 ? at - Math.min(...raced) : undefined,
    isStray,
    leftOut: isStray ? 0 : leftOut(policy, question)
  }
}
