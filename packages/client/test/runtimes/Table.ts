/** The table of runtimes in the client's README: the results of the suite, kept beside it, and how they are shown. */
import { readFileSync, writeFileSync } from "node:fs"

/** What came of the suite in one runtime; a cell stays empty where its test failed. */
export interface Row {
  readonly runtime: string
  readonly transport: string
  fresh: string
  reused: string
  /** POST without a body, PUT, DELETE and GET. */
  others: string
  /** While connecting, sending, waiting and reading. */
  interrupted: string
  brokenGzip: string
  proxy: string
}

/** The rows of this run. */
export const rows: Array<Row> = []

/** Begins the row of a runtime. */
export const row = (runtime: string, transport: string): Row => {
  const begun = { runtime, transport, fresh: "", reused: "", others: "", interrupted: "", brokenGzip: "", proxy: "" }
  rows.push(begun)
  return begun
}

const opening = "<!-- runtimes -->\n"
const results = new URL("results.json", import.meta.url)
const readme = new URL("../../README.md", import.meta.url)

/** The rows of the run that the README shows. */
export const written = () => JSON.parse(readFileSync(results, "utf8")) as ReadonlyArray<Row>

const head = [
  "runtime",
  "over",
  "lost on a new connection",
  "lost on a used one",
  "lost without a body, PUT, DELETE, GET",
  "interrupted, nothing sent after it",
  "gzip that is none",
  "through the environment's proxy"
]

const line = (cells: ReadonlyArray<string>) => `| ${cells.join(" | ")} |\n`

const cellsOf = (row: Row) => [
  row.runtime,
  row.transport,
  row.fresh,
  row.reused,
  row.others,
  row.interrupted,
  row.brokenGzip,
  row.proxy
]

/** The table as Markdown. */
export const render = (all: ReadonlyArray<Row>): string =>
  line(head) +
  line(head.map(() => "---")) +
  all.map((row) => line(cellsOf(row))).join("") +
  line(["Browsers", "", "not supported", "", "", "", "", ""])

/** The README before its table, the table, and what follows. */
export const parts = () => {
  const text = readFileSync(readme, "utf8")
  const begin = text.indexOf(opening) + opening.length
  const end = text.indexOf("<!-- end -->")
  return { before: text.slice(0, begin), table: text.slice(begin, end), after: text.slice(end) }
}

/** Keeps the rows of this run, and shows them in the README. Of a run that failed it keeps nothing. */
export const write = (): void => {
  if (rows.some((row) => cellsOf(row).includes(""))) return
  const { after, before } = parts()
  writeFileSync(results, `${JSON.stringify(rows, undefined, 2)}\n`)
  writeFileSync(readme, before + render(rows) + after)
}
