/**
 * What happens where output cannot be written, because its volume is full or its terminal is gone. Most commands end
 * then, because their output is their purpose. The output of `serve` is a log: it goes on, counts the lines that are
 * lost, and logs their number once there is room again.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { setImmediate } from "node:timers"
import * as CountText from "../Policy/CountText.ts"

interface Output {
  /** From now on, and until the scope ends, the output is a log. */
  readonly asLog: Effect.Effect<void, never, Scope.Scope>
  /** Waits until what was printed so far has left the process. */
  readonly written: Effect.Effect<void>
  /** Prints the line on stderr, and ends the process at once with this exit code. */
  readonly end: (line: string, code: number) => Effect.Effect<void>
}

/**
 * The output of the process that `main.ts` runs in. Does nothing in tests, which have no standard output of their own.
 */
export class StandardOutput extends Context.Reference<StandardOutput>()(
  "@effect-invent/follow-up-scheduler/cli/StandardOutput",
  {
    defaultValue: (): Output => ({ asLog: Effect.void, written: Effect.void, end: () => Effect.void })
  }
) {}

/** The part of a stream of the process in use here. */
interface Stream {
  readonly on: (event: "error", listener: (error: NodeJS.ErrnoException) => void) => unknown
  readonly write: (text: string, written?: () => void) => unknown
}

/** The streams of the process, and how to end it: `main.ts` passes the real ones. */
export interface Streams {
  readonly stdout: Stream
  readonly stderr: Stream
  readonly exit: (code: number) => void
}

/** Waits for one turn of the event loop. After it, Node has reported every line that it could not write. */
const turn = Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void)))

/**
 * Handles errors of the streams. To be called once. Where the reader has closed the pipe, as `| head` does, the process
 * ends silently with 141 (128 + SIGPIPE). Other errors end it with 2, unless the output is a log. What cannot be
 * written to stderr is lost.
 */
export const make = ({ exit, stderr, stdout }: Streams): Output => {
  let isLog = false
  let lost = 0
  let reason = ""
  stderr.on("error", () => {})
  // Node reports each line that it cannot write, and writes the next one all the same.
  stdout.on("error", (error) => {
    if (error.code === "EPIPE") return exit(141)
    if (!isLog) {
      stderr.write(`the output could not be written: ${error.message}\n`)
      return exit(2)
    }
    lost++
    reason = error.message
  })
  const tell = Effect.gen(function* () {
    const count = lost
    if (count === 0) return
    lost = 0
    yield* Effect.logWarning(`${CountText.count(count, "line")} of this log could not be written: ${reason}`)
    yield* turn
    // This one, too.
    if (lost > 0) lost += count - 1
  })
  const asLog = Effect.zipRight(
    Effect.acquireRelease(
      Effect.sync(() => void (isLog = true)),
      () => Effect.sync(() => void (isLog = false))
    ),
    Effect.repeat(tell, Schedule.spaced("1 second")).pipe(Effect.forkScoped, Effect.asVoid)
  )
  // A stream calls back in the order of its writes.
  const written = Effect.async<void>((resume) => void stdout.write("", () => resume(Effect.void)))
  const end = (line: string, code: number) =>
    Effect.sync(() => {
      stderr.write(`${line}\n`)
      exit(code)
    })
  return { asLog, written, end }
}
