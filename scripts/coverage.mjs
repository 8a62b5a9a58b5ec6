// Holds docs/coverage.md to the contract, the client, the emulator's handlers and the tests; with --write, writes it.
// An endpoint that the client, the emulator or the tests of either lack fails both.
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { Context, Effect, Option } from "effect"
import * as InventClient from "../packages/client/dist/InventClient.js"
import * as Emulator from "../packages/emulator/dist/Emulator.js"
import * as Handlers from "../packages/emulator/dist/Handlers.js"
import { CallableApi, InventApi } from "../packages/domain/dist/api/InventApi.js"
import { Provenance } from "../packages/domain/dist/api/Provenance.js"
import { RetrySafety } from "../packages/domain/dist/api/RetrySafety.js"
import { endpoints } from "./contract-docs.mjs"

const file = "docs/coverage.md"

/** Code without its comments. */
const code = (path) => readFileSync(path, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*/g, "")
const sources = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => /\.(ts|mjs)$/.test(name) && !/(^|[\\/])(node_modules|dist)[\\/]/.test(name))
    .map((name) => ({ name, text: code(`${folder}/${name}`) }))

const client = Effect.runSync(Effect.provide(InventClient.InventClient, InventClient.layerMock({})))
const handlers = await Effect.runPromise(Effect.scoped(Effect.provide(Handlers.make, Emulator.parts({}))))
const tests = { client: sources("packages/client/test"), emulator: sources("packages/emulator/test") }
const examples = sources("examples").filter(({ name }) => /^\d\d-.*\.ts$/.test(name))

/** The vendor's page of each endpoint. Where one path has two meanings, each has its own. */
const pages = new Map(endpoints().map(({ doc, method, name, path }) => [`${name} ${method} ${path}`, doc?.tags.see]))

const rows = Object.values(CallableApi.groups).flatMap((group) =>
  Object.values(group.endpoints).map(({ annotations, method, name, path, urlParamsSchema }) => {
    const id = `${group.identifier}.${name}`
    // A method is called, or named in a table of requests; pages are streamed; a socket is also opened by its path.
    const calls = [
      `(?<!world\\.)\\b${group.identifier}\\.${name}\\(`,
      `["']${id}["']`,
      ...(name === "list" ? [`\\b${group.identifier}\\.stream\\(`] : [])
    ]
    if (path.endsWith("/ws")) calls.push(`["'\`]${path.replace(":org_id", "c")}["'\`]`)
    const called = new RegExp(calls.join("|"))
    // Where one path has two meanings, one handler answers both.
    const served = Object.values(InventApi.groups[group.identifier].endpoints).find(
      (other) => other.method === method && other.path === path
    )
    return {
      id,
      page: pages.get(`${name} ${method} ${path}`),
      request: `${method} ${path}`,
      safety: Option.getOrUndefined(Context.getOption(annotations, RetrySafety)) ?? "",
      client: typeof client[group.identifier]?.[name] === "function",
      emulator: typeof handlers[group.identifier]?.[served?.name] === "function",
      clientTests: tests.client.some(({ text }) => called.test(text)),
      emulatorTests: tests.emulator.some(({ text }) => called.test(text)),
      examples: examples.filter(({ text }) => called.test(text)).map(({ name }) => name),
      query: Option.getOrUndefined(
        Option.map(urlParamsSchema, ({ ast }) => ast.propertySignatures.map(({ name }) => name))
      ),
      provenance: Option.getOrUndefined(Context.getOption(annotations, Provenance)) ?? {}
    }
  })
)

/** Where a part is from: printed, inferred, unknown, or key by key; `keys` are those of a query. */
const standing = (part, keys) => {
  if (part === undefined || typeof part === "string") return part ?? ""
  const named = Object.values(part).flat()
  const each = Object.entries(part).map(([how, keys]) => `${keys.map((key) => `\`${key}\``).join(", ")} ${how}`)
  return [...(keys?.every((key) => named.includes(key)) ? [] : ["printed"]), ...each].join("; ")
}
const parts = ["method", "path", "query", "body", "answer"]

const mark = (is) => (is ? "✓" : "–")
const link = (name) => `[${name.slice(0, 2)}](../examples/${name})`
const lines = rows.map((row) =>
  [
    "",
    `[${row.id}](${row.page})`,
    `\`${row.request}\``,
    row.safety.toLowerCase(),
    mark(row.client),
    mark(row.emulator),
    mark(row.clientTests),
    mark(row.emulatorTests),
    row.examples.map(link).join(" "),
    ...parts.map((part) => standing(row.provenance[part], part === "query" ? row.query : undefined)),
    ""
  ]
    .join(" | ")
    .trim()
)
const kinds = ["printed", "inferred", "unknown"]
const kindOf = (part) => (part === undefined || typeof part === "string" ? part : "differing by key")
const count = (part, kind) => rows.filter(({ provenance }) => kindOf(provenance[part]) === kind).length
const whole = (part) =>
  `${part}: ${[...kinds, "differing by key"].map((kind) => `${count(part, kind)} ${kind}`).join(", ")}`
const counts = `${parts.map(whole).join("; ")}.`
const wanted = `# Which endpoints there are

Written by \`pnpm coverage\` from the contract, the client, the emulator's handlers and the tests; \`check\` holds it to them.
*repeated*: whether the client may send it again (safe, idempotent), or only if it was provably not applied (unsafe).
*method* to *answer*: whether a page of the vendor's prints it, or it is inferred, or unknown and so a guess. The tests hold this
to fixtures that have the keys of each page. Two endpoints are left out, as no page says what they are: the creation of a chat
with an assistant (\`/orgs/{org_id}/assistants/{assistant_id}/chats\`), and the transfer of an organization to a parent.

| endpoint | request | repeated | client | emulator | client's tests | emulator's tests | examples | method | path | query | body | answer |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
${lines.join("\n")}

${rows.length} endpoints. By part, ${counts}
`

const silent = rows
  .filter(({ provenance }) => Object.keys(provenance).length === 0)
  .map(({ id }) => `${id}: has no provenance`)
const lacking = rows
  .flatMap(({ id, ...row }) =>
    ["client", "emulator", "clientTests", "emulatorTests"].flatMap((part) =>
      row[part] ? [] : [`${id}: nothing in ${part}`]
    )
  )
  .concat(silent)
if (lacking.length > 0) console.error(lacking.join("\n"))

const found = () => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}
const isStale = process.argv.includes("--write") ? writeFileSync(file, wanted) : found() !== wanted
if (isStale) console.error(`${file} differs from the code. Write it anew with: pnpm coverage`)
if (isStale || lacking.length > 0) process.exit(1)
console.log(`${file}: ${rows.length} endpoints, each in the client, the emulator and the tests of both.`)
