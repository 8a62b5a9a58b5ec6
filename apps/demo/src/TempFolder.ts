/**
 * A folder for the demo's files. It is removed when the demo ends: normally, by Ctrl-C, or by `kill -9`. A small second
 * process removes it; it does nothing but wait for this process to end.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { spawn } from "node:child_process"

/** The paths of the demo's files: its policy, its ledger, and the emulator's log. */
export class TempFolder extends Context.Tag("@effect-invent/demo/TempFolder")<
  TempFolder,
  { readonly policy: string; readonly database: string; readonly log: string }
>() {}

/** Silences of seconds, so that a person can watch; the quiet hours are as in production. */
const policy = `name: demo
version: 1
effective_from: all
at_most_per_hour: 1000000
at_most_per_day: 1000000
quiet_hours: { start: "21:00", end: "09:00" }
arm_lead: 1500 millis
confirm_after: 500 millis
steps:
  - { after: 4 seconds, action: schedule_follow_up }
  - { after: 4 seconds, action: schedule_follow_up }
`

const remover = `
const { mkdtempSync, rmSync } = require("node:fs")
const { join } = require("node:path")
const { tmpdir } = require("node:os")
const folder = mkdtempSync(join(tmpdir(), "invent-demo-"))
process.stdin.on("end", () => rmSync(folder, { recursive: true, force: true })).resume()
process.stdout.on("error", () => {}).write(folder)
`

/** The folder could not be made. Nothing was started. */
export class NoFolder extends Schema.TaggedError<NoFolder>()("NoFolder", { reason: Schema.String }) {
  override get message() {
    return `the demo has no folder for its files: ${this.reason}`
  }
}

/**
 * Starts the second process. Its standard input ends when this process does, however it ends, and as a group of its own
 * it gets no signal of the terminal. It makes the folder, too, so that no folder exists without a process that removes
 * it, also where this process ends before it has read the name.
 */
const startRemover = Effect.async<{ readonly folder: string; readonly stop: Effect.Effect<void> }, NoFolder>(
  (resume) => {
    const child = spawn(process.execPath, ["-e", remover], { detached: true, stdio: ["pipe", "pipe", "pipe"] })
    let errorText = ""
    child.once("close", () =>
      resume(Effect.fail(new NoFolder({ reason: /^Error: (.*)$/m.exec(errorText)?.[1] ?? "nobody could make it" })))
    )
    child.once("error", ({ message }) => (errorText = `Error: ${message}`))
    child.stderr.on("data", (chunk: Buffer) => (errorText += chunk.toString()))
    const stop = Effect.async<void>((done) => {
      child.once("close", () => done(Effect.void))
      child.stdin.end()
    })
    child.stdout.once("data", (folder: Buffer) => resume(Effect.succeed({ folder: folder.toString(), stop })))
  }
)

/** Makes the folder and writes the policy. The folder is removed when the layer ends. */
export const layer = Layer.scoped(
  TempFolder,
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const { folder } = yield* Effect.acquireRelease(startRemover, ({ stop }) => stop)
    const tempFolder = {
      policy: path.join(folder, "policy.yaml"),
      database: path.join(folder, "follow-ups.db"),
      log: path.join(folder, "emulator.jsonl")
    }
    yield* files.writeFileString(tempFolder.policy, policy)
    return tempFolder
  })
)
