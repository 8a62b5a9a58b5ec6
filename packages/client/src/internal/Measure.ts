/** Updates the metrics of `Telemetry`. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Metric from "effect/Metric"
import * as MetricLabel from "effect/MetricLabel"
import { CurrentLane } from "../RateLimit.ts"
import type { Failure } from "../RetryPolicy.ts"
import * as Telemetry from "../Telemetry.ts"
import type { Call, Step } from "./Call.ts"
import * as Conventions from "./Conventions.ts"

/** Updates a metric under these attributes. The registry knows a list of labels by its identity. */
const updater = <Type, In, Out>(metric: Metric.Metric<Type, In, Out>) => {
  const made = new Map<string, ReadonlyArray<MetricLabel.MetricLabel>>()
  const labelled = (attributes: Conventions.Attributes) => {
    const key = Object.values(attributes).join("\n")
    const known = made.get(key) ?? Object.entries(attributes).map(([name, value]) => MetricLabel.make(name, String(value)))
    made.set(key, known)
    return known
  }
  return (attributes: Conventions.Attributes, value: In) =>
    Effect.map(Effect.metricLabels, (around) => {
      const own = labelled(attributes)
      metric.unsafeUpdate(value, around.length === 0 ? own : [...around, ...own])
    })
}

/** On the monotone clock. */
const nanos = Clock.clockWith((clock) => Effect.succeed(clock.unsafeCurrentTimeNanos()))

const seconds = (from: bigint, to: bigint) => Number(to - from) / 1e9

const queueDuration = updater(Telemetry.queueDuration)
const requestDuration = updater(Telemetry.requestDuration)
const callRequests = updater(Telemetry.callRequests)
const throttled = updater(Telemetry.throttled)

/** The wait before a permit: `granted` is to be run when it has come. */
export const queue = (call: Call): Effect.Effect<{ readonly granted: Effect.Effect<void> }> =>
  Effect.map(nanos, (since) => ({
    granted: Effect.flatMap(Effect.zip(nanos, CurrentLane), ([now, lane]) => {
      call.queued = seconds(since, now)
      return queueDuration({ "invent.lane": lane }, call.queued)
    })
  }))

export const requests =
  (endpointOf: Conventions.EndpointOf) =>
  (next: Step<Failure>): Step<Failure> =>
  (request, call) =>
    Effect.flatMap(nanos, (since) =>
      Effect.onExit(next(request, call), (exit) =>
        Effect.flatMap(nanos, (now) => {
          const attributes = { ...endpointOf(request, call), ...Conventions.endingOf(exit, call) }
          const duration = requestDuration(attributes, seconds(since, now))
          return call.status === 429 ? Effect.zipRight(throttled({ "invent.endpoint": call.endpoint }, 1), duration) : duration
        })
      )
    )

export const calls =
  <E>(next: Step<E>): Step<E> =>
  (request, call) =>
    Effect.ensuring(
      next(request, call),
      Effect.suspend(() => callRequests({ "invent.endpoint": call.endpoint }, call.attempts))
    )
