/** Starts the built program as its users do: a process of its own, with nothing of this one's environment but what is given. */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("../dist/bin/follow-ups.js", import.meta.url))
const mortal = new URL("mortal.mjs", import.meta.url).href

interface Options {
  readonly cwd: string
  readonly env?: Record<string, string>
  /** Loaded before the program: it can end at a boundary, and its clock can step. */
  readonly isMortal?: boolean
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly process: ChildProcess
  readonly ended: Effect.Effect<Ended>
  /** Waits until it has printed this. */
  readonly says: (text: string) => Effect.Effect<void>
  /** What it has printed so far. */
  readonly said: () => string
}

/** The process is killed when its scope closes, if it still runs then. */
export const start = (args: ReadonlyArray<string>, options: Options) =>
  Effect.acquireRelease(
    Effect.sync((): Running => {
      const child = spawn(process.execPath, [...(options.isMortal ? ["--import", mortal] : []), program, ...args], { cwd: options.cwd, env: { ...options.env }, stdio: ["ignore", "pipe", "pipe"] })
      const output = { stdout: "", stderr: "" }
      child.stdout?.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()))
      child.stderr?.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()))
      const closed = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, ...output })))
      const isSaid = (text: string) => Effect.sync(() => output.stdout.includes(text))
      const says = (text: string) => Effect.asVoid(Effect.repeat(isSaid(text), { until: (yes) => yes, schedule: Schedule.spaced("50 millis") }))
      return { process: child, ended: Effect.promise(() => closed), says, said: () => output.stdout }
    }),
    ({ ended, process }) =>
      Effect.zipRight(
        Effect.sync(() => process.kill("SIGKILL")),
        ended
      )
  )

export const run = (args: ReadonlyArray<string>, options: Options) =>
  Effect.scoped(Effect.flatMap(start(args, options), (running) => running.ended))

/** What the program prints, as soon as it has printed this. */
export const printed = (running: Running, pattern: RegExp) =>
  Effect.async<RegExpExecArray>((resume) => {
    let text = ""
    running.process.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString()
      const match = pattern.exec(text)
      if (match !== null) resume(Effect.succeed(match))
    })
  }).pipe(Effect.timeout("30 seconds"))
