/**
 * How long a follow-up waits between two looks, and which wait on record no clock that is right can have written. Waits are kept
 * as dates, since they outlast the process; one that was written while the clock was fast would last longer by as much. Pure.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type { FollowUp } from "../Plan/FollowUp.ts"
import type { Policy } from "../Policy.ts"

/** After how many failures in a row the wait does not get longer. */
export const mostFailures = 4

/** How long to wait before looking again at a chat that could not be read or written: twice as long each time. */
export const afterFailure = (failures: number): Duration.Duration =>
  Duration.min(Duration.times("30 seconds", 2 ** Math.min(failures, mostFailures)), "5 minutes")

/** What was applied is listed soon after its answer was lost. */
export const visibleWithin = Duration.seconds(10)

/** How far the clocks of two schedulers may differ. */
export const skew = Duration.seconds(10)

/** The longest wait, by what the row says of itself: its failures, or the confirmation that is looked for. */
const longest = ({ failures, status }: FollowUp, { confirm_after }: Policy): Duration.Duration => {
  const failed = failures > 0 ? afterFailure(failures - 1) : Duration.zero
  return status === "armed" ? Duration.max(failed, Duration.max(confirm_after, visibleWithin)) : failed
}

/**
 * Whether the row waits for longer than any wait of its kind: the clock was fast when it was written. The instant of a plan that
 * did not fail is a date of the policy's, and so is that of an armed follow-up, after which it is looked for.
 */
export const isTooLong = (row: FollowUp, policy: Policy, now: DateTime.Utc): boolean => {
  if (row.status === "planned" && row.failures === 0) return false
  const waited = DateTime.addDuration(now, longest(row, policy))
  const confirmed = DateTime.addDuration(row.follow_up_at ?? now, policy.confirm_after)
  const latest = row.status === "armed" ? DateTime.max(waited, confirmed) : waited
  return DateTime.greaterThan(row.due_at, DateTime.addDuration(latest, skew))
}
