/**
 * A period in which a chat, without a break, could have been followed up and the policy has a step left for
 * it. When it ends, this returns whether its follow-up had not come by the deadline.
 */
import type { Calendar } from "./Calendar.ts"
import * as ChatTimeline from "./ChatTimeline.ts"
import type * as Contact from "./Contact.ts"
import { possibleSteps } from "./FollowUp.ts"
import * as Holdout from "./Holdout.ts"
import * as Limits from "./Limits.ts"
import { toIso } from "./Instant.ts"
import type { Policy } from "./Policy.ts"

/**
 * A time in which a chat waits for its next follow-up and nothing stands against it. It ends with that follow-up, or is
 * judged as missed.
 */
export interface EligiblePeriod {
  readonly since: number
  /** Our last message, follow-ups included. */
  readonly anchor: number
  /** The chat's follow-ups so far: a period is about the next one. */
  readonly sent: number
  readonly strays: number
  readonly zones: ReadonlyArray<string>
  readonly country: string | null
  /** When the channel closes to us. */
  readonly closes: number
  /** Whether a cap may hold this one back: then it is unknown when it was due. */
  readonly isCapped: boolean
}

const isAllowed = (policy: Policy, chat: ChatTimeline.ChatTimeline, contact: Contact.Contact): boolean =>
  [
    ChatTimeline.staffSince(chat, policy),
    chat.assignedSince,
    chat.aiOffSince,
    chat.closedSince,
    chat.snoozedSince,
    contact.blockedSince,
    contact.unsubscribedSince
  ].every((since) => since === undefined) && !ChatTimeline.isForeign(chat)

/** The period that a chat is in from now on, or will be in when it is no longer muted. */
export const begin = (
  policy: Policy,
  calendar: Calendar,
  chat: ChatTimeline.ChatTimeline,
  contact: Contact.Contact,
  at: number
): EligiblePeriod | undefined => {
  const { answeredAt, lastOursAt: anchor, mutedUntil = at, sent, strays } = chat
  if (answeredAt === undefined || anchor === undefined) return undefined
  if (!Limits.isMatched(policy, chat) || !isAllowed(policy, chat, contact) || sent + strays >= policy.steps.length)
    return undefined
  if (Holdout.mayBeLeftOut(policy, chat)) return undefined
  if (policy.effective_from !== undefined && answeredAt < policy.effective_from) return undefined
  const zones = calendar.zonesOf(chat.country, at)
  if (zones.length === 0) return undefined
  const closes = Limits.closesAt(policy, chat)
  const isCapped = Limits.fullCap(policy, calendar, chat, zones, at, chat.unasked) !== undefined
  return { since: Math.max(at, mutedUntil), anchor, sent, strays, zones, country: chat.country, closes, isCapped }
}

/** Goes on with the period before, if nothing about it has changed at this instant. */
export const resume = (
  before: EligiblePeriod | undefined,
  now: EligiblePeriod | undefined,
  at: number
): EligiblePeriod | undefined => {
  const isSame =
    before !== undefined &&
    now !== undefined &&
    now.since === Math.max(at, before.since) &&
    before.anchor === now.anchor &&
    before.isCapped === now.isCapped &&
    before.sent === now.sent &&
    before.strays === now.strays
  return isSame ? before : now
}

/** A follow-up that had not come by the last instant at which it would have been on time. */
export interface Overdue {
  /** When our message was sent that it follows up. */
  readonly anchor: number
  readonly deadline: number
  readonly detail: string
}

/** Whether a step can no longer be taken on its own day by its lateness, and is owed on another one. */
const mayBeShifted = (policy: Policy, calendar: Calendar, period: EligiblePeriod): boolean =>
  possibleSteps(policy, period).some(({ after, lateness }) => {
    if (lateness?.beyond !== "shift") return false
    const firstAllowed = (at: number) => calendar.firstAllowed(period.zones, at, period.country) ?? Infinity
    const due = firstAllowed(period.anchor + after)
    return firstAllowed(Math.max(due, period.since)) > due + lateness.limit
  })

/**
 * Judges a period that ended. A contact who could be followed up only after the due instant is owed nothing at it. A
 * due instant so near the end of the allowed hours that the lead, the spread and the grace reach beyond them may also
 * be taken up in the next ones. A step that may be shifted to another day is owed at no instant that is known here.
 * Where the channel closes within the lead, the spread and the grace, it may close before
 * the follow-up.
 */
export const overdue = (
  policy: Policy,
  calendar: Calendar,
  period: EligiblePeriod,
  end: number,
  grace: number
): Overdue | undefined => {
  if (period.isCapped) return undefined
  const { country, zones } = period
  const silent = period.anchor + Math.max(...possibleSteps(policy, period).map((step) => step.after))
  const slack = policy.arm_lead + policy.spread + grace
  if (silent + slack >= end) return undefined
  const due = calendar.firstAllowed(zones, silent, country)
  if (due === undefined || period.since > due || mayBeShifted(policy, calendar, period)) return undefined
  const reachable = calendar.firstAllowed(zones, due + slack, country)
  const deadline = reachable === due + slack ? reachable : (reachable ?? Infinity) + slack
  if (deadline >= end || deadline >= period.closes) return undefined
  const nth = `follow-up ${period.sent + 1} to our message of ${toIso(period.anchor)}`
  return { anchor: period.anchor, deadline, detail: `${nth} was due at ${toIso(due)}` }
}
