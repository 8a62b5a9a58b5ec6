/** The moves a follow-up can make in the ledger, each with its audit line and its next timer. */
import { isRetryable, type RepeatableError } from "@effect-invent/domain/InventError"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { FollowUp } from "../FollowUp.ts"
import type { Change, Ledger } from "../Ledger.ts"
import type { Reason } from "../Reason.ts"
import type { Timer } from "../Timer.ts"

/** When to look again at a chat that could not be read or written. */
const unreachableDelay = Duration.seconds(30)

export const iso = (instant: DateTime.Utc | null): string | null => (instant === null ? null : DateTime.formatIso(instant))

export const make = (ledger: Ledger["Type"], timer: Timer["Type"]) => {
  /** Changes the follow-up and sets its next timer; nothing where somebody else changed it first. */
  const goOn = (from: FollowUp, change: Change & { readonly due_at: DateTime.Utc }, name: string, detail = {}) =>
    Effect.flatMap(ledger.advance(from, change, { name, detail: { ...detail, look_at: iso(change.due_at) } }), (changed) =>
      Effect.forEach(Option.toArray(changed), timer.schedule, { discard: true })
    )

  const later = (from: FollowUp, wait: Duration.Duration, change: Change, name: string, detail = {}) =>
    Effect.flatMap(DateTime.now, (now) => goOn(from, { ...change, due_at: DateTime.addDuration(now, wait) }, name, detail))

  const end = (from: FollowUp, status: "skipped" | "withdrawn" | "unknown", reason: Reason) =>
    ledger.advance(from, { status, reason }, { name: status, detail: { reason } })

  const gone = (from: FollowUp) =>
    Effect.zipRight(
      end(from, "skipped", "chat_gone"),
      ledger.decided({
        chat_id: from.chat_id,
        conversation_id: from.conversation_id,
        decision: "Failed",
        reason: "chat_gone",
        until: null
      })
    )

  /** A request failed for good, or is worth another look later: its outcome, where there is one, is read from the chat. */
  const onError = (from: FollowUp, error: RepeatableError) => {
    if (error._tag === "NotFound") return gone(from)
    if (isRetryable(error) || error._tag === "UnexpectedResponse" || error._tag === "Unauthorized") {
      return later(from, unreachableDelay, {}, "unreachable", { error: error._tag })
    }
    return end(from, "skipped", "refused")
  }

  return { goOn, later, end, onError }
}
