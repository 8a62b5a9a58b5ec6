/**
 * The runtimes that the suite knows, how each is installed into a cache of this checkout, and how the program starts in
 * it. The packages hold nothing but a binary: no script runs when they are installed, and no compiler is needed.
 */
import type { Requirement } from "@effect-invent/test-support/Requirement"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as esbuild from "esbuild"
import { execFile, spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import type { Command } from "./Program.ts"

type Entry = "Fetch" | "Undici" | "Worker"

export interface Runtime {
  readonly name: string
  readonly transport: "fetch" | "undici"
  readonly entry: Entry
  readonly requirement: Requirement
  /** The command line that runs the program at this path. */
  readonly commandLine: (program: string) => ReadonlyArray<string>
  /** What makes it use the proxy of the environment, where it can. */
  readonly proxyEnv?: Readonly<Record<string, string>>
}

/** What the packages call the machine that this is. */
const machine = `${process.platform}-${process.arch}` as "linux-x64" | "linux-arm64"
const machines = {
  "linux-x64": { node: "linux-x64", bun: "linux-x64", deno: "linux-x64-glibc", workerd: "linux-64" },
  "linux-arm64": { node: "linux-arm64", bun: "linux-aarch64", deno: "linux-arm64-glibc", workerd: "linux-arm64" }
}
const known = machines[machine] as (typeof machines)["linux-x64"] | undefined

interface Installable {
  readonly name: string
  readonly version: string
  readonly package: string
  readonly binary: string
}

const node = (version: string): Installable => ({
  name: "Node",
  version,
  package: `node-${known?.node}`,
  binary: "bin/node"
})
const installable = {
  node20: node("20.20.2"),
  node22: node("22.23.3"),
  node24: node("24.21.0"),
  bun: { name: "Bun", version: "1.4.5", package: `@oven/bun-${known?.bun}`, binary: "bin/bun" },
  deno: { name: "Deno", version: "2.9.6", package: `@deno/${known?.deno}`, binary: "deno" },
  workerd: {
    name: "workerd",
    version: "1.20261117.1",
    package: `@cloudflare/workerd-${known?.workerd}`,
    binary: "bin/workerd"
  }
} satisfies Record<string, Installable>

const cache = fileURLToPath(new URL("../../../../node_modules/.cache/runtimes", import.meta.url))

/** The path of a binary that is installed or can be, and otherwise why not. */
const install = (wanted: Installable): Promise<Requirement & { readonly path: string }> => {
  const folder = join(cache, `${wanted.name}-${wanted.version}`)
  const path = join(folder, "node_modules", wanted.package, wanted.binary)
  const why = (reason: string) => ({ isMet: false, missing: `${wanted.name} ${wanted.version} ${reason}`, path })
  if (known === undefined) return Promise.resolve(why(`is not known for ${machine}`))
  if (existsSync(path)) return Promise.resolve({ isMet: true, missing: "", path })
  mkdirSync(folder, { recursive: true })
  const args = ["install", "--prefix", folder, "--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit"]
  return new Promise((resolve) =>
    execFile("npm", [...args, "--no-fund", "--prefer-offline", `${wanted.package}@${wanted.version}`], () =>
      resolve(existsSync(path) ? { isMet: true, missing: "", path } : why("could not be installed from the registry"))
    )
  )
}

const met: Requirement = { isMet: true, missing: "" }

/** The Node that runs the tests, over each transport. */
export const here: ReadonlyArray<Runtime> = (["undici", "fetch"] as const).map((transport) => ({
  name: "this Node",
  transport,
  entry: transport === "fetch" ? "Fetch" : "Undici",
  requirement: met,
  commandLine: (program) => [process.execPath, program]
}))

/** All runtimes of the table, with what cannot be installed. */
export const all = async (): Promise<ReadonlyArray<Runtime>> => {
  const { bun, deno, node20, node22, node24, workerd } = installable
  const found = await Promise.all([node20, node22, node24, bun, deno, workerd].map(install))
  const runtime = (index: number, wanted: Installable, args: ReadonlyArray<string>) => ({
    name: `${wanted.name} ${wanted.version}`,
    transport: "fetch" as const,
    entry: "Fetch" as Entry,
    requirement: found[index]!,
    commandLine: (program: string) => [found[index]!.path, ...args, program]
  })
  return [
    ...[node20, node22, node24].flatMap((node, index) => [
      { ...runtime(index, node, []), transport: "undici" as const, entry: "Undici" as const },
      { ...runtime(index, node, []), ...(index === 0 ? {} : { proxyEnv: { NODE_USE_ENV_PROXY: "1" } }) }
    ]),
    { ...runtime(3, bun, []), proxyEnv: {} },
    { ...runtime(4, deno, ["run", "--allow-all", "--no-prompt"]), proxyEnv: {} },
    { ...runtime(5, workerd, ["serve", "--control-fd=3"]), entry: "Worker" as const }
  ]
}

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "runtimes-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const configOf = (program: string) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "program", esModule = embed "${program}")],
      compatibilityDate = "2026-11-01"
    )),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true)))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
`

/** The program as one file, which loads what it needs of the runtime and nothing else. */
const bundle = (folder: string, entry: Entry) => {
  const outfile = join(folder, "program.mjs")
  esbuild.buildSync({
    entryPoints: [fileURLToPath(new URL(`${entry}.ts`, import.meta.url))],
    outfile,
    bundle: true,
    format: "esm",
    platform: entry === "Worker" ? "browser" : "node",
    conditions: ["source"],
    banner: entry === "Undici" ? { js: requireBanner } : {},
    logLevel: "warning"
  })
  if (entry !== "Worker") return outfile
  writeFileSync(join(folder, "config.capnp"), configOf("program.mjs"))
  return join(folder, "config.capnp")
}

const requireBanner = `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`

/** Asks the running program to do what a command says. */
export type Ask = (command: Command) => Effect.Effect<ReadonlyArray<string>>

/** Starts the program in a runtime, with this environment and nothing else of this process's. */
export const start = ({ commandLine, entry }: Runtime, env: Readonly<Record<string, string>> = {}) =>
  Effect.gen(function* () {
    const folder = yield* temporary
    const [command = "", ...args] = commandLine(bundle(folder, entry))
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(command, args, {
          stdio: ["pipe", "pipe", "inherit", "pipe"],
          env: { ...env, HOME: folder, DENO_DIR: folder, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" }
        })
      ),
      (child) =>
        Effect.async<void>((resume) => {
          if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
          child.once("exit", () => resume(Effect.void))
          child.kill("SIGKILL")
        })
    )
    const ended = yield* Deferred.make<never>()
    child.once("error", (error) => Deferred.unsafeDone(ended, Exit.die(error)))
    child.once("exit", (code, signal) => {
      Deferred.unsafeDone(ended, Exit.die(new Error(`the program ended: ${code ?? signal}`)))
    })
    const untilEnd = Effect.raceFirst(Deferred.await(ended))
    const said = createInterface({ input: (entry === "Worker" ? child.stdio[3] : child.stdout) as Readable })
    const line = Effect.async<string>((resume) => {
      const onLine = (text: string) => resume(Effect.succeed(text))
      said.once("line", onLine)
      return Effect.sync(() => said.off("line", onLine))
    }).pipe(untilEnd)
    if (entry !== "Worker") {
      return (command: Command) =>
        Effect.zipRight(
          Effect.sync(() => child.stdin!.write(`${JSON.stringify(command)}\n`)),
          line
        ).pipe(Effect.map((text) => JSON.parse(text) as ReadonlyArray<string>))
    }
    const { port } = JSON.parse(yield* line) as { readonly port: number }
    return (command: Command) =>
      Effect.promise(async (signal) => {
        const body = JSON.stringify(command)
        const response = await fetch(`http://127.0.0.1:${port}`, { method: "POST", body, signal })
        const text = await response.text()
        if (!response.ok) throw new Error(text)
        return JSON.parse(text) as ReadonlyArray<string>
      }).pipe(untilEnd)
  }) satisfies Effect.Effect<Ask, never, unknown>
