/**
 * `pnpm bench [SUITE…] [--waiting N,…]`: runs all suites, or those named, prints what they found and writes it to
 * docs/benchmarks.md, some under the major version of the Node that ran them; other sizes than its own are printed
 * only.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs"
import { cpus, loadavg } from "node:os"
import { parseArgs } from "node:util"
import * as Report from "./Report.ts"
import type { Sizes, Suite } from "./Suite.ts"

const page = new URL("../../../docs/benchmarks.md", import.meta.url)
const suites = new URL("./suites/", import.meta.url)
const known = readdirSync(suites).flatMap((file) => (file.endsWith(".js") ? [file.slice(0, -".js".length)] : []))

const preface = `# Benchmarks

Written by \`pnpm bench\`, each part by its last run, never by hand. Counts repeat; times are of a machine that may
have had other things to do, so medians stand with the range of all rounds, and ratios are taken within a round.
`

const version = (name: string): string =>
  JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), "utf8")).version

/** Processes that ran or waited for a processor, on average of the last minute. */
const load = () => loadavg()[0]!.toFixed(1)

const circumstances = (packages: ReadonlyArray<string>, seconds: number, loadBefore: string): string => {
  const [cpu] = cpus()
  const system = `${process.platform} ${process.arch}, Node ${process.version}`
  const machine = `${cpus().length} × ${cpu!.model.trim()}, ${system}`
  const versions = packages.map((name) => `${name} ${version(name)}`).join(", ")
  const when = new Date().toISOString().slice(0, 10)
  const ran = `${when}, in ${seconds.toFixed(0)} s on ${machine}; load ${loadBefore} before, ${load()} after.`
  return packages.length === 0 ? `${ran}\n` : `${ran} ${versions}.\n`
}

const run = async (name: string, sizes: Sizes): Promise<{ readonly section: string; readonly text: string }> => {
  const started = performance.now()
  const loadBefore = load()
  const { suite } = (await import(new URL(`${name}.js`, suites).href)) as { suite: Suite }
  const tables = await suite.run((what) => console.error(`${name}: ${what}`), sizes)
  const begin = circumstances(suite.packages, (performance.now() - started) / 1000, loadBefore)
  const section = suite.isPerNode === true ? `${name}, Node ${process.versions.node.split(".")[0]}` : name
  return { section, text: [begin, ...tables.map(Report.table)].join("\n") }
}

const { positionals: names, values } = parseArgs({ allowPositionals: true, options: { waiting: { type: "string" } } })
const waiting = values.waiting?.split(",").map(Number)
if (waiting?.some((count) => !Number.isInteger(count) || count < 1) === true) {
  console.error(`--waiting: expected numbers from 1, got ${values.waiting}`)
  process.exit(2)
}
const unknown = names.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`No suite ${unknown.join(", ")}; there is ${known.join(", ")}.`)
  process.exit(2)
}

for (const name of names.length > 0 ? names : known) {
  const { section, text } = await run(name, waiting === undefined ? {} : { waiting })
  console.log(text)
  if (waiting !== undefined) continue
  const before = existsSync(page) ? readFileSync(page, "utf8") : ""
  // The preface is this file's; the sections of other suites stay.
  writeFileSync(
    page,
    Report.replaceSection(before === "" ? preface : before.replace(/^[\s\S]*?(?=^## )/m, `${preface}\n`), section, text)
  )
}
process.exit(0)
