import * as Emulator from "@effect-invent/emulator/Emulator"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { fileURLToPath } from "node:url"
import * as PauseCommandSuite from "./PauseCommandSuite.ts"
import * as Postgres from "./Postgres.ts"
import * as Process from "./Process.ts"

const policy = fileURLToPath(new URL("../../../policies/idle-nudge.yaml", import.meta.url))
const pass = ["--policy", policy, "--chats", "ids.txt"]

const inFolder = <A, E, R>(
  surroundings: Effect.Effect<Record<string, string>>,
  use: (folder: string, env: Record<string, string>) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const { apiKey, url } = yield* Emulator.Emulator
    const files = yield* FileSystem.FileSystem
    const folder = yield* files.makeTempDirectoryScoped()
    yield* files.writeFileString(`${folder}/ids.txt`, "chat_nobody\n")
    return yield* use(folder, {
      INVENT_API_KEY: Redacted.value(apiKey("scheduler")),
      INVENT_BASE_URL: url,
      ...(yield* surroundings)
    })
  }).pipe(Effect.scoped, Effect.provide(Layer.merge(NodeContext.layer, Emulator.layerServer())))

/** Several processes, one after the other. */
const busyMachine = 180_000

const onEach = (suite: (surroundings: Effect.Effect<Record<string, string>>) => void) => {
  describe("on SQLite", () => suite(Effect.succeed({})))
  Postgres.describe("on PostgreSQL", () => {
    const server = Postgres.forSuite()
    const surroundings = Effect.gen(function* () {
      const { database } = yield* server
      return { DATABASE_URL: Redacted.value(yield* database), RUNNER_PORT: String(yield* Postgres.freePort) }
    })
    PauseCommandSuite.suite(surroundings)
    suite(surroundings)
  })
}

describe("pause and resume on the command line", () => {
  onEach((surroundings) => {
    it.live(
      "reach a scheduler that is running, and its operator page",
      () =>
        inFolder(surroundings, (cwd, env) =>
          Effect.gen(function* () {
            const serving = yield* Process.start(["serve", ...pass, "--ui"], { cwd, env })
            const address = (yield* serving.prints(/page is at (\S+)/))[1] ?? ""
            expect(yield* Process.run(["pause"], { cwd, env })).toMatchObject({ code: 0 })
            const live = yield* Effect.promise(() =>
              fetch(`${address}/api/live`, { headers: { "x-follow-ups": "page" } })
            )
            const reader = live.body!.getReader()
            const { value } = yield* Effect.promise(() => reader.read())
            expect(new TextDecoder().decode(value)).toMatch(/"paused_since":\d+/)
            serving.process.kill("SIGINT")
            expect((yield* serving.ended).code).toBe(130)
          }).pipe(Effect.scoped)
        ),
      busyMachine
    )
  })
})
