/**
 * Messages of the assistant that no contact asked for: after an earlier message of ours, without the contact between.
 * By the silence before it, one counts as a step of the policy, whichever program requested it: then no step is owed or
 * allowed in its place.
 */
import type * as ChatTimeline from "./ChatTimeline.ts"
import { leftOut, possibleSteps } from "./FollowUp.ts"
import type { Policy } from "./Policy.ts"

/** A step is taken by a message that comes after half of its silence; so near to that, it may have been. */
const half = 0.5
const tolerance = 0.1

/** `after` is the chat as the message left it, for another reason than a follow-up of the scheduler. */
export const count = (
  policy: Policy,
  before: ChatTimeline.ChatTimeline,
  after: ChatTimeline.ChatTimeline,
  at: number
): ChatTimeline.ChatTimeline => {
  const steps = possibleSteps(policy, before)
  const { answeredAt, lastOursAt, staffSince, waitingSince } = before
  const isUnasked = waitingSince === undefined && staffSince === undefined && answeredAt !== undefined
  if (!isUnasked || lastOursAt === undefined || after.lastOursAt !== at || steps.length === 0) return after
  const silent = at - lastOursAt
  const unasked = [...after.unasked, at]
  const silences = steps.map((step) => step.after)
  if (silent < Math.min(...silences) * (half - tolerance)) return after
  if (silent < Math.max(...silences) * (half + tolerance)) return { ...after, unasked, strays: after.strays + 1 }
  return {
    ...after,
    unasked,
    answeredAt,
    answerBegunAt: before.answerBegunAt,
    lastFollowUpAt: at,
    sent: after.sent + 1,
    strays: after.strays + leftOut(policy, { at, chat: before })
  }
}
