import * as Emulator from "@effect-invent/emulator/Emulator"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { fileURLToPath } from "node:url"
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
    return yield* use(folder, { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url, ...(yield* surroundings) })
  }).pipe(Effect.scoped, Effect.provide(Layer.merge(NodeContext.layer, Emulator.layerServer())))

/** A dozen processes, one after the other. */
const busyMachine = 180_000

const requests = Effect.flatMap(Emulator.Emulator, ({ log }) => log.entries)

const onEach = (suite: (surroundings: Effect.Effect<Record<string, string>>) => void) => {
  describe("on SQLite", () => suite(Effect.succeed({})))
  describe.skipIf(!Postgres.isInstalled)("on PostgreSQL", () => {
    const server = Postgres.forSuite()
    suite(
      Effect.gen(function* () {
        const { database } = yield* server
        return { DATABASE_URL: Redacted.value(yield* database), RUNNER_PORT: String(yield* Postgres.freePort) }
      })
    )
  })
}

describe("pause and resume on the command line", () => {
  onEach((surroundings) => {
    it.live("hold a pass back and let the next one go, and say so", () =>
      inFolder(surroundings, (cwd, env) =>
        Effect.gen(function* () {
          const early = yield* Process.run(["pause"], { cwd, env })
          expect(early).toMatchObject({ code: 2, stderr: expect.stringContaining("the first run creates it") })
          yield* Process.run(["run", ...pass], { cwd, env })
          const before = (yield* requests).length
          expect(yield* Process.run(["pause"], { cwd, env })).toMatchObject({ code: 0, stdout: expect.stringContaining("Paused") })
          const since = JSON.parse((yield* Process.run(["pause", "--json"], { cwd, env })).stdout)
          expect(since).toEqual({ paused_since: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) })
          const told = JSON.parse((yield* Process.run(["run", ...pass, "--json"], { cwd, env })).stdout)
          expect(told).toMatchObject({ ...since, chats: [], carried: 0 })
          const held = yield* Process.run(["run", ...pass], { cwd, env })
          expect(held).toMatchObject({ code: 0, stdout: expect.stringContaining("Paused since") })
          const inbox = yield* Process.run(["run", "--policy", policy, "--inbox"], { cwd, env })
          expect(inbox).toMatchObject({ code: 0, stdout: expect.stringContaining("Paused since") })
          expect((yield* requests).length).toBe(before)
          expect(yield* Process.run(["resume"], { cwd, env })).toMatchObject({ code: 0, stdout: expect.stringContaining("Resumed") })
          expect(JSON.parse((yield* Process.run(["resume", "--json"], { cwd, env })).stdout)).toEqual({ paused_since: null })
          yield* Process.run(["run", ...pass], { cwd, env })
          expect((yield* requests).length).toBeGreaterThan(before)
        })
      ),
      busyMachine
    )

    it.live("reach a scheduler that is running, and its operator page", () =>
      inFolder(surroundings, (cwd, env) =>
        Effect.gen(function* () {
          const serving = yield* Process.start(["serve", ...pass, "--ui"], { cwd, env })
          const address = (yield* serving.prints(/page is at (\S+)/))[1] ?? ""
          expect(yield* Process.run(["pause"], { cwd, env })).toMatchObject({ code: 0 })
          const live = yield* Effect.promise(() => fetch(`${address}/api/live`, { headers: { "x-follow-ups": "page" } }))
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

  it.live("do not listen for other machines without a token: one line, exit code 2, no request", () =>
    inFolder(Effect.succeed({}), (cwd, env) =>
      Effect.gen(function* () {
        const { code, stderr } = yield* Process.run(["serve", ...pass, "--ui-port", "0", "--ui-host", "0.0.0.0"], { cwd, env })
        expect(stderr.trim()).toBe("operator page on 0.0.0.0:0: other machines reach it; set FOLLOW_UPS_TOKEN to a secret of at least 16 characters")
        expect(code).toBe(2)
        expect(yield* requests).toEqual([])
      })
    )
  )
})
