/**
 * How late follow-ups will be because the quota is spent, by what is due when and what each costs. Pure.
 *
 * A number of requests per window is allowed. What is due is served in the order of its instants and at that rate, and
 * what is due later waits behind it. The burst that the limiter allows after an idle time is left out: a forecast errs
 * to the late side, by a tenth of a window.
 */
import * as RateLimit from "@effect-invent/client/RateLimit"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as ReadingShare from "../Watch/ReadingShare.ts"
import * as CountText from "../Policy/CountText.ts"

/**
 * Requests of a follow-up that goes well: row, newest chat, update, row, message. Fewer where several that are due
 * share the rows they read. One more, for the messages, in a process that has not read the chat before.
 */
export const requestsPerFollowUp = 5

/** The vendor's limit, and the part of it that follow-ups may use. */
export interface Quota {
  /** Requests per window. */
  readonly limit: number
  readonly window: Duration.Duration
  /** What is left of them for follow-ups, 0 to 1. */
  readonly share: number
}

/** The documented limit, less the shares for watching the inbox and for reading who opted out. */
export const quota = (limit: Pick<Quota, "limit" | "window"> = RateLimit.defaults): Quota => ({
  ...limit,
  share: 1 - 2 * ReadingShare.wholeInbox - ReadingShare.optOuts
})

/** How long one follow-up keeps the quota busy. */
export const costOf = ({ limit, share, window }: Quota): Duration.Duration =>
  Duration.times(window, requestsPerFollowUp / (limit * share))

/** When each of these will be done, in the order in which they are due. What is overdue counts as due now. */
export const etas = (
  due: ReadonlyArray<DateTime.Utc>,
  now: DateTime.Utc,
  quota: Quota
): ReadonlyArray<DateTime.Utc> => {
  const cost = Duration.toMillis(costOf(quota))
  let free = now.epochMillis
  return Arr.map(Arr.sort(due, DateTime.Order), (at) => {
    free = Math.max(free, at.epochMillis) + cost
    return DateTime.unsafeMake(free)
  })
}

/** A time in which more is due than the quota carries. */
export interface Backlog {
  readonly from: DateTime.Utc
  readonly until: DateTime.Utc
  readonly followUps: number
  /** How long after its instant the latest of them will be done. */
  readonly latest: Duration.Duration
}

/** Up to this late counts as in time: a few that are due at one moment are no backlog. */
export const tolerance = Duration.minutes(1)

/** The backlog with the latest follow-up; undefined where all will be in time. */
export const worst = (due: ReadonlyArray<DateTime.Utc>, now: DateTime.Utc, quota: Quota): Backlog | undefined => {
  const cost = Duration.toMillis(costOf(quota))
  let found: Backlog | undefined
  let latestFound = Duration.toMillis(tolerance)
  let current = { from: 0, until: Number.NEGATIVE_INFINITY, followUps: 0, latest: 0 }
  for (const at of Arr.sort(due, DateTime.Order)) {
    const due_at = Math.max(at.epochMillis, now.epochMillis)
    if (due_at >= current.until) current = { from: due_at, until: due_at, followUps: 0, latest: 0 }
    current.until += cost
    current.followUps++
    current.latest = Math.max(current.latest, current.until - due_at)
    if (current.latest >= latestFound) {
      const { followUps, from, latest, until } = current
      latestFound = latest
      found = {
        from: DateTime.unsafeMake(from),
        until: DateTime.unsafeMake(until),
        followUps,
        latest: Duration.millis(latest)
      }
    }
  }
  return found
}

/** In whole minutes, upwards. */
const roughly = (duration: Duration.Duration) =>
  Duration.format(Duration.minutes(Math.ceil(Duration.toMinutes(duration))))

/** A backlog as a sentence, for people. */
export const describe = ({ followUps, from, latest, until }: Backlog): string =>
  `${CountText.count(followUps, "follow-up")} from ${DateTime.formatIso(from).slice(0, 16)}Z will take ` +
  `${roughly(DateTime.distanceDuration(from, until))}; ` +
  `the latest will be ${roughly(latest)} late`
