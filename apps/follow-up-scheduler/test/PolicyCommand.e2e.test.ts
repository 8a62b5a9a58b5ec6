import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Process from "./Process.ts"

const version = (version: number, after: string) =>
  `name: nudge\nversion: ${version}\ntime_zone: UTC\nsteps:\n  - after: ${after}\n    action: schedule_follow_up\n`

describe("policy apply", () => {
  it.live("shows what changes, changes nothing until it is told how, and tells programs the same as JSON", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const cwd = yield* files.makeTempDirectoryScoped()
      yield* files.writeFileString(`${cwd}/one.yaml`, version(1, "4 hours"))
      yield* files.writeFileString(`${cwd}/two.yaml`, version(2, "1 hour"))
      const apply = (policy: string, ...more: ReadonlyArray<string>) =>
        Process.run(["policy", "apply", "--policy", policy, ...more], { cwd })
      expect((yield* apply("one.yaml", "--running", "keep")).stdout).toContain("nudge@1 is on record; they go on as they began.")
      expect((yield* apply("two.yaml")).stdout).toContain("nudge@1 → nudge@2")
      const changed = { policy: "nudge@2", before: "nudge@1", differences: [{ path: "steps.0.after" }], running: [] }
      expect(JSON.parse((yield* apply("two.yaml", "--json")).stdout)).toMatchObject({ ...changed, applied: null })
      expect(JSON.parse((yield* apply("two.yaml", "--json", "--running", "exit")).stdout)).toMatchObject({ ...changed, applied: "exit" })
      expect((yield* apply("one.yaml")).stdout).toContain("nudge@2 → nudge@1")
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
  )
})
