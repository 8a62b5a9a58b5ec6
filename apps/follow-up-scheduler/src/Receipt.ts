/** What became of an armed follow-up, as far as a fresh look at its chat tells. Pure. */
import * as Data from "effect/Data"
import type { ChatSnapshot, Message } from "./ChatSnapshot.ts"
import * as Decide from "./Decide.ts"
import type { FollowUp } from "./FollowUp.ts"
import type { Reason } from "./Reason.ts"

export type Receipt = Data.TaggedEnum<{
  /** The assistant wrote it. */
  Sent: { readonly message: Message }
  /** Something happened that a follow-up must not come after. */
  Overtaken: { readonly reason: Reason }
  /** Our value stands, and its time has not come or the message is not there yet. */
  Standing: {}
  /** No value stands, and no message is there. */
  Cleared: {}
  /** Another value stands. */
  Replaced: {}
}>
export const Receipt = Data.taggedEnum<Receipt>()

/** The vendor may write a little before the instant it was given. */
const earlyMillis = 1000

export const read = (followUp: FollowUp, chat: ChatSnapshot): Receipt => {
  const due = followUp.follow_up_at?.epochMillis ?? 0
  const index = chat.messages.findIndex((message) => message.id === followUp.after_id)
  const next = chat.messages.slice(index + 1).find((message) => !message.isRunning)
  if (next?.author === "assistant") {
    return next.at.epochMillis >= due - earlyMillis
      ? Receipt.Sent({ message: next })
      : Receipt.Overtaken({ reason: "superseded" })
  }
  if (next?.author === "human") return Receipt.Overtaken({ reason: "human_takeover" })
  if (next?.author === "contact") return Receipt.Overtaken({ reason: "replied" })
  const hindrance = Decide.hindrance(chat)
  if (hindrance !== undefined) return Receipt.Overtaken({ reason: hindrance })
  if (chat.state === "SNOOZED") return Receipt.Overtaken({ reason: "snoozed" })
  if (chat.muted_until !== undefined && chat.muted_until.epochMillis > due) return Receipt.Overtaken({ reason: "muted" })
  if (chat.follow_up_at === undefined) return Receipt.Cleared()
  return chat.follow_up_at.epochMillis === due ? Receipt.Standing() : Receipt.Replaced()
}
