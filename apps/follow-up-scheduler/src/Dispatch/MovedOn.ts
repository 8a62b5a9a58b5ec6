/** What becomes of a follow-up whose conversation goes on in another chat. */
import type { ChatId } from "@effect-invent/domain/Ids"
import * as Effect from "effect/Effect"
import type { FollowUp } from "../Plan/FollowUp.ts"
import type { ActionContext } from "./ActionContext.ts"

/** Ends the follow-up, records the decision about its chat, and reviews the newest one. Fails with `SqlError` only. */
export const make = ({
  chatReview,
  ledger,
  transitions
}: Pick<ActionContext, "chatReview" | "ledger" | "transitions">) =>
  Effect.fn("Dispatch.movedOn")(function* (followUp: FollowUp, status: "skipped" | "withdrawn", newest: ChatId) {
    const { chat_id, conversation_id } = followUp
    yield* transitions.end(followUp, status, "moved_on")
    yield* ledger.decided({ chat_id, conversation_id, decision: "Stop", reason: "moved_on", until: null })
    yield* chatReview.followToNewestChat(chat_id, newest)
  })
