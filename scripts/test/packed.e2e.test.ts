/**
 * The packages as they are published: packed, judged by the two usual linters, and put into an empty project that uses
 * them.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { folders } from "../../tools/test-support/src/Packages.ts"
import { bin, manifestIn, root, run, tarballOf } from "./Packed.ts"

const project = realpathSync(mkdtempSync(join(tmpdir(), "packed-")))
const installed = (name: string) => join(project, "node_modules", name)

const node = (...args: ReadonlyArray<string>) => run(process.execPath, args, project)
const tarballs = new Map<string, string>()
const tarball = (folder: string) => tarballs.get(folder) ?? ""

/** Unpacks the tarballs of these folders into a project, and links what an installer would bring beside them. */
const install = async (into: string, packages: ReadonlyArray<string>) => {
  const place = (name: string) => join(into, "node_modules", name)
  for (const folder of packages) {
    const target = place(manifestIn(join(root, folder)).name)
    mkdirSync(target, { recursive: true })
    const unpacked = await run("tar", ["-xzf", await tarballOf(folder), "-C", target, "--strip-components=1"], into)
    if (unpacked.status !== 0) throw new Error(unpacked.output)
  }
  // For each name that a manifest depends on, the version that the workspace is tested with.
  for (const folder of packages) {
    const { dependencies, name, optionalDependencies, peerDependencies } = manifestIn(
      place(manifestIn(join(root, folder)).name)
    )
    for (const wanted of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const link = place(wanted)
      if (existsSync(link)) continue
      const source = join(root, folder, "node_modules", wanted)
      if (!existsSync(source)) throw new Error(`${name} needs ${wanted}, which its folder does not have`)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(realpathSync(source), link, "junction")
    }
  }
}

beforeAll(async () => {
  for (const folder of folders) tarballs.set(folder, await tarballOf(folder))
  await install(project, folders)
  mkdirSync(installed("@types"), { recursive: true })
  symlinkSync(realpathSync(join(root, "node_modules/@types/node")), installed("@types/node"), "junction")
})

afterAll(() => {
  rmSync(project, { recursive: true, force: true })
})

describe.each(folders)("the package of %s", (folder) => {
  const home = () => installed(manifestIn(join(root, folder)).name)

  it("is what publint expects", async () => {
    expect(await node(bin("publint", "src/cli.js"), "run", tarball(folder), "--strict")).toMatchObject({ status: 0 })
  })

  it("has types that belong to its code, wherever they are imported from as ESM", async () => {
    const { exports = {} } = manifestIn(home())
    const isExported = (name: string) =>
      exports[`./${name}`] !== null && (exports[`./${name}`] ?? exports["./*"]) !== undefined
    const modules = readdirSync(join(root, folder, "src")).flatMap((file) =>
      /^[A-Z]\w*\.ts$/.test(file) ? [file.replace(".ts", "")] : []
    )
    const subpaths = modules.filter(isExported)
    const judged = await node(
      bin("@arethetypeswrong/cli", "dist/index.js"),
      tarball(folder),
      "--profile",
      "esm-only",
      "--format",
      "ascii",
      "--include-entrypoints",
      ...subpaths
    )
    expect(judged, judged.output).toMatchObject({ status: 0 })
    expect(judged.output).toContain(`/${subpaths[0]}`)
  })

  it("depends on exact neighbours and on ranges of what its users bring themselves", () => {
    const { dependencies = {}, peerDependencies = {}, version } = manifestIn(home())
    const all = Object.entries({ ...dependencies, ...peerDependencies })
    expect(all.filter(([, range]) => /workspace:|catalog:/.test(range))).toEqual([])
    expect(all.filter(([name, range]) => name.startsWith("@effect-invent/") && range !== version)).toEqual([])
    if (folder.startsWith("packages/")) {
      expect(Object.keys(dependencies).filter((name) => name === "effect" || name === "@effect/platform")).toEqual([])
      expect(peerDependencies["effect"]).toMatch(/^\^3\./)
    }
  })

  it("carries a licence and a text of its own, and no build state", () => {
    expect(readdirSync(home())).toEqual(expect.arrayContaining(["LICENSE", "README.md", "dist", "package.json", "src"]))
    expect(existsSync(join(home(), "dist/.tsbuildinfo"))).toBe(false)
  })
})

describe("an empty project with the packages", () => {
  it("compiles the quick start against their types with TypeScript 5, libraries checked, and runs it", async () => {
    copyFileSync(join(root, "apps/follow-up-scheduler/test/readme/QuickStart.ts"), join(project, "QuickStart.ts"))
    writeFileSync(join(project, "package.json"), `{ "type": "module" }`)
    writeFileSync(
      join(project, "Start.ts"),
      `import * as Emulator from "@effect-invent/emulator/Emulator"
import { Effect, Redacted } from "effect"

await Effect.gen(function* () {
  const { apiKey, url, world } = yield* Emulator.Emulator
  const contact = yield* world.addContact({ name: "Ana", channels: [{ type: "whatsapp_bot" }] })
  const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Hello?" })
  process.env["INVENT_API_KEY"] = Redacted.value(apiKey("newcomer"))
  process.env["INVENT_BASE_URL"] = url
  yield* Effect.promise(() => import("./QuickStart.js"))
  const { state } = yield* world.snapshot(chat.id)
  console.log("follow-up set:", state?.follow_up_at !== null && state?.follow_up_at !== undefined)
}).pipe(Effect.provide(Emulator.layerServer({ script: () => ({ _tag: "Silence" }) })), Effect.runPromise)
`
    )
    writeFileSync(
      join(project, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: { module: "NodeNext", target: "ES2022", strict: true, skipLibCheck: false, types: ["node"] },
        files: ["QuickStart.ts", "Start.ts"]
      })
    )
    const compiled = await node(bin("typescript-5", "bin/tsc"), "--project", ".")
    expect(compiled.output).toBe("")
    const ran = await node("Start.js")
    expect(ran.output).toMatch(/^message_\d+ user \w+\nfollow-up set: true\n$/)
    expect(ran.status).toBe(0)
  })

  it("cannot reach what is internal", async () => {
    const reached = await node(
      "--eval",
      `import("@effect-invent/client/internal/pipeline/Pipeline").catch((error) => console.log(error.code))`
    )
    expect(reached.output).toBe("ERR_PACKAGE_PATH_NOT_EXPORTED\n")
  })

  it("starts the scheduler by its bin, which prints help, and ships no build state with it", async () => {
    const home = installed("@effect-invent/follow-up-scheduler")
    const program = join(home, manifestIn(home).bin?.["follow-ups"] ?? "")
    const helped = await node(program, "--help")
    expect(helped, helped.output).toMatchObject({ status: 0 })
    expect(helped.output).toContain("follow-ups serve --policy")
    const files = readdirSync(dirname(program))
    expect(files).toEqual(expect.arrayContaining(["third-party-notices.txt", "main.js"]))
    expect(files.filter((file) => file === "compiled" || file.startsWith("."))).toEqual([])
  })

  it("prints in one line which part of the program is missing, and exits with 2", async () => {
    const folder = join(project, "node_modules/@effect-invent/incomplete")
    cpSync(installed("@effect-invent/follow-up-scheduler"), folder, { recursive: true })
    for (const file of readdirSync(join(folder, "dist/bin")))
      if (file.startsWith("Status-")) rmSync(join(folder, "dist/bin", file))
    const failed = await node(join(folder, "dist/bin/follow-ups.js"), "status")
    expect(failed.output).toMatch(
      /^the part of the program for status could not be loaded: .*; install the program again\n$/
    )
    expect(failed.status).toBe(2)
  })

  it("keeps the pure time window of the scheduler importable by itself", async () => {
    const program = `
      const { nextAllowed } = await import("@effect-invent/follow-up-scheduler/NextAllowed")
      const { DateTime, Option } = await import("effect")
      const next = nextAllowed({
        zone: "Europe/Lisbon",
        from: DateTime.unsafeMake("2026-12-24T18:00:00Z"),
        window: { start: "09:00", end: "18:00" },
        weekdays: [1, 2, 3, 4, 5, 6, 7],
        holidays: ["2026-12-25"]
      })
      console.log(Option.getOrThrow(Option.map(next, DateTime.formatIso)))`
    expect((await node("--input-type=module", "--eval", program)).output).toBe("2026-12-26T09:00:00.000Z\n")
  })
})

describe("a project with the scheduler and its peers", () => {
  const alone = realpathSync(mkdtempSync(join(tmpdir(), "packed-scheduler-")))
  const scheduler = join(alone, "node_modules/@effect-invent/follow-up-scheduler")
  const followUps = (...args: ReadonlyArray<string>) =>
    run(process.execPath, [join(scheduler, "dist/bin/follow-ups.js"), ...args], alone, {})

  beforeAll(() =>
    install(alone, ["packages/domain", "packages/client", "packages/sql-sqlite", "apps/follow-up-scheduler"])
  )
  afterAll(() => rmSync(alone, { recursive: true, force: true }))

  it("has neither the emulator nor the checker", () => {
    expect(readdirSync(dirname(scheduler)).toSorted()).toEqual([
      "client",
      "domain",
      "follow-up-scheduler",
      "sql-sqlite"
    ])
  })

  it("records an emulator's log and plays it", async () => {
    const at = "2026-03-10T12:00:00.000Z"
    const ids = { chat_id: "chat_1", conversation_id: "conversation_1", contact_id: "contact_1" }
    const entries = [
      { kind: "chat", at, ...ids, country: "PT", channel_type: "custom" },
      { kind: "message", at, ...ids, author: "contact", cause: "opening", status: "COMPLETED" }
    ]
    writeFileSync(join(alone, "log.jsonl"), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""))
    const recorded = await followUps("record", "log", "--out", "chats.jsonl", "log.jsonl")
    expect(recorded).toEqual({ status: 0, output: "recorded 1 conversation in chats.jsonl\n" })
    const policy = join(root, "policies/idle-nudge.yaml")
    const played = await followUps("simulate", "--policy", policy, "--against", "chats.jsonl", "--json")
    expect(JSON.parse(played.output)).toMatchObject({ reports: [{ conversations: 1 }] })
  })

  it("has every module that it exports", async () => {
    const { exports = {} } = manifestIn(scheduler)
    const named = Object.entries(exports).flatMap(([path, target]) =>
      target === null || path.includes("*") ? [] : [path.replace(".", "@effect-invent/follow-up-scheduler")]
    )
    expect(named.length).toBeGreaterThan(0)
    const imports = `for (const name of ${JSON.stringify(named)}) await import(name)`
    const imported = await run(process.execPath, ["--input-type=module", "--eval", imports], alone)
    expect(imported).toEqual({ status: 0, output: "" })
  })
})
