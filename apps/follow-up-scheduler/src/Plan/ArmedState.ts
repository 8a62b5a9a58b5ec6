/** What became of an armed follow-up, as far as a fresh look at its chat tells. Pure. */
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import type { ChatSnapshot, Message } from "../Decide/ChatSnapshot.ts"
import * as Decide from "../Decide.ts"
import type { FollowUp } from "./FollowUp.ts"
import type { Policy } from "../Policy.ts"
import type { Reason } from "../Decide/Reason.ts"

export type ArmedState = Data.TaggedEnum<{
  /** The assistant wrote it. */
  Sent: { readonly message: Message }
  /** Something happened that a follow-up must not come after. */
  Overtaken: { readonly reason: Reason }
  /** Overtaken, and there is a message that may be it, written all the same, or the answer to a reply. */
  Unclear: { readonly reason: Reason }
  /** Our value stands, and its time has not come or the message is not there yet. */
  Standing: {}
  /** No value stands, and no message is there. */
  Cleared: {}
  /** Another value stands. */
  Replaced: {}
}>
export const ArmedState = Data.taggedEnum<ArmedState>()

/** The vendor may write a little before the instant it was given. */
export const earlyMillis = 1000
/** Until when it can be taken back. */
export const lastChance = ({ follow_up_at }: FollowUp): DateTime.Utc | undefined =>
  follow_up_at === null ? undefined : DateTime.subtract(follow_up_at, { millis: earlyMillis })
/** After a reply, what it writes later than this is the answer. */
const lateMillis = 10_000

const overtakenBy = { assistant: "superseded", human: "human_takeover", contact: "replied" } as const

/**
 * Somebody wrote first, and no value stands any more: it was cleared, or carried out just before that could be seen. Of what
 * the assistant wrote around the instant one message is the follow-up if another answers the reply, or if there is none.
 */
const crossed = (since: ReadonlyArray<Message>, due: number, reason: Reason): ArmedState => {
  const isAround = ({ at, author }: Message) =>
    author === "assistant" && at.epochMillis >= due - earlyMillis && at.epochMillis <= due + lateMillis
  const around = since.filter(isAround)
  const message = around.find(({ at }) => at.epochMillis >= due) ?? around.at(-1)
  if (message === undefined) return ArmedState.Overtaken({ reason })
  const place = since.indexOf(message)
  const reply = since.findLastIndex(({ author }, index) => author === "contact" && index < place)
  const nextReply = since.findIndex(({ author }, index) => author === "contact" && index > place)
  const turn = since.slice(reply + 1, nextReply === -1 ? undefined : nextReply).filter(({ author }) => author === "assistant")
  if (reply === -1 || turn.length > 1) return message.isRunning ? ArmedState.Unclear({ reason }) : ArmedState.Sent({ message })
  return nextReply === -1 ? ArmedState.Unclear({ reason }) : ArmedState.Overtaken({ reason })
}

export const read = (followUp: FollowUp, chat: ChatSnapshot, policy: Policy): ArmedState => {
  const due = followUp.follow_up_at?.epochMillis ?? 0
  const index = chat.messages.findIndex((message) => message.id === followUp.after_id)
  const since = chat.messages.slice(index + 1)
  const next = since.find((message) => !message.isRunning)
  const isStanding = chat.follow_up_at?.epochMillis === due
  // A message without a date is the follow-up where its value is gone.
  const isTimely = (message: Message) => (message.isDated ? message.at.epochMillis >= due - earlyMillis : !isStanding)
  if (next?.author === "assistant" && isTimely(next)) return ArmedState.Sent({ message: next })
  if (next !== undefined) {
    const reason = overtakenBy[next.author]
    return isStanding ? ArmedState.Overtaken({ reason }) : crossed(since, due, reason)
  }
  const hindrance = Decide.blockingReason(chat, policy)
  if (hindrance !== undefined) return ArmedState.Overtaken({ reason: hindrance })
  if (chat.hasUnreadable) return ArmedState.Overtaken({ reason: "unreadable_message" })
  if (chat.state === "SNOOZED") return ArmedState.Overtaken({ reason: "snoozed" })
  if (chat.muted_until !== undefined && chat.muted_until.epochMillis > due) return ArmedState.Overtaken({ reason: "muted" })
  if (chat.follow_up_at === undefined) return ArmedState.Cleared()
  if (chat.follow_up_at.epochMillis !== due) return ArmedState.Replaced()
  const misfit = Decide.policyMismatch(policy, chat, followUp.follow_up_at ?? DateTime.unsafeMake(0))
  return misfit === undefined ? ArmedState.Standing() : ArmedState.Overtaken({ reason: misfit })
}
