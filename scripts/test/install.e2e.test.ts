/**
 * Runs the install lines of the documents, word for word, with npm and with pnpm, in an empty folder. Our packages come
 * from tarballs in place of the registry; everything else comes from the registry, in the versions that the line asks
 * for.
 */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { bin, manifestIn, root, run, tarballOf } from "./Packed.ts"

const documents = [
  "README.md",
  ...["packages", "apps"].flatMap((place) =>
    readdirSync(join(root, place)).map((name) => `${place}/${name}/README.md`)
  ),
  ...readdirSync(join(root, "docs")).flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : []))
]
const allLines = documents.flatMap((document) =>
  readFileSync(join(root, document), "utf8")
    .split("\n")
    .filter((line) => /^(npm (install|i)|(pnpm|yarn) add) /.test(line))
    .map((line) => ({ document, line }))
)
/** The README shows the line of the client once more. */
const lines = allLines.filter(({ line }, index) => allLines.findLastIndex((other) => other.line === line) === index)

const folder = realpathSync(mkdtempSync(join(tmpdir(), "install-")))
const tarballs = new Map<string, string>()

beforeAll(async () => {
  for (const place of ["packages/domain", "packages/client", "packages/emulator", "packages/sql-sqlite"]) {
    tarballs.set(manifestIn(join(root, place)).name, await tarballOf(place))
  }
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** The words after `install`; those that name packages of ours name their tarballs. */
const wordsOf = (line: string) =>
  line
    .split(" ")
    .slice(2)
    .map((word) => (tarballs.has(word) ? `file:${tarballs.get(word)}` : word))

const installers = {
  npm: ["npm", "install", "--no-audit", "--no-fund", "--prefer-offline"],
  pnpm: ["npx", "--yes", "pnpm@10.34.9", "add", "--prefer-offline"]
}

/** Nothing of the package manager that runs the tests. */
const env = { PATH: process.env["PATH"], HOME: process.env["HOME"] }

/** One call over a real socket, which the server answers with 404. */
const client = `
import * as InventClient from "@effect-invent/client/InventClient"
import { ChatId } from "@effect-invent/domain/Ids"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Layer, Redacted } from "effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

const server = createServer((_, response) => response.writeHead(404).end())
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
const { port } = server.address() as AddressInfo
const invent = InventClient.layer({ apiKey: Redacted.make("key"), baseUrl: \`http://127.0.0.1:\${port}\` })
const call = Effect.flatMap(InventClient.InventClient, (invent) => invent.messages.list({ path: { chat_id: ChatId.make("chat_1") } }))
const layer = Layer.provide(invent, NodeHttpClient.layerUndici)
const error: string = await Effect.runPromise(Effect.flip(call).pipe(Effect.map(({ _tag }) => _tag), Effect.provide(layer)))
console.log(error)
server.closeAllConnections()
server.close()
`

const emulator = `
import * as Emulator from "@effect-invent/emulator/Emulator"
import { Effect } from "effect"

const url: string = await Effect.runPromise(
  Effect.map(Emulator.Emulator, ({ url }) => url).pipe(Effect.provide(Emulator.layerServer()), Effect.scoped)
)
console.log(new URL(url).hostname)
`

const sqlite = `
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

const rows = Effect.flatMap(SqlClient.SqlClient, (sql) => sql<{ readonly one: number }>\`SELECT 1 AS one\`)
console.log(JSON.stringify(await Effect.runPromise(Effect.provide(rows, SqliteClient.layer({ filename: ":memory:" })))))
`

const programs: Record<string, { readonly text: string; readonly prints: string }> = {
  "packages/client/README.md": { text: client, prints: "NotFound\n" },
  "packages/emulator/README.md": { text: emulator, prints: "127.0.0.1\n" },
  "packages/sql-sqlite/README.md": { text: sqlite, prints: `[{"one":1}]\n` }
}

describe("the install lines", () => {
  it("are in the READMEs of the packages that others install into their programs, and that of the client in the README", () => {
    expect(lines.map(({ document }) => document)).toEqual(Object.keys(programs))
    expect(allLines.map(({ document }) => document)).toEqual(["README.md", ...Object.keys(programs)])
  })

  describe.each(lines)("$document: $line", ({ document, line }) => {
    it.each(Object.entries(installers))(
      "installs with %s what a program compiles against and runs with",
      async (name, installer) => {
        const project = join(folder, `${document.replaceAll("/", "-")}-${name}`)
        mkdirSync(project)
        // A package of ours depends on another one by its version, which both would request from the registry. npm takes from
        // the line what the line names, and refuses to have it overridden.
        const overrides = Object.fromEntries([...tarballs].map(([name, file]) => [name, `file:${file}`]))
        const unnamed = Object.fromEntries(
          Object.entries(overrides).filter(([name]) => !line.split(" ").includes(name))
        )
        const manifest = { private: true, type: "module", overrides: unnamed, pnpm: { overrides } }
        writeFileSync(join(project, "package.json"), JSON.stringify(manifest))
        const installed = await run(installer[0]!, [...installer.slice(1), ...wordsOf(line)], project, env)
        expect(installed, installed.output).toMatchObject({ status: 0 })
        expect(installed.output).not.toMatch(/unmet peer|ERESOLVE/)

        mkdirSync(join(project, "node_modules/@types"), { recursive: true })
        symlinkSync(
          realpathSync(join(root, "node_modules/@types/node")),
          join(project, "node_modules/@types/node"),
          "junction"
        )
        const { prints, text } = programs[document]!
        writeFileSync(join(project, "Program.ts"), text)
        const options = { module: "NodeNext", target: "ES2022", strict: true, skipLibCheck: true, types: ["node"] }
        writeFileSync(
          join(project, "tsconfig.json"),
          JSON.stringify({ compilerOptions: options, files: ["Program.ts"] })
        )
        const compiled = await run(process.execPath, [bin("typescript", "bin/tsc"), "--project", "."], project, env)
        expect(compiled.output).toBe("")
        expect(await run(process.execPath, ["Program.js"], project, env)).toEqual({ status: 0, output: prints })
      }
    )
  })
})
