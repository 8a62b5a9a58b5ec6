/** What the scheduler measures of itself: metrics of `effect/Metric`, in the process's registry, beside those of the client. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as MetricLabel from "effect/MetricLabel"
import type { FollowUp } from "./FollowUp.ts"

/** Looks at a chat. Attributes: `decision`, and `reason` where it is one not to act. */
export const looks = Metric.counter("invent.scheduler.looks", { description: "Looks at a chat, by what was decided.", incremental: true })

/** Follow-ups that ended. Attributes: `status`, as the ledger has it, and `reason` where there is one. */
export const ends = Metric.counter("invent.scheduler.ends", { description: "Follow-ups that ended, by how.", incremental: true })

/** How long after the instant it was due for a follow-up was taken up, in seconds. Attribute: `status` until then. */
export const lateness: Metric.Metric.Histogram<number> = Metric.histogram(
  "invent.scheduler.lateness",
  MetricBoundaries.fromIterable([0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600]),
  "How late follow-ups were taken up."
).pipe(Metric.tagged("unit", "s"))

/** Follow-ups that are planned or under way. */
export const open = Metric.gauge("invent.scheduler.open", { description: "Follow-ups that are planned or under way." })

/** Those of them that were to be looked at by now. */
export const overdue = Metric.gauge("invent.scheduler.overdue", { description: "Follow-ups that were to be looked at by now." })

const labels = (attributes: Readonly<Record<string, string | null | undefined>>) =>
  Object.entries(attributes).flatMap(([name, value]) => (value == null ? [] : [MetricLabel.make(name, value)]))

export const looked = (decision: string, reason: string | null) =>
  Metric.increment(Metric.taggedWithLabels(looks, labels({ decision, reason })))

export const ended = (status: string, reason: string | null | undefined) =>
  Metric.increment(Metric.taggedWithLabels(ends, labels({ status, reason })))

export const takenUp = ({ due_at, status }: FollowUp) =>
  Effect.flatMap(DateTime.now, (now) =>
    Metric.update(Metric.taggedWithLabels(lateness, labels({ status })), Math.max(0, now.epochMillis - due_at.epochMillis) / 1000)
  )

/** What is open, counted. */
export const counted = (count: { readonly open: number; readonly overdue: number }) =>
  Effect.zipRight(Metric.set(open, count.open), Metric.set(overdue, count.overdue))
