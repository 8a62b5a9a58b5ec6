/**
 * Starts a built program as its users do: a process of its own, with nothing of this one's environment but what is
 * given.
 */
import * as Effect from "effect/Effect"
import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, openSync } from "node:fs"

export interface Options {
  readonly cwd: string
  readonly env?: Record<string, string>
  /** The file to which its standard output is appended, in place of what `says` and `prints` look at. */
  readonly log?: string
  /** URLs of modules that are loaded before the program. */
  readonly preloads?: ReadonlyArray<string>
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

const launch = (program: string, args: ReadonlyArray<string>, { cwd, env, log, preloads = [] }: Options): Running => {
  const stdout = log === undefined ? "pipe" : openSync(log, "a")
  const child = spawn(process.execPath, [...preloads.flatMap((url) => ["--import", url]), program, ...args], {
    cwd,
    env,
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

/** `program`: the path of its file. The process is killed when its scope closes, if it still runs then. */
export const start = (program: string, args: ReadonlyArray<string>, options: Options) =>
  Effect.acquireRelease(
    Effect.sync(() => launch(program, args, options)),
    ({ ended, process }) =>
      Effect.zipRight(
        Effect.sync(() => process.kill("SIGKILL")),
        ended
      )
  )

/** Runs it to its end. */
export const run = (program: string, args: ReadonlyArray<string>, options: Options) =>
  Effect.scoped(Effect.flatMap(start(program, args, options), (running) => running.ended))
