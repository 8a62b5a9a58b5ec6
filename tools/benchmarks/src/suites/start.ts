/** How long commands take that people wait for, beside a bare `node`. */
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { begin } from "../emulator/Begin.ts"
import type { Table } from "../Report.ts"
import * as Statistics from "../Statistics.ts"
import type { Suite } from "../Suite.ts"

const rounds = 11

const dist = new URL("../../../../apps/follow-up-scheduler/dist/", import.meta.url)
const programs = {
  bundled: fileURLToPath(new URL("bin/follow-ups.js", dist)),
  modules: fileURLToPath(new URL("main.js", dist))
}
const policy = fileURLToPath(new URL("../../../../policies/idle-nudge.yaml", import.meta.url))

const execute = promisify(execFile)

/** A folder with a ledger of one chat, and the environment in which an emulator answers. */
const stage = async () => {
  const emulator = await begin("emulator")
  const folder = mkdtempSync(join(tmpdir(), "bench-start-"))
  const chat = emulator.address.path.split("/")[2]!
  writeFileSync(join(folder, "chats.txt"), `${chat}\n`)
  const env = { INVENT_API_KEY: emulator.address.key, INVENT_BASE_URL: emulator.address.url }
  const run = (args: ReadonlyArray<string>) => execute(process.execPath, args, { cwd: folder, env })
  await run([programs.bundled, "run", "--policy", policy, "--chats", "chats.txt"])
  const end = () => {
    emulator.end()
    rmSync(folder, { recursive: true })
  }
  return { chat, run, end }
}

/** Milliseconds until the process has ended. */
const time = async (run: () => Promise<unknown>): Promise<number> => {
  const started = performance.now()
  await run()
  return performance.now() - started
}

const starts = async (progress: (what: string) => void): Promise<Table> => {
  const { chat, end, run } = await stage()
  const commands = {
    "--help": ["--help"],
    "serve --help": ["serve", "--help"],
    status: ["status"],
    explain: ["explain", chat],
    "preview of one chat": ["preview", "--policy", policy, "--chats", "chats.txt"]
  }
  const kinds = Object.entries(commands).flatMap(([name, args]) => [
    { name, program: "modules", args: [programs.modules, ...args] },
    { name, program: "bundled", args: [programs.bundled, ...args] }
  ])
  const bare: Array<number> = []
  const measured = kinds.map((kind) => ({ ...kind, millis: [] as Array<number> }))
  // Once before it counts: files are in the system's cache, and in that of compiled code, where Node has one.
  for (const { args } of measured) await run(args)
  for (let round = 1; round <= rounds; round++) {
    progress(`round ${round} of ${rounds}`)
    bare.push(await time(() => run(["-e", "0"])))
    for (const { args, millis } of measured) millis.push(await time(() => run(args)))
  }
  end()
  const row = (name: string, program: string, millis: ReadonlyArray<number>) => [
    name,
    program,
    Statistics.show(Statistics.sample(millis)),
    Statistics.show(Statistics.ratio(millis, bare), 1)
  ]
  return {
    title: "Start",
    about:
      `From the start of the process to its end; median and range of ${rounds} rounds, ratios to the bare \`node\` ` +
      `of the same round. "modules" is the program as its modules are built, "bundled" is the same program as ` +
      `\`pnpm start\` runs it and as it is published. The ledger holds one chat; preview asks an emulator on the ` +
      "loopback address for its messages.",
    head: ["command", "program", "ms", "ratio to `node -e 0`"],
    rows: [row("node -e 0", "", bare), ...measured.map(({ millis, name, program }) => row(name, program, millis))]
  }
}

export const suite: Suite = {
  packages: ["effect", "@effect/platform", "@effect/platform-node"],
  run: async (progress) => [await starts(progress)]
}
