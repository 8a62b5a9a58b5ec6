/** The troubles that the ledger shows. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Delay from "../../Dispatch/Delay.ts"
import { Ledger } from "../../Ledger.ts"
import type { Kind } from "../Trouble.ts"
import type { Thresholds } from "./Thresholds.ts"
import * as CountText from "../../Policy/CountText.ts"

/** A trouble that was found now. */
export interface Found {
  readonly kind: Kind
  /** See `Trouble.subject`. */
  readonly subject?: string
  readonly found: string
  /** Where that is known. */
  readonly since?: DateTime.Utc
}

/** The troubles that the ledger shows. `cost`: how long one follow-up keeps the quota busy. */
export const find = ({ lateAfter, pausedFor }: Pick<Thresholds, "lateAfter" | "pausedFor">, cost: Duration.Duration) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const now = yield* DateTime.now
    const [paused, held] = [yield* ledger.paused, yield* ledger.heldBy]
    const unknown = yield* ledger.unknown
    const allowed = Duration.sum(lateAfter, Duration.times(cost, yield* ledger.pending(Duration.zero)))
    const late = yield* ledger.late(allowed, Delay.failuresIn(allowed))
    const found: Array<Found> = []
    if (Option.isSome(held) && Option.isSome(paused))
      found.push({ kind: "held", found: `everything is held: ${held.value}`, since: paused.value })
    const isForgotten = Option.exists(paused, (since) =>
      DateTime.lessThan(since, DateTime.subtractDuration(now, pausedFor))
    )
    if (isForgotten && Option.isNone(held) && Option.isSome(paused))
      found.push({ kind: "paused", found: "everything is paused", since: paused.value })
    if (unknown > 0)
      found.push({
        kind: "outcome_unknown",
        found: `the outcome of ${CountText.count(unknown, "follow-up")} is unknown`
      })
    if (late > 0 && Option.isNone(paused))
      found.push({
        kind: "late",
        found: `${CountText.count(late, "follow-up")} more than ${Duration.format(allowed)} late`
      })
    return found
  })

/** How long after it was to be carried out a refused follow-up is a trouble of {@link findRefused}. */
const refusedWithin = Duration.hours(1)

/**
 * The trouble `write_refused` as the ledger shows it, for a process that has sent nothing itself. `serve` finds it in
 * the answers of the service, where it ends with the next update or message that is accepted; here it ends an hour
 * after the last follow-up that was refused.
 */
export const findRefused = Effect.gen(function* () {
  const [ledger, now] = [yield* Ledger, yield* DateTime.now]
  const { count, first } = yield* ledger.refusedSince(DateTime.subtractDuration(now, refusedWithin))
  if (count === 0) return []
  const found: Found = {
    kind: "write_refused",
    found: `the service refused the update or message of ${CountText.count(count, "follow-up")} in the last hour`,
    // It may have been refused a little before it was to be carried out.
    since: DateTime.min(
      Option.getOrElse(first, () => now),
      now
    )
  }
  return [found]
})
