/** The unit of docs/systemd: systemd reads it, rates it as closed, and receives the loop's watchdog messages. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Requirement from "@effect-invent/test-support/Requirement"
import * as FileSystem from "@effect/platform/FileSystem"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { spawn, spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as CommandLine from "./CommandLine.ts"
import * as Process from "./Process.ts"

const unit = fileURLToPath(new URL("../../../docs/systemd/follow-ups.service", import.meta.url))
const policy = fileURLToPath(new URL("../../../policies/idle-nudge.yaml", import.meta.url))

/** Of ten times the exposure that systemd counts, 0 to 100: up to 20 it calls a unit "OK", its best word. */
const mostExposed = 20

const analyze = (...args: ReadonlyArray<string>) =>
  Effect.sync(() => {
    const { status, stderr, stdout } = spawnSync("systemd-analyze", ["--no-pager", ...args], { encoding: "utf8" })
    return { status, stderr, stdout }
  })

Requirement.describeWith([Requirement.program("systemd-analyze", "systemd")], "the unit for systemd", () => {
  it.live("has no setting that systemd rejects, and is closed", () =>
    CommandLine.inFolder(
      {},
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const written = yield* files.readFileString(unit)
        // The program and the folder of this machine.
        const here = written
          .replace("/usr/bin/node", process.execPath)
          .replace("/opt/effect-invent", fileURLToPath(new URL("../../../", import.meta.url)))
        const copy = `${process.cwd()}/follow-ups.service`
        yield* files.writeFileString(copy, here)
        expect(yield* analyze("verify", copy)).toEqual({ status: 0, stdout: "", stderr: "" })
        yield* files.writeFileString(copy, here.replace("NoNewPrivileges", "NoNewPriviliges"))
        expect((yield* analyze("verify", copy)).stderr).toContain("NoNewPriviliges")
        const rated = yield* analyze("security", "--offline=true", `--threshold=${mostExposed}`, unit)
        expect({ ...rated, stdout: "" }).toEqual({ status: 0, stdout: "", stderr: "" })
      })
    )
  )
})

/** Prints each datagram that arrives at a socket of systemd's form. */
const receiver = `
import socket, sys
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.bind(sys.argv[1])
print("ready", flush=True)
while True:
    print(notify.recv(4096).decode(), flush=True)
`

/** What it has received, until the scope ends. */
const listen = (socket: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => spawn("python3", ["-c", receiver, socket], { stdio: ["ignore", "pipe", "inherit"] })),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    ),
    (child) => {
      let text = ""
      const listeners = new Set<() => void>()
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk
        for (const listener of listeners) listener()
      })
      /** Waits until there were so many lines. */
      return (word: string, times: number) =>
        Effect.async<void>((resume) => {
          const look = () => {
            if (text.split("\n").filter((line) => line === word).length >= times) resume(Effect.void)
          }
          listeners.add(look)
          look()
          return Effect.sync(() => listeners.delete(look))
        })
    }
  )

const programs = [Requirement.program("systemd-notify", "systemd"), Requirement.program("python3", "python3")]

Requirement.describeWith(programs, "the watchdog of systemd", () => {
  it.live("is fed by the loop of serve through systemd-notify", () =>
    Effect.gen(function* () {
      const { apiKey, url } = yield* Emulator.Emulator
      yield* CommandLine.inFolder(
        {},
        Effect.gen(function* () {
          const cwd = process.cwd()
          const received = yield* listen(`${cwd}/notify`)
          yield* received("ready", 1)
          const env = {
            INVENT_API_KEY: Redacted.value(apiKey("scheduler")),
            INVENT_BASE_URL: url,
            PATH: process.env["PATH"] ?? "",
            NOTIFY_SOCKET: `${cwd}/notify`,
            WATCHDOG_USEC: "1000000"
          }
          const serving = yield* Process.start(["serve", "--policy", policy, "--inbox"], { cwd, env })
          yield* received("WATCHDOG=1", 3)
          serving.process.kill("SIGTERM")
          const { code, stdout } = yield* serving.ended
          expect(code).toBe(143)
          expect(stdout).not.toContain("was not fed")
        }).pipe(Effect.scoped)
      )
    }).pipe(Effect.provide(Emulator.layerServer({})))
  )
})
