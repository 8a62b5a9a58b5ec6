/** Updates the metrics of `Telemetry`. */
import { isUndecodable } from "@effect-invent/domain/schema/Undecodable"
import type { RuntimeFiber } from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import type * as Metric from "effect/Metric"
import * as MetricLabel from "effect/MetricLabel"
import type { Lane } from "../../RateLimit.ts"
import * as Telemetry from "../../Telemetry.ts"
import type { CallState } from "../pipeline/CallState.ts"
import type * as SemanticConventions from "./SemanticConventions.ts"

type Fiber = RuntimeFiber<unknown, unknown>

type Labels = ReadonlyArray<MetricLabel.MetricLabel>

/** The registry knows a list of labels by its identity: so it is made once. */
const remembered = (
  made: Map<string, Labels>,
  key: string,
  attributes: () => SemanticConventions.Attributes
): Labels => {
  const known = made.get(key)
  if (known !== undefined) return known
  const labels = Object.entries(attributes()).map(([name, value]) => MetricLabel.make(name, String(value)))
  made.set(key, labels)
  return labels
}

const lanes = new Map<string, Labels>()
const ofLane = (lane: Lane): Labels => remembered(lanes, lane, () => ({ "invent.lane": lane }))

const endpoints = new Map<string, Labels>()
const ofEndpoint = (endpoint: string): Labels =>
  remembered(endpoints, endpoint, () => ({ "invent.endpoint": endpoint }))

const endings = new WeakMap<SemanticConventions.Attributes, Map<string, Labels>>()

const ofEnding = (common: SemanticConventions.Attributes, ending: SemanticConventions.Attributes): Labels => {
  const known = endings.get(common) ?? new Map<string, Labels>()
  endings.set(common, known)
  return remembered(known, Object.values(ending).join(" "), () => ({ ...common, ...ending }))
}

const update = <Type, In, Out>(metric: Metric.Metric<Type, In, Out>, fiber: Fiber, value: In, own: Labels): void => {
  const around = fiber.getFiberRef(FiberRef.currentMetricLabels)
  metric.unsafeUpdate(value, around.length === 0 ? own : [...around, ...own])
}

/** The wait for a permit, in seconds. */
export const queue = (fiber: Fiber, lane: Lane, seconds: number): void =>
  update(Telemetry.queueDuration, fiber, seconds, ofLane(lane))

/** A request of a call, and how it ended; `common` is the same object for all with these attributes. */
export const request = (
  fiber: Fiber,
  { endpoint, status }: CallState,
  common: SemanticConventions.Attributes,
  ending: SemanticConventions.Attributes,
  millis: number
): void => {
  if (status === 429) update(Telemetry.throttled, fiber, 1, ofEndpoint(endpoint))
  update(Telemetry.requestDuration, fiber, millis / 1000, ofEnding(common, ending))
}

/**
 * How many values in here could not be read, at any depth. It does not recurse: an answer can be nested deeper than the
 * stack is. A decoded date-time or unknown enum value holds no such value, so only lists and plain objects are looked
 * into.
 */
const undecodableIn = (value: unknown): number => {
  let count = 0
  const rest = [value]
  while (rest.length > 0) {
    const next = rest.pop()
    if (typeof next !== "object" || next === null) continue
    if (Array.isArray(next)) {
      for (const entry of next) if (typeof entry === "object") rest.push(entry)
    } else if (isUndecodable(next)) count++
    else if (Object.getPrototypeOf(next) === Object.prototype) {
      for (const key in next) {
        const inside = next[key as keyof typeof next] as unknown
        if (typeof inside === "object") rest.push(inside)
      }
    }
  }
  return count
}

/**
 * Counts what could not be read of an answer: entries of lists and of lists inside them, and objects inside an object.
 */
export const undecodable = (fiber: Fiber, { endpoint }: CallState, value: unknown): void => {
  const count = undecodableIn(value)
  if (count > 0) update(Telemetry.undecodable, fiber, count, ofEndpoint(endpoint))
}

/** Counts the requests of a call that is over. */
export const call = (fiber: Fiber, { attempts, endpoint }: CallState): void =>
  update(Telemetry.callRequests, fiber, attempts, ofEndpoint(endpoint))
