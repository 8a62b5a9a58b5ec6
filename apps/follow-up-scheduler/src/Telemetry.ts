/** The metrics of the scheduler: `effect/Metric`, in the registry of the process, beside those of the client. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as MetricLabel from "effect/MetricLabel"
import type { FollowUp } from "./Plan/FollowUp.ts"
import { nameOf } from "./Policy.ts"

/**
 * Decisions about chats. Attributes: `decision`, `reason` where it is not to act, the name of the `policy`, and of the
 * `variant` where it is known; and `org`, where several organizations are named.
 */
export const decisions = Metric.counter("invent.scheduler.decisions", {
  description: "Decisions about chats, by decision and reason.",
  incremental: true
})

/**
 * Follow-ups that ended. Attributes: `status`, as the ledger has it, `reason` where there is one, `policy`, and
 * `variant` where there is one; `org` where several organizations are named.
 */
export const ends = Metric.counter("invent.scheduler.ends", {
  description: "Follow-ups that ended, by how.",
  incremental: true
})

/** How long after it was due a follow-up was taken up, in seconds. Attributes: `status` until then, `policy`. */
export const lateness: Metric.Metric.Histogram<number> = Metric.histogram(
  "invent.scheduler.lateness",
  MetricBoundaries.fromIterable([0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600]),
  "How late follow-ups were taken up."
).pipe(Metric.tagged("unit", "s"))

/** Follow-ups that are planned or under way. */
export const open = Metric.gauge("invent.scheduler.open", { description: "Follow-ups that are planned or under way." })

/** Follow-ups that were due by now. */
export const overdue = Metric.gauge("invent.scheduler.overdue", {
  description: "Follow-ups that were to be looked at by now."
})

/** Follow-ups of which it is unknown whether they were sent: an operator has to decide about each. */
export const unknown = Metric.gauge("invent.scheduler.unknown", {
  description: "Follow-ups of which it is unknown whether they were sent."
})

/** 1 while follow-ups are paused or held, else 0. */
export const paused = Metric.gauge("invent.scheduler.paused", { description: "1 while follow-ups are paused." })

/** 1 while the service does not answer and only single reads are made, else 0. */
export const outage = Metric.gauge("invent.scheduler.outage", {
  description: "1 while the service does not answer and is left alone."
})

/** How long ago a list of chats was last read, in seconds. */
export const listAge: Metric.Metric.Gauge<number> = Metric.gauge("invent.scheduler.list.age", {
  description: "How long ago a list of chats was last read."
}).pipe(Metric.tagged("unit", "s"))

/** 1 while the service refuses the key, else 0. */
export const keyRefused = Metric.gauge("invent.scheduler.key.refused", {
  description: "1 while the service refuses the API key."
})

/** 1 while a policy file is refused and the policies in force stay, else 0. */
export const policiesRefused = Metric.gauge("invent.scheduler.policies.refused", {
  description: "1 while a policy file is refused, and the policies in force stay."
})

/** How far this machine's clock is ahead of the server's, in seconds; below 0 it is behind. */
export const clockAhead: Metric.Metric.Gauge<number> = Metric.gauge("invent.scheduler.clock.ahead", {
  description: "How far this machine's clock is ahead of the server's."
}).pipe(Metric.tagged("unit", "s"))

/** When a sweep last reached its end, in seconds since 1970. */
export const sweepTimestamp: Metric.Metric.Gauge<number> = Metric.gauge("invent.scheduler.sweep.timestamp", {
  description: "When the ledger was last searched for what is due."
}).pipe(Metric.tagged("unit", "s"))

/** Requests that may be sent in a window. */
export const quotaLimit = Metric.gauge("invent.scheduler.quota.limit", {
  description: "Requests that the quota allows in its window."
})

/** Requests of this process that were answered within the last window. */
export const quotaUsed = Metric.gauge("invent.scheduler.quota.used", {
  description: "Requests that were answered within the last window."
})

/** Requests that wait for the quota now. */
export const quotaQueued = Metric.gauge("invent.scheduler.quota.queued", {
  description: "Requests that wait for the quota."
})

/** How long one more would wait, in seconds. */
export const quotaWait: Metric.Metric.Gauge<number> = Metric.gauge("invent.scheduler.quota.wait", {
  description: "How long one more request would wait for the quota."
}).pipe(Metric.tagged("unit", "s"))

/** How often metrics are set that are counted from the ledger or read from the quota. */
export const countEvery = Duration.seconds(15)

const labels = (attributes: Readonly<Record<string, string | null | undefined>>) =>
  Object.entries(attributes).flatMap(([name, value]) => (value == null ? [] : [MetricLabel.make(name, value)]))

/** A version of a policy, and a variant of it. */
interface Of {
  readonly policy: string
  readonly variant?: string | null | undefined
  /** The chat's organization, where several are named. */
  readonly org?: string | undefined
}

/** Versions of one name count together, and a policy has 8 variants at most, so that labels stay few. */
const labelsOf = ({ org, policy, variant }: Of) => ({ policy: nameOf(policy), variant, org })

/** Counts a decision by a version of a policy. */
export const decided = (decision: string, reason: string | null, of: Of) =>
  Metric.increment(Metric.taggedWithLabels(decisions, labels({ decision, reason, ...labelsOf(of) })))

/** Counts a follow-up that ended. */
export const ended = (status: string, reason: string | null | undefined, of: Of) =>
  Metric.increment(Metric.taggedWithLabels(ends, labels({ status, reason, ...labelsOf(of) })))

/** Records how late a follow-up was taken up, in seconds; one that is early counts as 0. */
export const takenUp = ({ due_at, policy, status }: FollowUp) =>
  Effect.flatMap(DateTime.now, (now) =>
    Metric.update(
      Metric.taggedWithLabels(lateness, labels({ status, policy: nameOf(policy) })),
      Math.max(0, now.epochMillis - due_at.epochMillis) / 1000
    )
  )

/** Records that a sweep has reached its end, now. */
export const swept = Effect.flatMap(DateTime.now, ({ epochMillis }) => Metric.set(sweepTimestamp, epochMillis / 1000))

/** Sets the gauges of what the ledger holds. */
export const counted = (count: {
  readonly open: number
  readonly overdue: number
  readonly unknown: number
  readonly isPaused: boolean
}) =>
  Effect.all(
    [
      Metric.set(open, count.open),
      Metric.set(overdue, count.overdue),
      Metric.set(unknown, count.unknown),
      Metric.set(paused, Number(count.isPaused))
    ],
    { discard: true }
  )

/** Sets the gauges of the quota. */
export const quotaMeasured = (reading: {
  readonly limit: number
  readonly used: number
  readonly queued: number
  readonly expectedWait: Duration.Duration
}) =>
  Effect.all(
    [
      Metric.set(quotaLimit, reading.limit),
      Metric.set(quotaUsed, reading.used),
      Metric.set(quotaQueued, reading.queued),
      Metric.set(quotaWait, Duration.toSeconds(reading.expectedWait))
    ],
    { discard: true }
  )
