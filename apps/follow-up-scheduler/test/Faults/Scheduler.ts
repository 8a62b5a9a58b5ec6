/** A `serve` that a test starts, stops and ends. `endsByItself` fails a test in which it ends otherwise. */
import { expect } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Down } from "../CustomerLoad/Races.ts"
import * as Process from "../Process.ts"

export interface Scheduler {
  /** Starts it, and waits until it follows up. */
  readonly start: Effect.Effect<void>
  /** Ends it, and sees that it was well until then. */
  readonly end: (signal: "SIGKILL" | "SIGTERM") => Effect.Effect<void>
  /** It stands still during this. */
  readonly freezeWhile: <A, E, R>(during: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Waits until it has printed this once more, or was not admitted and ended. */
  readonly saysAgain: (text: string) => Effect.Effect<void>
  /** Fails where it ended by itself. */
  readonly endsByItself: Effect.Effect<never>
}

/** What Node prints where the driver of PostgreSQL does what a later version of it will not. */
const warning = /\(node:\d+\) DeprecationWarning: Calling client\.query\(\) .*\n\(Use `node --trace-deprecation .*\n/

const notLetIn =
  /timed out|timeout exceeded when trying to connect|terminating connection|connection terminated|not currently accepting connections/i

/** How it ends where the database does not let it in at its start. Its supervisor starts it again. */
const isNotLetIn = ({ code, stderr }: Process.Ended) => code === 2 && notLetIn.test(stderr)

/** Adds to `down` the times in which it was not there or stood still, by the clock `now`. */
export const make = (
  args: ReadonlyArray<string>,
  options: Parameters<typeof Process.start>[1],
  down: Array<Down>,
  now: () => number
) =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const endsByItself = yield* Deferred.make<never>()
    const meant = new Set<Process.Running>()
    let running: Process.Running | undefined
    let endedAt: number | undefined

    const watch = (started: Process.Running): Effect.Effect<void> =>
      Effect.flatMap(started.ended, (ended) => {
        if (meant.has(started)) return Effect.void
        if (isNotLetIn(ended)) {
          endedAt = now()
          return start
        }
        const { code, stderr, stdout } = ended
        return Deferred.die(endsByItself, new Error(`serve ended by itself with ${code}\n${stdout}\n${stderr}`))
      })
    const start: Effect.Effect<void> = Effect.gen(function* () {
      const started = yield* Scope.extend(Process.start(args, options), scope)
      running = started
      yield* Effect.forkIn(watch(started), scope)
      const up = yield* Effect.exit(started.says("following up"))
      // Then it is started again, and that start goes on here.
      if (Exit.isFailure(up)) return isNotLetIn(yield* started.ended) ? undefined : yield* up
      if (endedAt !== undefined) down.push({ from: endedAt, until: now() })
      endedAt = undefined
    })
    const current = Effect.suspend(() =>
      running === undefined ? Effect.dieMessage("it was never started") : Effect.succeed(running)
    )
    const end = (signal: "SIGKILL" | "SIGTERM") =>
      Effect.gen(function* () {
        const ending = yield* current
        meant.add(ending)
        endedAt = now()
        ending.process.kill(signal)
        const { code, stderr } = yield* ending.ended
        const printed = stderr.replace(warning, "")
        expect({ code, printed }, `it was alive until it was ended, and printed: ${printed}`).toEqual({
          code: signal === "SIGKILL" ? null : 143,
          printed: ""
        })
      })
    const freezeWhile = <A, E, R>(during: Effect.Effect<A, E, R>) =>
      Effect.flatMap(current, ({ process }) => {
        const from = now()
        return Effect.acquireUseRelease(
          Effect.sync(() => process.kill("SIGSTOP")),
          () => during,
          () =>
            Effect.sync(() => {
              down.push({ from, until: now(), isFrozen: true })
              process.kill("SIGCONT")
            })
        )
      })
    const saysAgain = (text: string) =>
      Effect.gen(function* () {
        const { ended, said, says } = yield* current
        const again = yield* Effect.exit(says(text, said().split(text).length))
        if (Exit.isFailure(again) && !isNotLetIn(yield* ended)) yield* again
      })
    return { start, end, freezeWhile, saysAgain, endsByItself: Deferred.await(endsByItself) } satisfies Scheduler
  })
