import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { fileURLToPath } from "node:url"
import * as Conversations from "./Conversations.ts"
import * as Process from "./Process.ts"

const policy = fileURLToPath(new URL("../../../policies/idle-nudge.yaml", import.meta.url))

it.live("simulate plays ten thousand conversations", () =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const cwd = yield* files.makeTempDirectoryScoped()
    yield* files.writeFileString(
      `${cwd}/history.jsonl`,
      Array.from({ length: 10_000 }, (_, index) => Conversations.line(index)).join("")
    )
    const { code, stdout } = yield* Process.run(
      ["simulate", "--policy", policy, "--against", "history.jsonl", "--json"],
      { cwd }
    )
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      reports: [{ conversations: 10_000, nudges: 20_000, ends: { replied: 10_000 } }]
    })
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
)
