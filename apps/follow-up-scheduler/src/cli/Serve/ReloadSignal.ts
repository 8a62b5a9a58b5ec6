/**
 * SIGHUP, by which an operator has `serve` read its policy files again at once. Only `serve` handles this signal: Node
 * ends every other command at it.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"

interface Signals {
  /**
   * From now on, and until the scope ends, the signal does not end the process: it adds an element to this queue.
   * Signals that are not taken yet count as one.
   */
  readonly received: Effect.Effect<Queue.Dequeue<void>, never, Scope.Scope>
}

const makeQueue = Queue.dropping<void>(1)

/** The signals of the process that `main.ts` runs in. None come in tests, unless they provide some. */
export class ReloadSignal extends Context.Reference<ReloadSignal>()(
  "@effect-invent/follow-up-scheduler/cli/Serve/ReloadSignal",
  { defaultValue: (): Signals => ({ received: makeQueue }) }
) {}

/** The part of a process in use here. */
interface Process {
  readonly on: (signal: "SIGHUP", listener: () => void) => unknown
  readonly off: (signal: "SIGHUP", listener: () => void) => unknown
}

/** The signals of this process: `main.ts` passes the real one. */
export const make = (process: Process): Signals => ({
  received: Effect.tap(makeQueue, (queue) => {
    const onSignal = () => void queue.unsafeOffer(undefined)
    return Effect.acquireRelease(
      Effect.sync(() => process.on("SIGHUP", onSignal)),
      () => Effect.sync(() => process.off("SIGHUP", onSignal))
    )
  })
})
