/**
 * Exports metrics and spans, if `OTEL_EXPORTER_OTLP_ENDPOINT` names a collector: by OTLP over HTTP, as JSON, with the
 * headers of `OTEL_EXPORTER_OTLP_HEADERS`. Spans contain the ids of conversations; neither spans nor metrics contain a
 * text, a name or a key.
 *
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Lazy from "../Lazy.ts"

/** `OTEL_EXPORTER_OTLP_HEADERS`: `name=value`, comma-separated, values percent-encoded. */
export const headers = Config.redacted("OTEL_EXPORTER_OTLP_HEADERS").pipe(
  Config.mapAttempt((text) =>
    Object.fromEntries(
      Redacted.value(text)
        .split(",")
        .flatMap((pair) => {
          const [name, ...value] = pair.split("=")
          return name === undefined || name.trim() === ""
            ? []
            : [[name.trim(), decodeURIComponent(value.join("=").trim())]]
        })
    )
  ),
  Config.withDefault({})
)

/** `OTEL_EXPORTER_OTLP_ENDPOINT`: the collector. Without one nothing is exported. */
export const endpoint = Config.url("OTEL_EXPORTER_OTLP_ENDPOINT")

/** `OTEL_SERVICE_NAME`, else `follow-ups`. */
export const serviceName = Config.withDefault(Config.nonEmptyString("OTEL_SERVICE_NAME"), "follow-ups")

/** `OTEL_METRIC_EXPORT_INTERVAL`, in milliseconds as in the specification, else a minute. */
export const interval = Config.integer("OTEL_METRIC_EXPORT_INTERVAL").pipe(
  Config.map(Duration.millis),
  Config.withDefault(Duration.minutes(1))
)

const settings = Config.all({ endpoint, headers, serviceName, interval })

/**
 * Exports to the collector of the environment. Without one no spans are made, which saves a tenth of the scheduler's
 * processor time, and neither the exporter nor `http` is loaded.
 */
export const layer = <A, E>(http: Layer.Layer<A, E>) =>
  Layer.unwrapEffect(
    Config.option(settings).pipe(
      Effect.map(
        Option.match({
          onNone: () => Layer.setTracerEnabled(false),
          onSome: (to) =>
            Layer.provide(
              Lazy.layer(
                "OpenTelemetry",
                () => import("./OtlpExporter/Exporter.ts"),
                (exporter) => exporter.layer(to)
              ),
              http
            )
        })
      )
    )
  )
