/** Exports metrics and spans by OTLP over HTTP, as JSON. */
import * as OtlpMetrics from "@effect/opentelemetry/OtlpMetrics"
import * as OtlpSerialization from "@effect/opentelemetry/OtlpSerialization"
import * as OtlpTracer from "@effect/opentelemetry/OtlpTracer"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MonotonicClock from "../../MonotonicClock.ts"

/**
 * The collector, and how it is reached. `OtlpExporter` reads it from the variables of the OpenTelemetry specification.
 */
export interface Settings {
  /** The collector; signals go to `v1/metrics` and `v1/traces` below it. */
  readonly endpoint: URL
  readonly headers: Record<string, string>
  readonly serviceName: string
  /** How often metrics are exported. */
  readonly interval: Duration.Duration
}

/** A process that ends waits no longer than this for a collector. */
const shutdownTimeout = Duration.seconds(1)

/** A collector that stays away is named in the log again after this time. */
const namedAgainAfter = Duration.minutes(10)

/** Names in the log what keeps the collector from taking an export, at most once in {@link namedAgainAfter}. */
const logging = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(HttpClient.HttpClient, (client) => {
    let namedAt = Number.NEGATIVE_INFINITY
    const name = (what: string) =>
      Effect.flatMap(MonotonicClock.millis, (now) => {
        if (now - namedAt < Duration.toMillis(namedAgainAfter)) return Effect.void
        namedAt = now
        return Effect.logWarning(`the collector of OTEL_EXPORTER_OTLP_ENDPOINT ${what}; metrics and spans are lost`)
      })
    return HttpClient.transformResponse(client, (response) =>
      Effect.tapBoth(response, {
        onFailure: () => name("cannot be reached"),
        onSuccess: ({ status }) => (status < 300 ? Effect.void : name(`answers ${status}`))
      })
    )
  })
)

/**
 * Exports for as long as the layer lives. When it ends, a last export may take one second. An export that fails is not
 * an error of the program; the log names it.
 */
export const layer = ({ endpoint, headers, interval, serviceName }: Settings) => {
  const to = (signal: string) => ({
    url: `${endpoint.href.replace(/\/+$/, "")}/v1/${signal}`,
    headers,
    resource: { serviceName },
    shutdownTimeout
  })
  return Layer.merge(
    OtlpMetrics.layer({ ...to("metrics"), exportInterval: interval }),
    OtlpTracer.layer(to("traces"))
  ).pipe(Layer.provide(OtlpSerialization.layerJson), Layer.provide(logging))
}
