/** Exports metrics and spans by OTLP over HTTP, as JSON. */
import * as OtlpMetrics from "@effect/opentelemetry/OtlpMetrics"
import * as OtlpSerialization from "@effect/opentelemetry/OtlpSerialization"
import * as OtlpTracer from "@effect/opentelemetry/OtlpTracer"
import * as Duration from "effect/Duration"
import * as Layer from "effect/Layer"

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

/**
 * Exports for as long as the layer lives. When it ends, a last export may take one second. An export that fails is not
 * an error of the program.
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
  ).pipe(Layer.provide(OtlpSerialization.layerJson))
}
