import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

// The built program: `tsc -b` goes before.
const program = fileURLToPath(new URL("../dist/main.js", import.meta.url))

const check = (...args: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [program, ...args], { encoding: "utf8" })
  return { status, stderr, stdout }
}

const policy = "{ time_zone: UTC, steps: [{ after: 1 hour, action: schedule_follow_up }] }"
const says = (at: string, cause: string) =>
  `${JSON.stringify({ kind: "message", at, chat_id: "chat_1", message_id: at, author: "assistant", cause, status: "COMPLETED" })}\n`

describe("the check program", () => {
  it.scoped(
    "exits with 0 where it agrees, 1 where it does not, and 2 where it cannot judge",
    () =>
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const folder = yield* files.makeTempDirectoryScoped()
        const [log, rules] = [`${folder}/log.jsonl`, `${folder}/policy.yaml`]
        yield* files.writeFileString(rules, policy)
        const judge = (at: string) =>
          files
            .writeFileString(log, says("2026-03-10T12:00:00.000Z", "reply") + says(at, "follow_up"))
            .pipe(Effect.map(() => check("--log", log, "--policy", rules)))

        const agreed = yield* judge("2026-03-10T13:00:00.000Z")
        expect(agreed).toMatchObject({ status: 0, stderr: "" })
        expect(agreed.stdout).toMatch(/^checker: agrees\n/)

        const violated = yield* judge("2026-03-10T12:30:00.000Z")
        expect(violated).toMatchObject({ status: 1, stderr: "" })
        expect(violated.stdout).toMatch(/^checker: 1 violation\n {2}too_early {2}chat_1/)

        const refused = yield* judge("half past twelve")
        expect(refused).toMatchObject({ status: 2, stdout: "" })
        expect(refused.stderr).toMatch(/^checker: .*log\.jsonl: line 2: at: [^\n]+\n$/)
      }).pipe(Effect.provide(NodeFileSystem.layer)),
    60_000
  )
})
