import { describe, expect } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import { it } from "../../../tools/testing/it.ts"
import * as Prometheus from "../src/Operations/Prometheus.ts"

/** The exposition of the metrics whose names begin with this prefix. */
const exposition = (prefix: string) =>
  Effect.map(Metric.snapshot, (pairs) =>
    Prometheus.encode(pairs.filter(({ metricKey }) => metricKey.name.startsWith(prefix)))
  )

const lines = (...all: ReadonlyArray<string>) => all.map((line) => `${line}\n`).join("")

describe("a metric is exposed", () => {
  it.effect("as a counter where it only grows, in one family for all its labels", () =>
    Effect.gen(function* () {
      const ends = Metric.counter("kinds.ends", { description: "Follow-ups that ended, by how.", incremental: true })
      yield* Metric.incrementBy(Metric.tagged(ends, "status", "sent"), 2)
      yield* Metric.increment(Metric.tagged(Metric.tagged(ends, "status", "skipped"), "reason", "replied"))
      expect(yield* exposition("kinds.ends")).toBe(
        lines(
          "# HELP kinds_ends_total Follow-ups that ended, by how.",
          "# TYPE kinds_ends_total counter",
          'kinds_ends_total{status="sent"} 2',
          'kinds_ends_total{status="skipped",reason="replied"} 1'
        )
      )
    })
  )

  it.effect("as a gauge where it may fall, a counter that does among them", () =>
    Effect.gen(function* () {
      yield* Metric.incrementBy(Metric.counter("gauges.active"), -3)
      yield* Metric.set(Metric.gauge("gauges.large", { bigint: true }), 9007199254740993n)
      yield* Metric.set(Metric.gauge("gauges.most"), Number.POSITIVE_INFINITY)
      yield* Metric.set(Metric.gauge("gauges.least"), Number.NEGATIVE_INFINITY)
      yield* Metric.set(Metric.gauge("gauges.none"), Number.NaN)
      expect(yield* exposition("gauges.")).toBe(
        lines(
          "# TYPE gauges_active gauge",
          "gauges_active -3",
          "# TYPE gauges_large gauge",
          "gauges_large 9007199254740993",
          "# TYPE gauges_most gauge",
          "gauges_most +Inf",
          "# TYPE gauges_least gauge",
          "gauges_least -Inf",
          "# TYPE gauges_none gauge",
          "gauges_none NaN"
        )
      )
    })
  )

  it.effect("as a histogram with the count up to each bound, and all of it up to infinity", () =>
    Effect.gen(function* () {
      const lateness = Metric.tagged(
        Metric.histogram("histograms.lateness", MetricBoundaries.fromIterable([0.5, 1, 60])),
        "unit",
        "s"
      )
      for (const seconds of [0.25, 0.5, 0.75, 3600])
        yield* Metric.update(Metric.tagged(lateness, "status", "planned"), seconds)
      expect(yield* exposition("histograms.")).toBe(
        lines(
          "# TYPE histograms_lateness_seconds histogram",
          'histograms_lateness_seconds_bucket{status="planned",le="0.5"} 2',
          'histograms_lateness_seconds_bucket{status="planned",le="1"} 3',
          'histograms_lateness_seconds_bucket{status="planned",le="60"} 3',
          'histograms_lateness_seconds_bucket{status="planned",le="+Inf"} 4',
          'histograms_lateness_seconds_sum{status="planned"} 3601.5',
          'histograms_lateness_seconds_count{status="planned"} 4'
        )
      )
    })
  )

  it.effect("as a summary with its quantiles, of which nothing is known before the first value", () =>
    Effect.gen(function* () {
      const summary = (name: string) =>
        Metric.summary({ name, maxAge: "1 day", maxSize: 100, error: 0.01, quantiles: [0.5, 0.9] })
      const full = summary("summaries.full")
      for (const value of [7, 7, 7]) yield* Metric.update(full, value)
      yield* Metric.value(summary("summaries.empty"))
      expect(yield* exposition("summaries.")).toBe(
        lines(
          "# TYPE summaries_full summary",
          'summaries_full{quantile="0.5"} 7',
          'summaries_full{quantile="0.9"} 7',
          "summaries_full_sum 21",
          "summaries_full_count 3",
          "# TYPE summaries_empty summary",
          'summaries_empty{quantile="0.5"} NaN',
          'summaries_empty{quantile="0.9"} NaN',
          "summaries_empty_sum 0",
          "summaries_empty_count 0"
        )
      )
    })
  )

  it.effect("as a counter for each word of a frequency", () =>
    Effect.gen(function* () {
      const words = Metric.frequency("frequencies.words")
      for (const word of ["no", "yes", "no"]) yield* Metric.update(words, word)
      expect(yield* exposition("frequencies.")).toBe(
        lines(
          "# TYPE frequencies_words_total counter",
          'frequencies_words_total{key="no"} 2',
          'frequencies_words_total{key="yes"} 1'
        )
      )
    })
  )
})

describe("what Prometheus could not read", () => {
  it.effect("is escaped in values and in what helps", () =>
    Effect.gen(function* () {
      const gauge = Metric.gauge("escaped.gauge", { description: 'a "back\\slash"\nand a line' })
      yield* Metric.set(Metric.tagged(gauge, "text", 'C:\\new "Zoë"\n'), 1)
      expect(yield* exposition("escaped.")).toBe(
        lines(
          '# HELP escaped_gauge a "back\\\\slash"\\nand a line',
          "# TYPE escaped_gauge gauge",
          'escaped_gauge{text="C:\\\\new \\"Zoë\\"\\n"} 1'
        )
      )
    })
  )

  it.effect("is spelt in its letters: names, and labels that would begin with a digit", () =>
    Effect.gen(function* () {
      const gauge = Metric.gauge("spelt:über-all")
      yield* Metric.set(gauge.pipe(Metric.tagged("url.template", "/chats/{chat_id}"), Metric.tagged("2nd", "b")), 1)
      expect(yield* exposition("spelt:")).toBe(
        lines("# TYPE spelt__ber_all gauge", 'spelt__ber_all{url_template="/chats/{chat_id}",_2nd="b"} 1')
      )
    })
  )

  it.effect("a label twice, is exposed once, with its last value", () =>
    Effect.gen(function* () {
      yield* Metric.set(
        Metric.gauge("twice.gauge").pipe(Metric.tagged("a.b", "first"), Metric.tagged("a_b", "last")),
        1
      )
      expect(yield* exposition("twice.")).toBe(lines("# TYPE twice_gauge gauge", 'twice_gauge{a_b="last"} 1'))
    })
  )

  it.effect("one name of two kinds, or the same labels again, is exposed as it came first", () =>
    Effect.gen(function* () {
      yield* Metric.set(Metric.gauge("clash.a"), 1)
      yield* Metric.set(Metric.gauge("clash.a", { description: "another" }), 2)
      yield* Metric.set(Metric.gauge("clash_a"), 3)
      yield* Metric.update(Metric.histogram("clash.a", MetricBoundaries.fromIterable([1])), 4)
      expect(yield* exposition("clash")).toBe(lines("# TYPE clash_a gauge", "clash_a 1"))
    })
  )
})

describe("a unit", () => {
  const cases = [
    ["s", "units.s", "units_s_seconds"],
    ["ms", "units.ms", "units_ms_milliseconds"],
    ["By", "units.by", "units_by_bytes"],
    ["1", "units.one", "units_one"],
    ["{request}", "units.requests", "units_requests"],
    ["s", "units.in.seconds", "units_in_seconds"]
  ] as const
  for (const [unit, name, expected] of cases) {
    it.effect(`${unit} of ${name} makes ${expected}, and no label`, () =>
      Effect.gen(function* () {
        yield* Metric.set(Metric.tagged(Metric.gauge(name), "unit", unit), 1)
        expect(yield* exposition(name)).toBe(lines(`# TYPE ${expected} gauge`, `${expected} 1`))
      })
    )
  }

  it.effect("of a timer of Effect's own is spelt out already", () =>
    Effect.gen(function* () {
      yield* Metric.update(Metric.timer("timed.work"), Duration.millis(1))
      expect(yield* exposition("timed.")).toContain("# TYPE timed_work_milliseconds histogram\n")
    })
  )
})
