/**
 * What a client measures of itself: metrics of `effect/Metric`, in the process's registry, for `Metric.snapshot` and
 * every exporter. Names, units and attributes are OpenTelemetry's where it has them, and begin with `invent.client.`
 * otherwise.
 *
 * Spans: one for each call, `InventClient.messages.list`, and under it one of kind client for each request that left,
 * named and attributed as in the conventions, `GET /chats/{chat_id}/messages` with `http.request.resend_count` from
 * the second on and `invent.client.queue.duration`. Neither has a key, a body, a header or the value of a query
 * parameter.
 *
 * Logs, at level Debug and so off unless `Logger.withMinimumLogLevel(LogLevel.Debug)` is around the calls: for each
 * request that left a line `GET /chats/{chat_id}/messages` with `attempt`, `duration` and `queued` (the wait for the
 * rate limit) in seconds, and how it ended, by the attributes of the metrics. For each wait before another request a
 * line with `next` (which request it is), `wait` in seconds and `because`, what the last one failed with. Ids, queries,
 * headers, bodies and texts of a server are in none of them. `request` is logged by the path it was given, and as `/…`
 * where it has no `params`.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
 */
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as MetricKey from "effect/MetricKey"
import type * as MetricKeyType from "effect/MetricKeyType"
import * as MetricLabel from "effect/MetricLabel"

/** The unit is part of the key: what `Metric.tagged` adds is looked up anew with each update. */
const inUnit = <Type extends MetricKeyType.MetricKeyType.Untyped>(unit: string, key: MetricKey.MetricKey<Type>) =>
  Metric.fromMetricKey(MetricKey.taggedWithLabels(key, [MetricLabel.make("unit", unit)]))

const histogram = (
  name: string,
  unit: string,
  boundaries: ReadonlyArray<number>,
  description: string
): Metric.Metric.Histogram<number> =>
  inUnit(unit, MetricKey.histogram(name, MetricBoundaries.fromIterable(boundaries), description))

/**
 * From the sending of a request to the end of its answer's body, in seconds, without the wait for the rate limit.
 * Attributes: `http.request.method`, `url.template`, `server.address`, `server.port`, `http.response.status_code` when
 * there was an answer, `error.type` when it is a failure: the status, or the name of what happened. And
 * `invent.client.name` where the client has a name.
 */
export const requestDuration = histogram(
  "http.client.request.duration",
  "s",
  [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  "Duration of HTTP client requests."
)

/** How long each request waited for its permit before it left, in seconds. Attribute: `invent.lane`. */
export const queueDuration = histogram(
  "invent.client.queue.duration",
  "s",
  [0.001, 0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 1200],
  "Time that a request waited for the rate limit."
)

/** Requests of each call, when it is over; none when it never left the queue. Attribute: `invent.endpoint`. */
export const callRequests = histogram(
  "invent.client.call.requests",
  "{request}",
  [0, 1, 2, 3, 4, 8, 16, 64],
  "Requests that a call took."
)

/** Answers with 429. Attribute: `invent.endpoint`. */
export const throttled: Metric.Metric.Counter<number> = inUnit(
  "{response}",
  MetricKey.counter("invent.client.throttled", { description: "Answers with status 429.", incremental: true })
)

/**
 * Entries of lists, and objects inside an object, that are not what the contract expects and stay in their places as
 * such, at any depth of an answer. Attribute: `invent.endpoint`.
 */
export const undecodable: Metric.Metric.Counter<number> = inUnit(
  "{entry}",
  MetricKey.counter("invent.client.undecodable", {
    description: "Entries of lists, and objects inside an object, that could not be read.",
    incremental: true
  })
)

/**
 * What is left of a client's retry budget. Attributes: `server.address`, `server.port`, and `invent.client.name` where
 * the client has a name; of several clients with the same ones, what is left to the one that touched its own last.
 */
export const retryBudget: Metric.Metric.Gauge<number> = inUnit(
  "{retry}",
  MetricKey.gauge("invent.client.retry.budget", { description: "Retries that the shared budget still allows." })
)
