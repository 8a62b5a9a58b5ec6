/** The dashboard for Grafana and the alerts for Prometheus query metrics that the program has. */
import * as ClientTelemetry from "@effect-invent/client/Telemetry"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Predicate from "effect/Predicate"
import { it } from "../../../tools/testing/it.ts"
import * as Prometheus from "../src/Operations/Prometheus.ts"
import * as Telemetry from "../src/Telemetry.ts"
import * as Queries from "./Queries.ts"

/** A metric is in the snapshot once it was read. */
const register = (metric: { readonly unsafeValue: (labels: []) => unknown }) =>
  Effect.sync(() => metric.unsafeValue([]))

/** The names under which Prometheus reads the metrics of the scheduler and of the client. */
const names = Effect.gen(function* () {
  for (const each of [...Object.values(Telemetry), ...Object.values(ClientTelemetry)])
    if (Predicate.hasProperty(each, Metric.MetricTypeId)) yield* register(each)
  const text = Prometheus.encode(yield* Metric.snapshot)
  return new Set([...text.matchAll(/^(\w+)[{ ]/gm)].map(([, name = ""]) => name))
})

describe("a query", () => {
  it("of something that is none is found out", () => {
    expect(Queries.of("sum(invent_scheduler_open").errors).toHaveLength(1)
    const { labels, metrics } = Queries.of('sum by (status) (rate(a_total{job="b",reason=~"c"}[5m])) > on(le) d')
    expect([[...metrics], [...labels]]).toEqual([
      ["a_total", "d"],
      ["status", "reason", "le"]
    ])
  })

  it.effect.each([...Queries.dashboard.map(({ expr }) => expr), ...Queries.alerts])(
    "%s is one of our metrics",
    (query) =>
      Effect.gen(function* () {
        const { errors, metrics } = Queries.of(query.replaceAll("$job", "follow-ups"))
        expect(errors).toEqual([])
        expect(metrics.size).toBeGreaterThan(0)
        const known = yield* names
        expect([...metrics].filter((name) => !known.has(name))).toEqual([])
      })
  )

  it.effect("of what ended may divide it by the reason", () =>
    Effect.gen(function* () {
      yield* Telemetry.ended("skipped", "replied", { policy: "nudge@1" })
      expect(Prometheus.encode(yield* Metric.snapshot)).toMatch(/^invent_scheduler_ends_total\{.*reason="replied"/m)
    })
  )

  it("names its lines by labels that it keeps", () => {
    for (const { expr, legendFormat } of Queries.dashboard) {
      const kept = new Set([...Queries.of(expr).labels, "instance"])
      for (const [, label = ""] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(kept, expr).toContain(label)
    }
  })
})

describe("the dashboard", () => {
  it("has panels with a text each, none of which covers another", () => {
    expect(new Set(Queries.panels.map(({ id }) => id)).size).toBe(Queries.panels.length)
    const cells = Queries.panels.flatMap(({ gridPos: { h, w, x, y } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`)
    )
    expect(new Set(cells).size).toBe(cells.length)
    for (const { description, gridPos } of Queries.panels) {
      expect(description).toMatch(/^\S.*\.$/)
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
    }
  })
})
