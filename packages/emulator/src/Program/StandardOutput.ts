/**
 * Output that cannot be written, because its volume is full or its terminal is gone, does not end the emulator: the
 * lines that are lost are counted, and their number is logged once there is room again.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { setImmediate } from "node:timers"

/** The part of a stream of the process in use here. */
interface Stream {
  readonly on: (event: "error", listener: (error: NodeJS.ErrnoException) => void) => unknown
}

/** The streams of a process, and how it ends. */
export interface Streams {
  readonly stdout: Stream
  readonly stderr: Stream
  readonly exit: (code: number) => void
}

/** Waits for one turn of the event loop. After it, Node has reported every line that it could not write. */
const turn = Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void)))

/**
 * A reader that has seen enough, as in `| head`, ends the program: 128 + SIGPIPE. What cannot be written to stderr is
 * lost.
 */
export const outlast = ({ exit, stderr, stdout }: Streams): Effect.Effect<void, never, Scope.Scope> => {
  let lost = 0
  let reason = ""
  stderr.on("error", () => {})
  // Node reports each line that it cannot write, and writes the next one all the same.
  stdout.on("error", (error) => {
    if (error.code === "EPIPE") return exit(141)
    lost++
    reason = error.message
  })
  const logLost = Effect.gen(function* () {
    const count = lost
    if (count === 0) return
    lost = 0
    yield* Effect.logWarning(`${count} lines of this log could not be written and are lost: ${reason}`)
    yield* turn
    // This one, too.
    if (lost > 0) lost += count - 1
  })
  return Effect.repeat(logLost, Schedule.spaced("1 second")).pipe(Effect.forkScoped, Effect.asVoid)
}
