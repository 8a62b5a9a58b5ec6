/** Starts the built program as its users do: a process of its own, with nothing of this one's environment but what is given. */
import * as Effect from "effect/Effect"
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("../dist/main.js", import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly process: ChildProcess
  readonly ended: Effect.Effect<Ended>
}

/** The process is killed when its scope closes, if it still runs then. */
export const start = (args: ReadonlyArray<string>, options: { readonly cwd: string; readonly env?: Record<string, string> }) =>
  Effect.acquireRelease(
    Effect.sync((): Running => {
      const child = spawn(process.execPath, [program, ...args], { cwd: options.cwd, env: { ...options.env }, stdio: ["ignore", "pipe", "pipe"] })
      const output = { stdout: "", stderr: "" }
      child.stdout?.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()))
      child.stderr?.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()))
      const closed = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, ...output })))
      return { process: child, ended: Effect.promise(() => closed) }
    }),
    ({ ended, process }) =>
      Effect.zipRight(
        Effect.sync(() => process.kill("SIGKILL")),
        ended
      )
  )

export const run = (args: ReadonlyArray<string>, options: { readonly cwd: string; readonly env?: Record<string, string> }) =>
  Effect.scoped(Effect.flatMap(start(args, options), (running) => running.ended))
