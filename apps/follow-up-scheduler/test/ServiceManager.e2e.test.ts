/** The documented ways to run a service are one process: who stops what was started has stopped the scheduler. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const text = (file: string) => readFileSync(path.join(root, file), "utf8")

const documented: Readonly<Record<string, string | undefined>> = {
  "the command of docs/operating.md": /^((?:node|npx|follow-ups)\b.* serve .*)$/m.exec(text("docs/operating.md"))?.[1],
  "the unit for systemd": /^ExecStart=(.*)$/m.exec(text("docs/systemd/follow-ups.service"))?.[1]
}

/** The program of the first word, as a supervisor starts it: without a shell. */
const start = ([program = "", ...words]: ReadonlyArray<string>, cwd: string, env: Record<string, string>) =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const isUp = yield* Deferred.make<void, string>()
      const child = spawn(program.endsWith("node") ? process.execPath : program, words, {
        cwd,
        env: { ...env, PATH: process.env["PATH"] ?? "" }
      })
      let output = ""
      const receive = (chunk: Buffer) => {
        output += chunk.toString()
        if (output.includes("following up the chats of the inbox")) Deferred.unsafeDone(isUp, Effect.void)
      }
      child.stdout.on("data", receive)
      child.stderr.on("data", receive)
      const ended = new Promise<number | null>((resolve) => child.on("exit", resolve).on("error", () => resolve(null)))
      void ended.then((code) => Deferred.unsafeDone(isUp, Effect.fail(`it ended with ${code}: ${output}`)))
      return { child, ended: Effect.promise(() => ended), isUp: Deferred.await(isUp) }
    }),
    ({ child, ended }) =>
      Effect.zipRight(
        Effect.sync(() => child.kill("SIGKILL")),
        ended
      )
  )

for (const [what, line] of Object.entries(documented)) {
  it.live(`${what} ends the scheduler at a SIGTERM, and the next start finds the ledger free`, () =>
    Effect.gen(function* () {
      const { apiKey, url } = yield* Emulator.Emulator
      const files = yield* FileSystem.FileSystem
      const cwd = yield* files.makeTempDirectoryScoped()
      // As seen from the folder of the copy, with a ledger of its own.
      for (const name of ["apps", "policies", "package.json", "scripts", "node_modules"])
        yield* files.symlink(path.join(root, name), `${cwd}/${name}`)
      const words = (line ?? "").replace(/\/\S*(?=follow-ups\.db)/, "").split(" ")
      const env = { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url }
      for (let times = 0; times < 2; times++) {
        const service = yield* start(words, cwd, env)
        yield* service.isUp
        yield* Effect.sync(() => service.child.kill("SIGTERM"))
        expect(yield* service.ended).toBe(143)
      }
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(Emulator.layerServer({}), NodeContext.layer)))
  )
}
