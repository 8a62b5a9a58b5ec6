import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import stringWidth from "string-width"
import * as Lines from "../src/Lines.ts"
import * as Process from "./Process.ts"

const inFolder = <A, E, R>(use: (folder: string) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(FileSystem.FileSystem, (files) => Effect.flatMap(files.makeTempDirectoryScoped(), use)).pipe(
    Effect.scoped,
    Effect.provide(NodeContext.layer)
  )

const leftIn = (folder: string) => Effect.flatMap(FileSystem.FileSystem, (files) => files.readDirectory(folder))

const until = (condition: Effect.Effect<boolean, unknown, FileSystem.FileSystem>) =>
  Effect.repeat(condition, { schedule: Schedule.spaced("50 millis"), until: (holds) => holds }).pipe(Effect.timeout("20 seconds"))

describe("the demo", () => {
  it.live(
    "ends well: every conversation has one outcome, none was refused, and the checker agrees",
    () =>
      inFolder((cwd) =>
        Effect.gen(function* () {
          const { code, stderr, stdout } = yield* Process.run(["demo", "--chats", "30", "--seed", "3"], { cwd, env: { TMPDIR: cwd } })
          expect(stdout).toContain("checker: agrees")
          expect(code, stderr).toBe(0)
          const table = stdout.slice(stdout.indexOf("What became"), stdout.indexOf("follow-ups sent"))
          const counts = [...table.matchAll(/^ +(\d+) {2}(.*)$/gm)].map(([, count, label]) => [Number(count), label] as const)
          const all = counts.pop()
          expect(all).toEqual([30, "chats in all"])
          expect(counts.reduce((sum, [count]) => sum + count, 0)).toBe(30)
          expect(stdout).toContain("0 refused with 429")
          expect(stdout.split("\n").filter((line) => stringWidth(line) > Lines.columns)).toEqual([])
          expect(yield* leftIn(cwd)).toEqual([])
        })
      ),
    90_000
  )

  it.live(
    "says the same to programs, as one document",
    () =>
      inFolder((cwd) =>
        Effect.gen(function* () {
          const { code, stderr, stdout } = yield* Process.run(["demo", "--chats", "12", "--seed", "3", "--json"], { cwd, env: { TMPDIR: cwd } })
          expect(code, stderr).toBe(0)
          const told = JSON.parse(stdout)
          expect(told.outcomes.reduce((sum: number, { chats }: { chats: number }) => sum + chats, 0)).toBe(12)
          expect(told).toMatchObject({ refused_with_429: 0, checker: { violations: [], chats: 12, followUps: told.follow_ups } })
          expect(told.story.length).toBeGreaterThan(0)
        })
      ),
    90_000
  )

  it.live(
    "leaves nothing behind when it is killed with -9",
    () =>
      inFolder((cwd) =>
        Effect.scoped(
          Effect.gen(function* () {
            const demo = yield* Process.start(["demo"], { cwd, env: { TMPDIR: cwd } })
            yield* until(Effect.map(leftIn(cwd), (left) => left.length > 0))
            demo.process.kill("SIGKILL")
            yield* until(Effect.map(leftIn(cwd), (left) => left.length === 0))
          })
        )
      ),
    60_000
  )
})
