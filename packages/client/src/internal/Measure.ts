/** Updates the metrics of `Telemetry`. */
import type { RuntimeFiber } from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import type * as Metric from "effect/Metric"
import * as MetricLabel from "effect/MetricLabel"
import type { Lane } from "../RateLimit.ts"
import * as Telemetry from "../Telemetry.ts"
import type { Call } from "./Call.ts"
import type * as Conventions from "./Conventions.ts"

type Fiber = RuntimeFiber<unknown, unknown>

/** Updates a metric under these attributes. The registry knows a list of labels by its identity. */
const updater = <Type, In, Out>(metric: Metric.Metric<Type, In, Out>) => {
  const made = new Map<string, ReadonlyArray<MetricLabel.MetricLabel>>()
  const labelled = (attributes: Conventions.Attributes) => {
    const key = Object.values(attributes).join("\n")
    const known = made.get(key) ?? Object.entries(attributes).map(([name, value]) => MetricLabel.make(name, String(value)))
    made.set(key, known)
    return known
  }
  return (fiber: Fiber, attributes: Conventions.Attributes, value: In) => {
    const around = fiber.getFiberRef(FiberRef.currentMetricLabels)
    const own = labelled(attributes)
    metric.unsafeUpdate(value, around.length === 0 ? own : [...around, ...own])
  }
}

const queueDuration = updater(Telemetry.queueDuration)
const requestDuration = updater(Telemetry.requestDuration)
const callRequests = updater(Telemetry.callRequests)
const throttled = updater(Telemetry.throttled)

/** The wait for a permit, in seconds. */
export const queue = (fiber: Fiber, lane: Lane, seconds: number): void => queueDuration(fiber, { "invent.lane": lane }, seconds)

export const request = (fiber: Fiber, call: Call, attributes: Conventions.Attributes, millis: number): void => {
  if (call.status === 429) throttled(fiber, { "invent.endpoint": call.endpoint }, 1)
  requestDuration(fiber, attributes, millis / 1000)
}

export const call = (fiber: Fiber, { attempts, endpoint }: Call): void => callRequests(fiber, { "invent.endpoint": endpoint }, attempts)
