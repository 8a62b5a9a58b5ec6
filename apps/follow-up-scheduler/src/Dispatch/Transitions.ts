/** The moves a follow-up can make in the ledger, each with its audit line and its next timer. */
import * as SendGuard from "@effect-invent/client/SendGuard"
import { isRetryable, type RepeatableError } from "@effect-invent/domain/InventError"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { FollowUp } from "../Plan/FollowUp.ts"
import type { Change, Ledger } from "../Ledger.ts"
import type { Reason } from "../Decide/Reason.ts"
import type { Timer } from "../Timer.ts"
import * as Delay from "./Delay.ts"

/** All of it where that is too short to be divided. */
const halfOf = (millis: number) => (millis <= 3000 ? millis : Math.ceil(millis / 2))

export const iso = (instant: DateTime.Utc | null): string | null => (instant === null ? null : DateTime.formatIso(instant))

export const make = (ledger: Ledger["Type"], timer: Timer["Type"]) => {
  /** Changes the follow-up and sets its next timer; nothing where somebody else changed it first. */
  const reschedule = (from: FollowUp, change: Change & { readonly due_at: DateTime.Utc }, name: string, detail = {}) =>
    Effect.flatMap(ledger.advance(from, { failures: 0, ...change }, { name, detail: { ...detail, look_at: iso(change.due_at) } }), (changed) =>
      Effect.forEach(Option.toArray(changed), timer.schedule, { discard: true })
    )

  const rescheduleIn = (from: FollowUp, wait: Duration.Duration, change: Change, name: string, detail = {}) =>
    Effect.flatMap(DateTime.now, (now) => reschedule(from, { ...change, due_at: DateTime.addDuration(now, wait) }, name, detail))

  const end = (from: FollowUp, status: "skipped" | "withdrawn" | "unknown", reason: Reason) =>
    ledger.advance(from, { status, reason }, { name: status, detail: { reason } })

  /** Ends it, and all there is to do in this chat, until the chat is watched again. */
  const endWithDecision = (from: FollowUp, decision: "Failed" | "Skip", reason: "chat_gone" | "not_listed") =>
    Effect.zipRight(
      end(from, "skipped", reason),
      ledger.decided({ chat_id: from.chat_id, conversation_id: from.conversation_id, decision, reason, until: null })
    )

  const endChatGone = (from: FollowUp) => endWithDecision(from, "Failed", "chat_gone")

  const endNotListed = (from: FollowUp) => endWithDecision(from, "Skip", "not_listed")

  /** Looks again after a while; where `before` is still to come, halfway there, and so again and again until it is. */
  const lookAgain = (from: FollowUp, error: RepeatableError, before: DateTime.Utc | undefined) =>
    Effect.flatMap(DateTime.now, (now) => {
      const name = SendGuard.isWithheld(error) ? "held_back" : "unreachable"
      const left = before === undefined ? 0 : before.epochMillis - now.epochMillis
      if (left > 0) return reschedule(from, { due_at: DateTime.add(now, { millis: halfOf(left) }), failures: from.failures }, name, { error: error._tag })
      const due_at = DateTime.addDuration(now, Delay.afterFailure(from.failures))
      return reschedule(from, { due_at, failures: from.failures + 1 }, name, { error: error._tag })
    })

  /**
   * A request failed for good, or is worth another look later: its outcome, where there is one, is read from the chat.
   * `refused` is what becomes of a follow-up whose request the server refuses, and `before` until when there is no time to lose.
   */
  const onError = (from: FollowUp, error: RepeatableError, refused: "skipped" | "unknown", before?: DateTime.Utc) => {
    if (error._tag === "NotFound") return endChatGone(from)
    if (isRetryable(error) || SendGuard.isWithheld(error) || error._tag === "UnexpectedResponse" || error._tag === "Unauthorized") {
      return lookAgain(from, error, before)
    }
    return end(from, refused, "refused")
  }

  return { reschedule, rescheduleIn, end, endChatGone, endNotListed, onError }
}
