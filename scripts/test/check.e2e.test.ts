/** Each promise of `check`, broken on purpose in a small copy of the repository's shape. */
import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest"

// Each test starts compilers and linters, perhaps on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const root = fileURLToPath(new URL("../..", import.meta.url))

// These tests wait for programs without a turn of the event loop. vitest fails a run whose worker reads nothing for a minute.
beforeEach(() => new Promise<void>((resolve) => setImmediate(resolve)))

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> }
const configs = [
  ".oxlintrc.json",
  "package.json",
  "scripts/arrows.mjs",
  "scripts/check.mjs",
  "scripts/collected-tests.mjs",
  "tsconfig.base.json",
  "tsconfig.check.json",
  "tsconfig.effect.json",
  "vitest.workspace.ts"
]
const folders = [
  "packages/domain",
  "packages/client",
  "packages/emulator",
  "packages/sql-sqlite",
  "apps/follow-up-scheduler",
  "apps/demo",
  "scripts",
  "tools/benchmarks",
  "tools/customers",
  "tools/soak"
]
const copies: Array<string> = []

/** What the configuration of vitest loads. */
const loadedByVitest = ["tools/properties", "tools/test-support/src/NotRun.ts", "tools/test-support/src/Requirement.ts"]

/** A copy with the given files: the real configuration, `more` of the repository, and nothing else of it. */
const copyWith = (files: Record<string, string>, more: ReadonlyArray<string> = []) => {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), "check-")))
  copies.push(copy)
  for (const folder of folders) mkdirSync(join(copy, folder, "test"), { recursive: true })
  for (const config of [...configs, ...more]) cpSync(join(root, config), join(copy, config), { recursive: true })
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction")
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true })
    writeFileSync(join(copy, path), text)
  }
  return copy
}

afterAll(() => {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true })
})

/** Runs a command as a package script of the copy would. */
const run = (copy: string, command: string) => {
  const bin = join(copy, "node_modules", ".bin")
  const { status, stderr, stdout } = spawnSync(command, {
    cwd: copy,
    encoding: "utf8",
    shell: true,
    env: {
      ...process.env,
      PATH: `${bin}${process.platform === "win32" ? ";" : ":"}${process.env["PATH"]}`,
      NO_COLOR: "1"
    }
  })
  return { status, output: `${stdout}${stderr}` }
}

const script = (copy: string, name: string) => run(copy, scripts[name] ?? `missing script ${name}`)

/** A file, one line of it, and what lint must report about that line: nothing, where the line is allowed. */
type Row = readonly [file: string, line: string, complaint: string | undefined]

const complaints = (rows: ReadonlyArray<Row>) => {
  const files: Record<string, string> = {}
  const places = rows.map(([file, line]) => {
    files[file] = `${files[file] ?? ""}${line}\n`
    return `${file}:${files[file].split("\n").length - 1}`
  })
  const { output } = run(copyWith(files), `${scripts["lint"]} --format json`)
  const found = new Map<string, string>()
  const { diagnostics } = JSON.parse(output) as {
    diagnostics: ReadonlyArray<{
      code: string
      message: string
      help?: string
      filename: string
      labels: ReadonlyArray<{ span: { line: number } }>
    }>
  }
  for (const { code, filename, help, labels, message } of diagnostics) {
    const place = `${filename}:${labels[0]?.span.line}`
    found.set(place, `${found.get(place) ?? ""}${code}: ${message} ${help ?? ""}\n`)
  }
  return places.map((place) => found.get(place))
}

const holds = (rows: ReadonlyArray<Row>) => {
  const found = complaints(rows)
  it.each(rows.map((row, index) => [row[0], row[1], row[2], found[index]] as const))(
    "%s: %s",
    (_file, _line, wanted, reported) => {
      if (wanted === undefined) expect(reported).toBeUndefined()
      else expect(reported).toContain(wanted)
    }
  )
}

const noun = "packages/domain/src/Chat.ts"
const contract = "packages/domain/src/api/State.ts"
const client = "packages/client/src/InventClient.ts"
const clientInternal = "packages/client/src/internal/pipeline/CallState.ts"
const emulator = "packages/emulator/src/World/Core.ts"
const driver = "packages/sql-sqlite/src/internal/Driver.ts"
const app = "apps/follow-up-scheduler/src/Dispatch.ts"
const appFolder = "apps/follow-up-scheduler/src/cli/Serve.ts"
const decide = "apps/follow-up-scheduler/src/Decide.ts"
const plan = "apps/follow-up-scheduler/src/Plan.ts"
const main = "apps/follow-up-scheduler/src/main.ts"
const alerts = "apps/follow-up-scheduler/src/Operations/Alerts.ts"
const page = "apps/follow-up-scheduler/page/Quota.tsx"
const customers = "tools/customers/src/Customers.ts"
const demo = "apps/demo/src/Demo.ts"
const demoMain = "apps/demo/src/main.ts"

describe("lint keeps the arrows", () => {
  const runsAnywhere = "domain runs anywhere"
  const throughContract = "agree only through domain/api"
  const byName = "Import another package by its name"
  const lacksMethod = "the client lacks a method"
  const pure = "Decide and Plan are pure"
  const publishedAlone = "The scheduler is published without emulator and checker"
  const barrel = "A barrel"
  const oneRoot = "there is one composition root"
  holds([
    [noun, `export * from "@effect-invent/client/InventClient"`, "domain imports neither client"],
    [noun, `export * from "@effect-invent/emulator/Emulator"`, "domain imports neither client"],
    [noun, `export * from "@effect-invent/follow-up-scheduler/Plan"`, "domain imports neither client"],
    [noun, `export * from "node:fs"`, runsAnywhere],
    [noun, `export * from "fs/promises"`, runsAnywhere],
    [noun, `export * from "@effect/platform-node/NodeHttpClient"`, "domain needs effect and the HttpApi modules"],
    [noun, `export * from "@effect/platform/HttpClient"`, "is for the client"],
    [noun, `export * from "../../client/src/InventClient.ts"`, byName],
    [noun, `export * from "./api/State.ts"`, "The contract in src/api depends on the nouns"],
    [noun, `export type * from "./api/State.ts"`, "The contract in src/api depends on the nouns"],
    [noun, `export * from "@effect-invent/domain/api/State"`, "The contract in src/api depends on the nouns"],
    [
      "packages/domain/src/money/Price.ts",
      `export * from "../api/State.ts"`,
      "The contract in src/api depends on the nouns"
    ],
    [noun, `export * from "./index.ts"`, barrel],
    [noun, `export * from "./Ids.ts"`, undefined],
    [contract, `export * from "node:fs"`, runsAnywhere],
    [contract, `export * from "@effect/platform/HttpApiClient"`, "is for the client"],
    [contract, `export * from "@effect/platform/HttpClientRequest"`, "is for the client"],
    [contract, `export * from "@effect-invent/client/InventClient"`, "domain imports neither client"],
    [contract, `export * from "@effect/platform/HttpApiEndpoint"`, undefined],
    [contract, `export * from "./Paging.ts"`, undefined],
    ["packages/domain/src/index.ts", `export * as State from "./api/State.ts"`, undefined],
    [client, `export * from "@effect-invent/emulator/Emulator"`, throughContract],
    [client, `export * from "../../emulator/src/Emulator.ts"`, byName],
    [client, `export * from "../../emulator/dist/Emulator.js"`, byName],
    [client, `export * from "@effect/platform-node/NodeHttpClient"`, "runs on any platform"],
    [client, `export * from "@effect-invent/sql-sqlite/SqliteClient"`, "runs on any SqlClient"],
    [client, `export * from "@effect/platform/HttpClient"`, undefined],
    [client, `export * from "./internal/pipeline/CallState.ts"`, undefined],
    [clientInternal, `export * from "@effect-invent/emulator/Emulator"`, throughContract],
    [clientInternal, `export * from "../../../../emulator/src/Emulator.ts"`, byName],
    [emulator, `export * from "@effect-invent/client/RetryPolicy"`, throughContract],
    [emulator, `export * from "../../../client/src/RetryPolicy.ts"`, byName],
    [emulator, `export * from "@effect/platform-node/NodeHttpServer"`, undefined],
    [driver, `export * from "@effect-invent/domain/Chat"`, "knows nothing of Invent"],
    [driver, `export * from "node:sqlite"`, "where a bundler does not see them"],
    [driver, `export * from "@photostructure/sqlite"`, "where a bundler does not see them"],
    [driver, `export * from "@effect/sql/SqlClient"`, undefined],
    [app, `export * from "@effect/platform/HttpClient"`, lacksMethod],
    [app, `export * from "@effect/platform/HttpClientRequest"`, lacksMethod],
    [app, `export * from "@effect/platform/FetchHttpClient"`, lacksMethod],
    [app, `export * from "@effect/platform-node/NodeHttpClient"`, lacksMethod],
    [app, `export * from "undici"`, lacksMethod],
    [app, `export * from "@effect-invent/client/internal/pipeline/CallState"`, lacksMethod],
    [app, `export * from "../../../packages/client/src/internal/pipeline/CallState.ts"`, byName],
    [app, `export * from "./main.ts"`, oneRoot],
    [app, `export const late = () => import("./main.js")`, oneRoot],
    [app, `export * from "@effect/platform"`, barrel],
    [app, `export * from "@effect/platform/HttpServerResponse"`, undefined],
    [app, `export * from "@effect-invent/client/InventClient"`, undefined],
    ...[app, appFolder, alerts, decide, plan, main].flatMap((file): ReadonlyArray<Row> => [
      [file, `export * from "@effect-invent/emulator/Emulator"`, publishedAlone],
      [file, `export type * from "@effect-invent/emulator/Log"`, publishedAlone],
      [file, `export * from "@effect-invent/follow-up-checker/Checker"`, publishedAlone],
      [file, `export * from "@effect-invent/customers/Customers"`, publishedAlone],
      [file, `export * from "@effect-invent/demo/Demo"`, publishedAlone]
    ]),
    [app, `export * from "../../../packages/follow-up-checker/src/Checker.ts"`, byName],
    ["apps/follow-up-scheduler/test/Load.ts", `export * from "@effect-invent/emulator/Emulator"`, undefined],
    [appFolder, `export * from "@effect/platform/HttpClient"`, lacksMethod],
    [appFolder, `export * from "../main.ts"`, oneRoot],
    [page, `export * from "../src/operatorPage/Overview.ts"`, "only through src/operatorPage/Api.ts"],
    [page, `export * from "../src/Ledger.ts"`, "only through src/operatorPage/Api.ts"],
    [page, `export * from "@effect-invent/client/InventClient"`, "nothing of the toolkit"],
    [page, `export * from "node:fs"`, "The page runs in a browser"],
    [page, `export * from "../src/operatorPage/Api.ts"`, undefined],
    [main, `export * from "@effect/platform-node/NodeHttpClient"`, undefined],
    [main, `export * from "@effect-invent/client/internal/pipeline/CallState"`, lacksMethod],
    [main, `export * from "effect"`, barrel],
    [noun, `export * from "@effect-invent/demo/Demo"`, "domain imports neither client"],
    [client, `export * from "@effect-invent/customers/Customers"`, throughContract],
    [emulator, `export * from "@effect-invent/customers/Customers"`, throughContract],
    [driver, `export * from "@effect-invent/demo/Demo"`, "knows nothing of Invent"],
    [customers, `export * from "@effect-invent/follow-up-scheduler/Scheduler"`, "know neither who follows up"],
    [customers, `export * from "@effect-invent/follow-up-checker/Checker"`, "know neither who follows up"],
    [customers, `export * from "@effect-invent/client/internal/pipeline/CallState"`, lacksMethod],
    [customers, `export * from "@effect-invent/client/InventClient"`, undefined],
    [customers, `export * from "@effect-invent/emulator/Emulator"`, undefined],
    ...[demo, demoMain].flatMap((file): ReadonlyArray<Row> => [
      [file, `export * from "@effect-invent/emulator/Emulator"`, undefined],
      [file, `export * from "@effect-invent/customers/CustomerLayers"`, undefined],
      [file, `export * from "@effect-invent/follow-up-scheduler/Scheduler"`, undefined],
      [file, `export * from "../../follow-up-scheduler/src/Scheduler.ts"`, byName],
      [file, `export * from "@effect-invent/client/internal/pipeline/CallState"`, lacksMethod]
    ]),
    [demo, `export * from "@effect/platform-node/NodeHttpClient"`, "Only main.ts chooses the HttpClient layer"],
    [demo, `export * from "./main.ts"`, oneRoot],
    [demoMain, `export * from "@effect/platform-node/NodeHttpClient"`, undefined],
    ...[decide, plan].flatMap((file): ReadonlyArray<Row> => [
      [file, `export * from "./Ledger.ts"`, pure],
      [file, `export * from "./Ledger/Tables.ts"`, pure],
      [file, `export type * from "@effect-invent/client/InventClient"`, pure],
      [file, `export * from "effect/Clock"`, pure],
      [file, `export * from "effect/Effect"`, pure],
      [file, `export * from "@effect/sql/SqlClient"`, pure],
      [file, `export * from "@effect/cluster/Entity"`, pure],
      [file, `export * from "./main.ts"`, oneRoot],
      [file, `export * from "./Policy.ts"`, undefined]
    ]),
    ["apps/follow-up-scheduler/test/Main.test.ts", `export * from "../src/main.ts"`, oneRoot],
    ["packages/client/test/Client.test.ts", `export * from "@effect-invent/emulator/Emulator"`, undefined],
    ...[noun, contract, client, emulator, driver, app, customers, demo].flatMap((file): ReadonlyArray<Row> => [
      [file, `export * from "effect"`, barrel],
      [file, `export type { Effect } from "effect"`, barrel],
      [file, `import type { Option } from "effect"; export type O = Option.Option<1>`, barrel],
      [file, `export type T = import("effect").Option.Option<1>`, "forbidden"],
      [file, `export * from "@effect/platform-node"`, barrel],
      [file, `export * from "@effect-invent/domain"`, barrel],
      [file, `export * from "effect/Option"`, undefined]
    ])
  ])
})

describe("lint keeps src free of", () => {
  holds(
    [client, emulator, app, noun, customers, demo].flatMap((file): ReadonlyArray<Row> => [
      [file, `export const at = Date.now()`, "Use effect/Clock"],
      [file, `export const chance = Math.random()`, "Use effect/Random"],
      [file, `export const home = process.env["HOME"]`, "Use effect/Config"],
      [file, `export const names = Schema.Record({ key: Schema.String, value: Schema.String })`, "use OpenRecord"],
      [file, `export * from "node:process"`, "The environment is read through effect/Config"],
      [file, `console.log("x")`, "no-console"],
      [file, `globalThis.console.log("x")`, "Name what you need"],
      [file, `setTimeout(() => {}, 10)`, "Use Effect.sleep"],
      [file, `export const cast = 1 as any`, "no-explicit-any"],
      [file, `// @ts-ignore`, "Include a description"],
      [file, `// @ts-expect-error the vendor's own type is wrong`, undefined],
      [file, `export const midnight = Date.UTC(2024, 1, 1)`, undefined]
    ])
  )
})

describe("lint keeps tests free of", () => {
  const test = "packages/domain/test/Chat.test.ts"
  holds([
    [test, `import { describe, it } from "@effect/vitest"`, undefined],
    [test, `it.only("a", () => {})`, "no-focused-tests"],
    [test, `it.skip("b", () => {})`, "no-disabled-tests"],
    [test, `it.effect.only("c", () => never)`, "A focused test hides"],
    [test, `it.scoped.skip("d", () => never)`, "A skipped test proves nothing"],
    [test, `describe.only("e", () => {})`, "no-focused-tests"],
    [test, `describe.skip("f", () => {})`, "no-disabled-tests"],
    [test, `it("g", () => {})`, undefined]
  ])
})

describe("arrows finds in the pipeline", () => {
  const stages = [
    "Policy",
    "Decide",
    "Plan",
    "Ledger",
    "Timer",
    "Policies",
    "Privacy",
    "Watch",
    "ChatReader",
    "ChatReview",
    "Dispatch"
  ]
  const src = "apps/follow-up-scheduler/src"
  const planted = (from: string, to: string) =>
    script(
      copyWith({
        [`${src}/${from}`]: `export * from "../${to}"\n`,
        [`${src}/${to}`]: "export const one = 1\n"
      }),
      "arrows"
    )

  it.each(stages.slice(0, -1).map((stage, index) => [stage, stages[index + 1]!] as const))(
    "an import of %s from the stage after it, %s",
    (stage, next) => {
      const { output, status } = planted(`${stage}/Planted.ts`, `${next}/Other.ts`)
      expect(output).toContain("a stage of the pipeline imports earlier stages only")
      expect(status).not.toBe(0)
    }
  )

  it("an import of what people run from a stage", () => {
    expect(planted("Dispatch/Planted.ts", "cli/Options.ts").status).not.toBe(0)
  })

  it("nothing in an import of an earlier stage", () => {
    expect(planted("Dispatch/Planted.ts", "Decide/Reason.ts").status).toBe(0)
  })
})

describe("arrows finds", () => {
  const ring = (first: string, second: string) =>
    script(copyWith({ "packages/domain/src/A.ts": first, "packages/domain/src/B.ts": second }), "arrows")

  it("two modules that import each other", () => {
    const { output, status } = ring(
      `import { b } from "./B.ts"\nexport const a = () => b\n`,
      `import { a } from "./A.ts"\nexport const b = () => a\n`
    )
    expect(output).toContain("error circular")
    expect(status).not.toBe(0)
  })

  it("a cycle that types alone close", () => {
    const { output, status } = ring(
      `import { b } from "./B.ts"\nexport const a = () => b\n`,
      `import type { a } from "./A.ts"\nexport const b = (x: typeof a) => x\n`
    )
    expect(output).toContain("error circular")
    expect(status).not.toBe(0)
  })

  it("nothing in a chain", () => {
    expect(ring(`import { b } from "./B.ts"\nexport const a = () => b\n`, `export const b = 1\n`).status).toBe(0)
  })
})

describe("the type check", () => {
  const typesOf = (files: Record<string, string>) => run(copyWith(files), "tsc -p tsconfig.check.json")

  it("finds a wrong type in sources, tests and root files", () => {
    const paths = [
      "packages/domain/src/A.ts",
      "packages/client/test/A.test.ts",
      "apps/follow-up-scheduler/test/A.ts",
      "vitest.other.ts"
    ]
    const { output, status } = typesOf(
      Object.fromEntries(paths.map((path) => [path, "export const text: string = 1\n"]))
    )
    for (const path of paths) expect(output).toContain(`${path}(1,14): error TS2322`)
    expect(status).not.toBe(0)
  })

  it("finds nothing wrong in the configuration itself", () => {
    expect(typesOf({})).toEqual({ status: 0, output: "" })
  })
})

describe("the Effect diagnostics find", () => {
  const imports = ["Context", "Effect", "Layer"].map((name) => `import * as ${name} from "effect/${name}"\n`).join("")
  const everywhere = [
    ["floatingEffect", `Effect.log("x")`],
    ["missingEffectError", `export const a: Effect.Effect<number> = Effect.fail("x")`],
    ["missingReturnYieldStar", `export const b = Effect.gen(function* () { if (1 < 2) yield* Effect.fail("x") })`],
    [
      "tryCatchInEffectGen",
      `export const c = Effect.gen(function* () { try { yield* Effect.void } catch { yield* Effect.void } })`
    ],
    ["unsafeEffectTypeAssertion", `export const d = (x: Effect.Effect<number, string>) => x as Effect.Effect<number>`]
  ] as const
  const inSource = [
    ["globalDate", `export const e = new Date(0)`],
    ["globalDate", `export const f = Date.now()`],
    ["globalRandom", `export const g = Math.random()`],
    ["processEnv", `export const h = process.env["HOME"]`],
    ["globalConsole", `export const i = () => console.log("x")`],
    ["asyncFunction", `export const j = async () => 1`],
    ["globalTimers", `export const k = () => setTimeout(() => {}, 1)`]
  ] as const
  const inPackages = [
    [
      "strictEffectProvide",
      `class Tag extends Context.Tag("Tag")<Tag, 1>() {} export const l = Effect.provide(Tag, Layer.succeed(Tag, 1))`
    ]
  ] as const
  const rules = [...everywhere, ...inSource, ...inPackages]
  const text = imports + rules.map(([, line]) => line).join("\n")
  const paths = ["packages/domain/src/A.ts", "apps/follow-up-scheduler/src/A.ts", "packages/domain/test/A.ts"] as const
  const { output, status } = script(copyWith(Object.fromEntries(paths.map((path) => [path, text]))), "check:effect")
  const namesIn = (path: string) =>
    rules.flatMap(([rule], index) => {
      const place = `${path}(${imports.split("\n").length + index},`
      return output.split("\n").some((line) => line.includes(place) && line.includes(`error effect(${rule})`))
        ? [rule]
        : []
    })
  const names = (list: ReadonlyArray<readonly [string, string]>) => list.map(([rule]) => rule)

  it("every rule in the source of a package", () => {
    expect(namesIn(paths[0])).toEqual(names(rules))
    expect(status).not.toBe(0)
  })

  it("all but providing layers in an app", () => {
    expect(namesIn(paths[1])).toEqual(names([...everywhere, ...inSource]))
  })

  it("what is wrong anywhere in tests", () => {
    expect(namesIn(paths[2])).toEqual(names(everywhere))
  })
})

describe("the list of collected tests", () => {
  const test = `import { it } from "@effect/vitest"\nit("x", () => {})\n`
  const suite = `import { it } from "@effect/vitest"\nexport const suite = (name: string) => {\n  it(name, () => {})\n}\n`

  it("accepts tests in place, shared suites, fixtures and built files", () => {
    const copy = copyWith(
      {
        "packages/domain/test/Good.test.ts": test,
        "packages/domain/test/Suite.ts": suite,
        "packages/domain/test/fixtures/sample.test.ts": test,
        "packages/domain/dist/Built.test.js": test
      },
      loadedByVitest
    )
    expect(script(copy, "check:collected")).toEqual({
      status: 0,
      output: "All 1 test files are collected by vitest.\n"
    })
  })

  it("names every test out of place", () => {
    const lost = [
      "packages/domain/src/Lost.test.ts",
      "packages/client/test/Lost.spec.ts",
      "apps/other/src/Lost.test.ts",
      "scripts/test/Lost.ts"
    ]
    const { output, status } = script(
      copyWith(Object.fromEntries(lost.map((path) => [path, test])), loadedByVitest),
      "check:collected"
    )
    for (const path of lost) expect(output).toContain(`${path}: looks like a test, but vitest does not collect it`)
    expect(status).not.toBe(0)
  })
})

describe("check", () => {
  it("stops at the first part that fails, and prints which", () => {
    const copy = copyWith({
      "package.json": JSON.stringify({ scripts: { good: "exit 0", bad: "exit 3", never: "echo reached" } })
    })
    const { output, status } = run(copy, "node scripts/check.mjs good bad never")
    expect(output).toContain(`check failed at "bad"`)
    expect(output).not.toContain("check: never")
    expect(status).toBe(1)
  })

  it("runs every part", () => {
    for (const part of [
      "lint",
      "arrows",
      "check:types",
      "check:effect",
      "check:collected",
      "check:lockfile",
      "check:size"
    ]) {
      expect(scripts["check"]?.split(" ")).toContain(part)
    }
  })
})
