/** The queries that the files for Grafana and Prometheus hold, read by Prometheus' own grammar. */
import { parser } from "@prometheus-io/lezer-promql"
import { readFileSync } from "node:fs"
import * as Yaml from "yaml"

const text = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8")

export interface Panel {
  readonly id: number
  readonly title: string
  readonly description: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets: ReadonlyArray<{ readonly expr: string; readonly legendFormat: string }>
}

export const panels: ReadonlyArray<Panel> = JSON.parse(text("deploy/grafana/follow-ups.json")).panels

/** The queries of the dashboard, with what their lines are named by. */
export const dashboard = panels.flatMap(({ targets }) => targets)

export const alerts: ReadonlyArray<string> = Yaml.parse(text("docs/prometheus/alerts.yaml")).groups.flatMap(
  ({ rules }: { readonly rules: ReadonlyArray<{ readonly expr: string }> }) => rules.map(({ expr }) => expr)
)

/** Labels that the server of Prometheus adds to what it reads. */
const ofServer = ["job", "instance"]

/** The metrics and the labels of a query, and the places at which it is none. */
export const of = (query: string) => {
  const found = { metrics: new Set<string>(), labels: new Set<string>(), errors: new Array<string>() }
  parser.parse(query).iterate({
    enter: ({ from, name, to, type }) => {
      const word = query.slice(from, to)
      if (type.isError) found.errors.push(`${query} at ${from}`)
      if (name === "Identifier") found.metrics.add(word)
      if (name === "LabelName" && !ofServer.includes(word)) found.labels.add(word)
    }
  })
  return found
}
