/**
 * The changes of a row that all actions share. Each writes an audit entry, and sets the next timer where the row waits.
 */
import * as SendGuard from "@effect-invent/client/SendGuard"
import { type InventError, isRetryable, type RepeatableError } from "@effect-invent/domain/InventError"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { FollowUp } from "../Plan/FollowUp.ts"
import type { Change, Ledger } from "../Ledger.ts"
import * as AuditEvent from "../Ledger/AuditEvent.ts"
import type { Reason } from "../Decide/Reason.ts"
import type { Timer } from "../Timer.ts"
import * as Delay from "./Delay.ts"

/** Half of a length of time, in milliseconds; all of it where that is 3 seconds or less. */
const halfOf = (millis: number) => (millis <= 3000 ? millis : Math.ceil(millis / 2))

/**
 * Whether the same request can succeed later. An answer that cannot be decoded counts, because the next read shows what
 * became of the request; a refused key counts, because an operator can put it right.
 */
export const canSucceedLater = (error: InventError): boolean =>
  isRetryable(error) ||
  SendGuard.isWithheld(error) ||
  error._tag === "UnexpectedResponse" ||
  error._tag === "Unauthorized"

/**
 * The changes over this ledger and timer. Where another process has changed the row since it was read, nothing is
 * changed and no timer is set. Fails with `SqlError` only.
 */
export const make = (ledger: Ledger["Type"], timer: Timer["Type"]) => {
  /** Changes the row, lets it wait until `due_at`, and sets its timer. `failures` goes back to 0 unless given. */
  const reschedule = (from: FollowUp, change: Change & { readonly due_at: DateTime.Utc }, event: AuditEvent.Waiting) =>
    Effect.flatMap(
      ledger.advance(from, { failures: 0, ...change }, AuditEvent.until(event, change.due_at)),
      (changed) => Effect.forEach(Option.toArray(changed), timer.schedule, { discard: true })
    )

  const rescheduleIn = (from: FollowUp, wait: Duration.Duration, change: Change, event: AuditEvent.Waiting) =>
    Effect.flatMap(DateTime.now, (now) =>
      reschedule(from, { ...change, due_at: DateTime.addDuration(now, wait) }, event)
    )

  const end = (from: FollowUp, status: "skipped" | "withdrawn" | "unknown", reason: Reason) =>
    ledger.advance(from, { status, reason }, { name: status, detail: { reason } })

  /**
   * Ends the follow-up as skipped and records the decision about its chat. Nothing else happens there until the watch
   * names the chat again.
   */
  const endWithDecision = (
    from: FollowUp,
    decision: "Failed" | "Skip",
    reason: "chat_gone" | "not_listed" | "refused" | "unreachable"
  ) =>
    Effect.flatMap(end(from, "skipped", reason), (ended) =>
      // A row that another process has changed meanwhile stays as it is, and so does the decision.
      Option.isNone(ended)
        ? Effect.succeedNone
        : ledger.decided({
            chat_id: from.chat_id,
            conversation_id: from.conversation_id,
            decision,
            reason,
            until: null
          })
    )

  const endChatGone = (from: FollowUp) => endWithDecision(from, "Failed", "chat_gone")

  /** The watch reads a chat again whose latest decision has this reason, also where nothing happens in it. */
  const endUnreachable = (from: FollowUp) => endWithDecision(from, "Failed", "unreachable")

  const endRefused = (from: FollowUp) => endWithDecision(from, "Failed", "refused")

  const endNotListed = (from: FollowUp) => endWithDecision(from, "Skip", "not_listed")

  /**
   * Reads the chat again later. Before `before`, after half of the time that is left, and so on; else after a wait that
   * doubles with each failure in a row.
   */
  const lookAgain = (from: FollowUp, error: RepeatableError, before: DateTime.Utc | undefined) =>
    Effect.flatMap(DateTime.now, (now) => {
      const name = SendGuard.isWithheld(error) ? "held_back" : "unreachable"
      const event = { name, detail: { error: error._tag } } as const
      const left = before === undefined ? 0 : before.epochMillis - now.epochMillis
      if (left > 0)
        return reschedule(from, { due_at: DateTime.add(now, { millis: halfOf(left) }), failures: from.failures }, event)
      const due_at = DateTime.addDuration(now, Delay.afterFailure(from.failures))
      return reschedule(from, { due_at, failures: from.failures + 1 }, event)
    })

  /**
   * Plans an armed follow-up again whose request was certainly not applied, and counts no attempt: at once where it was
   * held back, else after a wait that doubles with each failure in a row.
   */
  const planAgain = (armed: FollowUp, error: InventError) => {
    const unarmed = { status: "planned", follow_up_at: null, attempts: armed.attempts - 1 } as const
    if (SendGuard.isWithheld(error)) return rescheduleIn(armed, Duration.zero, unarmed, { name: "planned_again" })
    const change = { ...unarmed, failures: armed.failures + 1 }
    return rescheduleIn(armed, Delay.afterFailure(armed.failures), change, {
      name: "unreachable",
      detail: { error: error._tag }
    })
  }

  /**
   * After a failed request: ends the follow-up where the chat is gone (404) or the request is refused for good; else
   * reads the chat again later, which shows the outcome. `refused`: the status of a refused follow-up. `before`: until
   * when every read counts.
   */
  const onError = (from: FollowUp, error: RepeatableError, refused: "skipped" | "unknown", before?: DateTime.Utc) => {
    if (error._tag === "NotFound") return endChatGone(from)
    if (canSucceedLater(error)) return lookAgain(from, error, before)
    return refused === "skipped" ? endRefused(from) : end(from, refused, "refused")
  }

  return { reschedule, rescheduleIn, planAgain, end, endChatGone, endUnreachable, endNotListed, endRefused, onError }
}
