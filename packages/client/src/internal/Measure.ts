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

/** Updates a metric under the attributes that the key stands for. The registry knows a list of labels by its identity. */
const updater = <Type, In, Out>(metric: Metric.Metric<Type, In, Out>) => {
  const made = new Map<string, ReadonlyArray<MetricLabel.MetricLabel>>()
  const labelled = (key: string, attributes: () => Conventions.Attributes) => {
    const labels = Object.entries(attributes()).map(([name, value]) => MetricLabel.make(name, String(value)))
    made.set(key, labels)
    return labels
  }
  return (fiber: Fiber, value: In, key: string, attributes: () => Conventions.Attributes) => {
    const around = fiber.getFiberRef(FiberRef.currentMetricLabels)
    const own = made.get(key) ?? labelled(key, attributes)
    metric.unsafeUpdate(value, around.length === 0 ? own : [...around, ...own])
  }
}

const queueDuration = updater(Telemetry.queueDuration)
const requestDuration = updater(Telemetry.requestDuration)
const callRequests = updater(Telemetry.callRequests)
const throttled = updater(Telemetry.throttled)

/** The wait for a permit, in seconds. */
export const queue = (fiber: Fiber, lane: Lane, seconds: number): void =>
  queueDuration(fiber, seconds, lane, () => ({ "invent.lane": lane }))

/** A request of a call to this server, and how it ended. */
export const request = (
  fiber: Fiber,
  { endpoint, status }: Call,
  server: Conventions.Attributes,
  ending: Conventions.Attributes,
  millis: number
): void => {
  if (status === 429) throttled(fiber, 1, endpoint, () => ({ "invent.endpoint": endpoint }))
  const key = [endpoint, server["server.address"], server["server.port"], ...Object.values(ending)].join(" ")
  requestDuration(fiber, millis / 1000, key, () => ({ ...server, ...ending }))
}

export const call = (fiber: Fiber, { attempts, endpoint }: Call): void =>
  callRequests(fiber, attempts, endpoint, () => ({ "invent.endpoint": endpoint }))
