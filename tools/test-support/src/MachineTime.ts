/**
 * Time as this process gets to spend it. On a machine that does other work a timer fires late, and so does everything
 * that is waited for: where a duration is what a test claims, it is measured by timers of the same process in the same
 * interval.
 */
import * as Effect from "effect/Effect"

const period = 20

export interface MachineTime {
  /** How many milliseconds of timers have fired so far: at most the time of the wall clock. */
  readonly elapsed: () => number
  /** By how many milliseconds the latest of them was late. */
  readonly worstLag: () => number
}

/** Runs until its scope closes. */
export const make = Effect.gen(function* () {
  let ticks = 0
  let worst = 0
  let before = performance.now()
  const tick = Effect.sync(() => {
    const now = performance.now()
    worst = Math.max(worst, now - before - period)
    before = now
    ticks++
  })
  yield* Effect.delay(tick, `${period} millis`).pipe(Effect.forever, Effect.forkScoped)
  return { elapsed: () => ticks * period, worstLag: () => worst } satisfies MachineTime
})
