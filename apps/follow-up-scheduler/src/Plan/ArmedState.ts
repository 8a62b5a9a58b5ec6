/** What became of an armed follow-up, by a fresh read of its chat. Pure. */
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import { type ChatSnapshot, hasUnlistedReply, type Message } from "../Decide/ChatSnapshot.ts"
import * as Decide from "../Decide.ts"
import type { FollowUp } from "./FollowUp.ts"
import type { Policy } from "../Policy.ts"
import type { Reason } from "../Decide/Reason.ts"

/** What a fresh read of its chat shows about an armed follow-up. `Dispatch/ScheduleFollowUp.ts` acts on it. */
export type ArmedState = Data.TaggedEnum<{
  /** The assistant wrote this message as the follow-up. */
  Sent: { readonly message: Message }
  /** Something happened after which the follow-up must not come; the reason says what. */
  Invalidated: { readonly reason: Reason }
  /**
   * Invalidated, and this message of the assistant is there, which may be the follow-up, or the answer to the contact's
   * reply.
   */
  Ambiguous: { readonly reason: Reason; readonly message: Message }
  /** The chat still has our `follow_up_at`: its instant has not come, or the message is not listed yet. */
  Pending: {}
  /** The chat has no `follow_up_at`, and no message is there. */
  Cleared: {}
  /** The chat has a `follow_up_at` that is not ours. */
  Replaced: {}
}>
/** Constructors of the type of this name, by tag. */
export const ArmedState = Data.taggedEnum<ArmedState>()

/** How long before `follow_up_at` the vendor may already write, in milliseconds. */
export const earlyMillis = 1000
/** Until when an armed follow-up can be taken back: one second before its instant. Undefined where none is set. */
export const withdrawableUntil = ({ follow_up_at }: FollowUp): DateTime.Utc | undefined =>
  follow_up_at === null ? undefined : DateTime.subtract(follow_up_at, { millis: earlyMillis })
/** A message written at most this many milliseconds after `follow_up_at` was written at that instant. */
export const promptMillis = 1000
/** After a reply, a message written more than this many milliseconds after the instant is the answer to the reply. */
const lateMillis = 10_000

const reasonByAuthor = { assistant: "superseded", human: "human_takeover", contact: "replied" } as const

/**
 * The state of a follow-up whose `follow_up_at` is gone and before which somebody wrote: it was cleared, or carried out
 * just before. One of the assistant's messages around the instant is the follow-up if another one answers the reply, or
 * if there was no reply.
 */
const ofClearedValue = (since: ReadonlyArray<Message>, due: number, reason: Reason): ArmedState => {
  const isAround = ({ at, author }: Message) =>
    author === "assistant" && at.epochMillis >= due - earlyMillis && at.epochMillis <= due + lateMillis
  const around = since.filter(isAround)
  const message = around.find(({ at }) => at.epochMillis >= due) ?? around.at(-1)
  if (message === undefined) return ArmedState.Invalidated({ reason })
  const place = since.indexOf(message)
  const reply = since.findLastIndex(({ author }, index) => author === "contact" && index < place)
  const nextReply = since.findIndex(({ author }, index) => author === "contact" && index > place)
  const turn = since
    .slice(reply + 1, nextReply === -1 ? undefined : nextReply)
    .filter(({ author }) => author === "assistant")
  if (reply === -1 || turn.length > 1)
    return message.isRunning ? ArmedState.Ambiguous({ reason, message }) : ArmedState.Sent({ message })
  return nextReply === -1 ? ArmedState.Ambiguous({ reason, message }) : ArmedState.Invalidated({ reason })
}

/**
 * Compares a chat with the follow-up that was armed for it. The messages after `after_id` are checked first, then
 * whether the conversation goes on in another chat and what forbids a follow-up, then `follow_up_at`, and last whether
 * the policy is still for this chat. A message of the assistant counts as the follow-up from {@link earlyMillis} before
 * its instant on; broadcasts from then on are ignored. Hours and caps are not checked again.
 */
export const read = (followUp: FollowUp, chat: ChatSnapshot, policy: Policy): ArmedState => {
  const due = followUp.follow_up_at?.epochMillis ?? 0
  const index = chat.messages.findIndex((message) => message.id === followUp.after_id)
  const isStillSet = chat.follow_up_at?.epochMillis === due
  // A message without a date is the follow-up where its value is gone.
  const isTimely = (message: Message) => (message.isDated ? message.at.epochMillis >= due - earlyMillis : !isStillSet)
  const since = chat.messages.slice(index + 1).filter((message) => !(message.isBroadcast && isTimely(message)))
  const next = since.find((message) => !message.isRunning)
  if (next?.author === "assistant" && isTimely(next)) return ArmedState.Sent({ message: next })
  if (next !== undefined) {
    const reason = reasonByAuthor[next.author]
    return isStillSet ? ArmedState.Invalidated({ reason }) : ofClearedValue(since, due, reason)
  }
  if (chat.goesOnIn !== undefined) return ArmedState.Invalidated({ reason: "moved_on" })
  const blocked = Decide.blockingReason(chat, policy)
  if (blocked !== undefined) return ArmedState.Invalidated({ reason: blocked })
  if (chat.hasUnreadable) return ArmedState.Invalidated({ reason: "unreadable_message" })
  if (isStillSet && hasUnlistedReply(chat)) return ArmedState.Invalidated({ reason: "replied" })
  const idle = Decide.idleReason(chat)
  if (idle !== undefined) return ArmedState.Invalidated({ reason: idle })
  if (chat.muted_until !== undefined && chat.muted_until.epochMillis > due)
    return ArmedState.Invalidated({ reason: "muted" })
  if (chat.follow_up_at === undefined) return ArmedState.Cleared()
  if (chat.follow_up_at.epochMillis !== due) return ArmedState.Replaced()
  const mismatch = Decide.policyMismatch(policy, chat, followUp.follow_up_at ?? DateTime.unsafeMake(0))
  return mismatch === undefined ? ArmedState.Pending() : ArmedState.Invalidated({ reason: mismatch })
}
