/**
 * How long a follow-up waits between two reads of its chat, and which waits on record are too long. Waits are kept as
 * dates, since they survive the process: a date that was written while the clock was fast makes the wait longer by as
 * much. Pure.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type { FollowUp } from "../Plan/FollowUp.ts"
import type { Policy } from "../Policy.ts"

/** After this many failures in a row the wait does not get longer. */
export const mostFailures = 4

/**
 * How long to wait before reading again a chat that could not be read or written: 30 seconds, doubled with each failure
 * in a row, at most 5 minutes.
 */
export const afterFailure = (failures: number): Duration.Duration =>
  Duration.min(Duration.times("30 seconds", 2 ** Math.min(failures, mostFailures)), "5 minutes")

/** After how many failures in a row a follow-up has waited for this long: each of them moves the date it is due at. */
export const failuresIn = (time: Duration.Duration): number => {
  let failures = 0
  for (let left = Duration.toMillis(time); left > 0; failures++) left -= Duration.toMillis(afterFailure(failures))
  return failures
}

/** How long after a lost answer the message is looked for: by then the service lists it. */
export const visibleWithin = Duration.seconds(10)

/** How far the clocks of two schedulers may differ. */
export const skew = Duration.seconds(10)

/** The longest wait that such a row can have been given. */
const longest = (
  { failures, status }: FollowUp,
  { confirm_after }: Pick<Policy, "confirm_after">
): Duration.Duration => {
  const failed = failures > 0 ? afterFailure(failures - 1) : Duration.zero
  return status === "armed" ? Duration.max(failed, Duration.max(confirm_after, visibleWithin)) : failed
}

/**
 * Whether the row waits for longer than any wait of its kind: the clock was fast when it was written. The date of a
 * plan that did not fail comes from the policy, so it is never too long.
 */
export const isTooLong = (row: FollowUp, policy: Pick<Policy, "confirm_after">, now: DateTime.Utc): boolean => {
  if (row.status === "planned" && row.failures === 0) return false
  const waited = DateTime.addDuration(now, longest(row, policy))
  const confirmed = DateTime.addDuration(row.follow_up_at ?? now, policy.confirm_after)
  const latest = row.status === "armed" ? DateTime.max(waited, confirmed) : waited
  return DateTime.greaterThan(row.due_at, DateTime.addDuration(latest, skew))
}
