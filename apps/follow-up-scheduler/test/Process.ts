/**
 * Starts the built program as its users do: a process of its own, with nothing of this one's environment but what is
 * given.
 */
import * as Effect from "effect/Effect"
import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, openSync } from "node:fs"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("../dist/bin/follow-ups.js", import.meta.url))
const preload = (name: string) => ["--import", new URL(name, import.meta.url).href]

interface Options {
  readonly cwd: string
  readonly env?: Record<string, string>
  /** The file to which its standard output is appended, in place of what `says` and `prints` look at. */
  readonly log?: string
  /** Loaded before the program: it can end at a boundary, and its clock can step. */
  readonly canCrash?: boolean
  /** The file by which its clocks are set while it runs, as `settableClock.mjs` reads it. */
  readonly clockFile?: string
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly process: ChildProcess
  readonly ended: Effect.Effect<Ended>
  /** Waits until it has printed this, so many times in all; dies where the program ends without. */
  readonly says: (text: string, times?: number) => Effect.Effect<void>
  /** Waits for the first match of this in what it prints; dies where the program ends without. */
  readonly prints: (pattern: RegExp) => Effect.Effect<RegExpExecArray>
  /** What it has printed so far. */
  readonly said: () => string
}

const launch = (args: ReadonlyArray<string>, { clockFile, cwd, env, canCrash, log }: Options): Running => {
  const stdout = log === undefined ? "pipe" : openSync(log, "a")
  const preloads = [
    ...(canCrash ? preload("crashAt.mjs") : []),
    ...(clockFile === undefined ? [] : preload("settableClock.mjs"))
  ]
  const child = spawn(process.execPath, [...preloads, program, ...args], {
    cwd,
    env: { ...env, ...(clockFile !== undefined && { CLOCK_FILE: clockFile }) },
    stdio: ["ignore", stdout, "pipe"]
  })
  if (stdout !== "pipe") closeSync(stdout)
  const output = { stdout: "", stderr: "" }
  const listeners = new Set<() => void>()
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text
    for (const listener of listeners) listener()
  })
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (output.stderr += text))
  const closed = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, ...output })))
  const ended = Effect.promise(() => closed)
  const found = <A>(find: (stdout: string) => A | undefined): Effect.Effect<A> =>
    Effect.async<A>((resume) => {
      const look = () => {
        const result = find(output.stdout)
        if (result !== undefined) resume(Effect.succeed(result))
      }
      listeners.add(look)
      look()
      return Effect.sync(() => listeners.delete(look))
    })
  const orDies = <A>(waiting: Effect.Effect<A>, what: string) =>
    Effect.raceFirst(
      waiting,
      Effect.flatMap(ended, ({ code, stderr, stdout }) =>
        Effect.dieMessage(`it ended with ${code} and did not print ${what}\n${stdout}\n${stderr}`)
      )
    )
  return {
    process: child,
    ended,
    says: (text, times = 1) =>
      orDies(
        found((stdout) => (stdout.split(text).length > times ? true : undefined)),
        text
      ),
    prints: (pattern) =>
      orDies(
        found((stdout) => pattern.exec(stdout) ?? undefined),
        String(pattern)
      ),
    said: () => output.stdout
  }
}

/** The process is killed when its scope closes, if it still runs then. */
export const start = (args: ReadonlyArray<string>, options: Options) =>
  Effect.acquireRelease(
    Effect.sync(() => launch(args, options)),
    ({ ended, process }) =>
      Effect.zipRight(
        Effect.sync(() => process.kill("SIGKILL")),
        ended
      )
  )

export const run = (args: ReadonlyArray<string>, options: Options) =>
  Effect.scoped(Effect.flatMap(start(args, options), (running) => running.ended))
