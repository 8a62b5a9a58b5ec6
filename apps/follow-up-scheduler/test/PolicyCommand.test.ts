import { describe, expect, it } from "@effect/vitest"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ledger from "../src/Ledger.ts"
import * as Sqlite from "../src/Ledger/Database/Sqlite.ts"
import * as CommandLine from "./CommandLine.ts"

const version = (version: number, after: string) =>
  `name: nudge\nversion: ${version}\ntime_zone: UTC\nsteps:\n  - after: ${after}\n    action: schedule_follow_up\n`

describe("policy apply", () => {
  it.live("shows the difference where there is no ledger, and beside a scheduler, and creates and changes none", () =>
    CommandLine.inFolder(
      { "one.yaml": version(1, "4 hours") },
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const shown = CommandLine.run(["policy", "apply", "--policy", "one.yaml"])
        const nothing = { code: 0, stderr: "", stdout: expect.stringContaining("Nothing was changed") }
        expect(yield* shown).toMatchObject(nothing)
        expect(yield* files.exists("follow-ups.db")).toBe(false)
        yield* Layer.build(Layer.provideMerge(Ledger.layer, Sqlite.layer("follow-ups.db")))
        expect(yield* shown).toMatchObject(nothing)
      }).pipe(Effect.scoped)
    )
  )

  it.live("shows what changes, changes nothing without a choice by option, and prints the same as JSON", () =>
    CommandLine.inFolder(
      { "one.yaml": version(1, "4 hours"), "two.yaml": version(2, "1 hour") },
      Effect.gen(function* () {
        const apply = (policy: string, ...more: ReadonlyArray<string>) =>
          CommandLine.run(["policy", "apply", "--policy", policy, ...more])
        expect((yield* apply("one.yaml", "--running", "keep")).stdout).toContain(
          "nudge@1 is on record; they go on as they began."
        )
        expect((yield* apply("two.yaml")).stdout).toContain("nudge@1 → nudge@2")
        const changed = { policy: "nudge@2", before: "nudge@1", differences: [{ path: "steps.0.after" }], running: [] }
        expect(JSON.parse((yield* apply("two.yaml", "--json")).stdout)).toMatchObject({ ...changed, applied: null })
        expect(JSON.parse((yield* apply("two.yaml", "--json", "--running", "exit")).stdout)).toMatchObject({
          ...changed,
          applied: "exit"
        })
        expect((yield* apply("one.yaml")).stdout).toContain("nudge@2 → nudge@1")
        yield* apply("two.yaml", "--running", "retime", "--by", "Rita")
        const { stdout } = yield* CommandLine.run(["export"])
        expect(
          stdout
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line).detail)
        ).toEqual([
          { policy: "nudge@1", running: "keep" },
          { policy: "nudge@2", running: "exit" },
          { by: "Rita", policy: "nudge@2", running: "retime" }
        ])
      })
    )
  )
})
