// Holds docs/coverage.md to the contract, the client, the emulator's handlers and the tests; with --write, writes it. An
// endpoint that the client, the emulator or the tests of either lack fails both.
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { Context, Effect, Option } from "effect"
import * as InventClient from "../packages/client/dist/InventClient.js"
import { Experimental } from "../packages/domain/dist/api/Experimental.js"
import { CallableApi, InventApi } from "../packages/domain/dist/api/InventApi.js"
import { RetrySafety } from "../packages/domain/dist/api/RetrySafety.js"

const file = "docs/coverage.md"

/** Code without its comments. */
const code = (path) => readFileSync(path, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*/g, "")
const sources = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => /\.(ts|mjs)$/.test(name) && !/(^|[\\/])(node_modules|dist)[\\/]/.test(name))
    .map((name) => ({ name, text: code(`${folder}/${name}`) }))

const client = Effect.runSync(Effect.provide(InventClient.InventClient, InventClient.layerMock({})))
const handlers = new Set(
  sources("packages/emulator/src/Handlers").flatMap(({ text }) => {
    const group = /HttpApiBuilder\.group\(InventApi\.InventApi, "(\w+)"/.exec(text)?.[1]
    return [...text.matchAll(/\.handle(?:Raw)?\("(\w+)"/g)].map(([, name]) => `${group}.${name}`)
  })
)
const tests = { client: sources("packages/client/test"), emulator: sources("packages/emulator/test") }
const examples = sources("examples").filter(({ name }) => /^\d\d-.*\.ts$/.test(name))

const { paths } = JSON.parse(readFileSync("docs/openapi.json", "utf8"))

const rows = Object.values(CallableApi.groups).flatMap((group) =>
  Object.values(group.endpoints).map(({ annotations, method, name, path }) => {
    const id = `${group.identifier}.${name}`
    // A method is called, or named in a table of requests; pages are streamed; a socket is also opened by its path.
    const calls = [`(?<!world\\.)\\b${group.identifier}\\.${name}\\(`, `["']${id}["']`, ...(name === "list" ? [`\\b${group.identifier}\\.stream\\(`] : [])]
    if (path.endsWith("/ws")) calls.push(`["'\`]${path.replace(":org_id", "c")}["'\`]`)
    const called = new RegExp(calls.join("|"))
    // Where one path has two meanings, one handler answers both.
    const served = Object.values(InventApi.groups[group.identifier].endpoints).find((other) => other.method === method && other.path === path)
    return {
      id,
      page: paths[path.replaceAll(/:(\w+)/g, "{$1}")][method.toLowerCase()].externalDocs.url,
      request: `${method} ${path}`,
      safety: Option.getOrUndefined(Context.getOption(annotations, RetrySafety)) ?? "",
      client: typeof client[group.identifier]?.[name] === "function",
      emulator: handlers.has(`${group.identifier}.${served?.name}`),
      clientTests: tests.client.some(({ text }) => called.test(text)),
      emulatorTests: tests.emulator.some(({ text }) => called.test(text)),
      examples: examples.filter(({ text }) => called.test(text)).map(({ name }) => name),
      inferred: Option.match(Context.getOption(annotations, Experimental), { onNone: () => "", onSome: ({ inferred }) => inferred.join(", ") })
    }
  })
)

const mark = (is) => (is ? "✓" : "–")
const link = (name) => `[${name.slice(0, 2)}](../examples/${name})`
const lines = rows.map((row) =>
  ["", `[${row.id}](${row.page})`, `\`${row.request}\``, row.safety.toLowerCase(), mark(row.client), mark(row.emulator), mark(row.clientTests), mark(row.emulatorTests), row.examples.map(link).join(" "), row.inferred, ""].join(" | ").trim()
)
const wanted = `# Which endpoints there are

Written by \`pnpm coverage\` from the contract, the client, the emulator's handlers and the tests; \`check\` holds it to them.
*repeated*: whether the client may send it again (safe, idempotent), or only if it was provably not applied (unsafe).
*inferred*: what of it stands on no page of the vendor; everything else is published.

| endpoint | request | repeated | client | emulator | client's tests | emulator's tests | examples | inferred |
|---|---|---|---|---|---|---|---|---|
${lines.join("\n")}

${rows.length} endpoints.
`

const lacking = rows.flatMap(({ id, ...row }) =>
  ["client", "emulator", "clientTests", "emulatorTests"].flatMap((part) => (row[part] ? [] : [`${id}: nothing in ${part}`]))
)
if (lacking.length > 0) console.error(lacking.join("\n"))

const found = () => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}
const isStale = process.argv.includes("--write") ? writeFileSync(file, wanted) : found() !== wanted
if (isStale) console.error(`${file} is not what the code says. Write it anew with: pnpm coverage`)
if (isStale || lacking.length > 0) process.exit(1)
console.log(`${file}: ${rows.length} endpoints, each in the client, the emulator and the tests of both.`)
