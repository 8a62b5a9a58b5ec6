/** The database on a volume that has no byte left: a real one, where this machine lets a test mount one. */
import * as Checker from "@effect-invent/emulator/Checker"
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Log from "@effect-invent/emulator/Log"
import * as FileSystem from "@effect/platform/FileSystem"
import { afterAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Crowd from "./Crowd.ts"
import * as Process from "./Process.ts"

const volume = fs.mkdtempSync(path.join(os.tmpdir(), "volume-"))
const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=16m", "tmpfs", volume]).status === 0
if (!isMounted) console.warn("NOT TESTED: a full volume. Mounting one takes root and CAP_SYS_ADMIN.")

afterAll(() => {
  if (isMounted) spawnSync("umount", ["--lazy", volume])
  fs.rmdirSync(volume)
})

const filler = path.join(volume, "filler")

/** Until not even one more byte fits. */
const fill = Effect.sync(() => {
  const file = fs.openSync(filler, "a")
  for (const size of [65536, 4096, 1]) {
    try {
      for (;;) fs.writeSync(file, Buffer.alloc(size))
    } catch (error) {
      expect(error).toMatchObject({ code: "ENOSPC" })
    }
  }
  fs.closeSync(file)
})
const free = Effect.sync(() => fs.rmSync(filler))

const full = "database or disk is full"

describe.skipIf(!isMounted)("on a volume that is full", () => {
  it.live("nothing is sent that is not on record, the error says so, and once there is room everything goes on, once", () =>
    Effect.gen(function* () {
      const { apiKey, log, url, world } = yield* Emulator.Emulator
      const files = yield* FileSystem.FileSystem
      const cwd = yield* files.makeTempDirectoryScoped()
      const contact = yield* world.addContact({ name: "Zoë", country: "IE", channels: [{ type: "custom" }] })
      const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "silent" })
      yield* files.writeFileString(`${cwd}/ids.txt`, chat.id)
      yield* files.writeFileString(`${cwd}/policy.yaml`, Crowd.policy)
      const options = { cwd, env: { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url } }
      const args = ["--policy", "policy.yaml", "--chats", "ids.txt", "--db", path.join(volume, "follow-ups.db")]
      const followUps = Effect.map(log.entries, (entries) => entries.filter((entry) => entry.kind === "message" && entry.cause === "follow_up").length)
      const changes = Effect.map(log.entries, (entries) => entries.filter((entry) => entry.kind === "state" && entry.by === "scheduler").length)
      const until = (count: number) => Effect.repeat(Effect.delay(followUps, "100 millis"), { until: (now) => now >= count })

      expect(yield* Process.run(["run", ...args], options)).toMatchObject({ code: 0, stderr: "" })
      yield* Effect.sleep("3 seconds")
      yield* fill
      const planned = yield* changes
      expect(yield* Process.run(["run", ...args], options)).toMatchObject({ code: 2, stderr: `database ${args.at(-1)}: ${full}\n` })
      expect(yield* changes).toBe(planned)
      yield* free

      const running = yield* Process.start(["serve", ...args, "--every", "1 second"], options)
      yield* until(1)
      yield* running.says("a follow-up went out")
      yield* fill
      yield* running.says(full)
      yield* Effect.sleep("1 second")
      const before = yield* changes
      yield* Effect.sleep("4 seconds")
      expect(yield* changes).toBe(before)
      yield* free
      yield* until(2)
      yield* Effect.sleep("3 seconds")
      running.process.kill("SIGTERM")
      expect(yield* running.ended).toMatchObject({ code: 143, stderr: "" })

      const entries = yield* log.entries
      const verdict = Checker.check(yield* Checker.readLog(Log.toJsonLines(entries)), yield* Checker.readPolicy(Crowd.policy), { grace: "1 minute" })
      expect(Crowd.violations(verdict, entries)).toEqual([])
      expect(yield* followUps).toBe(2)
      expect((yield* Process.run(["status", "--db", args.at(-1)!], options)).stdout).toMatch(/2 follow-ups/)
    }).pipe(Effect.scoped, Effect.provide(Crowd.surroundings))
  )
})
