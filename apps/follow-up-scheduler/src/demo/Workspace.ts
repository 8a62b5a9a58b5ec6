/**
 * A folder for the demo's files that is gone when the demo is: at a normal end and at Ctrl-C by its scope, after `kill -9`
 * by a small process that does nothing but wait for this one to end.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { spawn } from "node:child_process"

export class Workspace extends Context.Tag("@effect-invent/follow-up-scheduler/demo/Workspace")<
  Workspace,
  { readonly policy: string; readonly database: string; readonly log: string }
>() {}

/** Durations a person can watch; the hours are real. */
const policy = `name: demo
version: 1
quiet_hours: { start: "21:00", end: "09:00" }
arm_lead: 1500 millis
confirm_after: 500 millis
steps:
  - { after: 4 seconds, action: schedule_follow_up }
  - { after: 4 seconds, action: schedule_follow_up }
`

const janitor = `
process.stdin.on("end", () => require("node:fs").rmSync(process.argv[1], { recursive: true, force: true })).resume();
`

/** Its standard input ends when this process does, however that came about; in a group of its own no signal reaches it. */
const hireJanitor = (folder: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, ["-e", janitor, folder], { detached: true, stdio: ["pipe", "ignore", "ignore"] })
      child.unref()
      return child
    }),
    // Dismissed, not called: the scope removes the folder itself, and two who do so at once are in each other's way.
    (child) => Effect.sync(() => child.kill())
  )

export const layer = Layer.scoped(
  Workspace,
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const folder = yield* files.makeTempDirectoryScoped({ prefix: "invent-demo-" })
    yield* hireJanitor(folder)
    const workspace = {
      policy: path.join(folder, "policy.yaml"),
      database: path.join(folder, "follow-ups.db"),
      log: path.join(folder, "emulator.jsonl")
    }
    yield* files.writeFileString(workspace.policy, policy)
    return workspace
  })
)
