/**
 * The metrics of this process as Prometheus reads them, in its text format 0.0.4. Names become what OpenTelemetry makes
 * of them there: `http.client.request.duration` in seconds is `http_client_request_duration_seconds`, and what only
 * grows ends in `_total`.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
 */
import * as MetricKeyType from "effect/MetricKeyType"
import type * as MetricPair from "effect/MetricPair"
import * as MetricState from "effect/MetricState"
import * as Option from "effect/Option"

/** The media type of the text format 0.0.4. */
export const contentType = "text/plain; version=0.0.4; charset=utf-8"

type Labels = ReadonlyArray<readonly [name: string, value: string]>

interface Sample {
  readonly suffix?: string
  readonly labels?: Labels
  readonly value: number | bigint
}

interface Reading {
  readonly type: "counter" | "gauge" | "histogram" | "summary"
  readonly samples: ReadonlyArray<Sample>
}

const legal = (name: string): string => name.replace(/[^a-zA-Z0-9_]/g, "_").replace(/^(?=\d|$)/, "_")
const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")

const number = (value: number | bigint): string =>
  value === Number.POSITIVE_INFINITY ? "+Inf" : value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value)

/** A name twice in one sample makes the whole answer unreadable: the last one counts. */
const labelled = (labels: Labels): string => {
  const pairs = [...new Map(labels.map(([name, value]) => [legal(name), value]))]
  return pairs.length === 0
    ? ""
    : `{${pairs.map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`).join(",")}}`
}

const read = (
  { keyType }: MetricPair.MetricPair.Untyped["metricKey"],
  state: MetricState.MetricState.Untyped
): Reading | undefined => {
  if (MetricState.isCounterState(state)) {
    const onlyGrows = MetricKeyType.isCounterKey(keyType) && keyType.incremental
    return { type: onlyGrows ? "counter" : "gauge", samples: [{ value: state.count }] }
  }
  if (MetricState.isGaugeState(state)) return { type: "gauge", samples: [{ value: state.value }] }
  if (MetricState.isFrequencyState(state)) {
    return {
      type: "counter",
      samples: [...state.occurrences].map(([key, value]) => ({ labels: [["key", key]], value }))
    }
  }
  if (MetricState.isHistogramState(state)) {
    const below = state.buckets.filter(([bound]) => Number.isFinite(bound))
    const buckets = [...below, [Number.POSITIVE_INFINITY, state.count] as const]
    const counts = buckets.map(([bound, value]): Sample => ({
      suffix: "_bucket",
      labels: [["le", number(bound)]],
      value
    }))
    return { type: "histogram", samples: [...counts, ...totals(state)] }
  }
  if (MetricState.isSummaryState(state)) {
    const quantiles = state.quantiles.map(([quantile, value]): Sample => ({
      labels: [["quantile", number(quantile)]],
      value: Option.getOrElse(value, () => Number.NaN)
    }))
    return { type: "summary", samples: [...quantiles, ...totals(state)] }
  }
  return undefined
}

const totals = ({ count, sum }: { readonly count: number; readonly sum: number }): ReadonlyArray<Sample> => [
  { suffix: "_sum", value: sum },
  { suffix: "_count", value: count }
]

/** How a unit is spelt in a name; a word in braces only describes what is counted. */
const units: Record<string, string> = { s: "seconds", ms: "milliseconds", By: "bytes", "1": "" }
const isUnit = (name: string): boolean => name === "unit" || name === "time_unit"

const nameOf = (name: string, tags: Labels, type: Reading["type"]): string => {
  const unit = tags.find(([name]) => isUnit(name))?.[1].replace(/\{.*\}/, "") ?? ""
  const endings = [units[unit] ?? unit, type === "counter" ? "total" : ""].filter((ending) => ending !== "")
  return endings.reduce(
    (name, ending) => (name.endsWith(`_${legal(ending)}`) ? name : `${name}_${legal(ending)}`),
    legal(name)
  )
}

interface Family {
  readonly head: string
  readonly type: Reading["type"]
  /** The lines of each set of labels. */
  readonly members: Map<string, string>
}

/**
 * The metrics in the text format. Where two metrics have one name and different kinds, or the same labels, the first
 * one is kept: both would make the whole answer unreadable.
 */
export const encode = (pairs: Iterable<MetricPair.MetricPair.Untyped>): string => {
  const families = new Map<string, Family>()
  for (const { metricKey, metricState } of pairs) {
    const reading = read(metricKey, metricState)
    if (reading === undefined) continue
    const tags = metricKey.tags.map(({ key, value }) => [key, value] as const)
    const labels = tags.filter(([name]) => !isUnit(name))
    const name = nameOf(metricKey.name, tags, reading.type)
    const help = Option.match(metricKey.description, {
      onNone: () => "",
      onSome: (text) => `# HELP ${name} ${escaped(text)}\n`
    })
    const family = families.get(name) ?? {
      head: `${help}# TYPE ${name} ${reading.type}\n`,
      type: reading.type,
      members: new Map()
    }
    families.set(name, family)
    const member = labelled(labels.toSorted(([a], [b]) => (a < b ? -1 : 1)))
    if (family.type !== reading.type || family.members.has(member)) continue
    const line = ({ labels: own = [], suffix = "", value }: Sample) =>
      `${name}${suffix}${labelled([...labels, ...own])} ${number(value)}\n`
    family.members.set(member, reading.samples.map(line).join(""))
  }
  return [...families.values()].map(({ head, members }) => head + [...members.values()].join("")).join("")
}
