/**
 * Shows on stderr how far long work is, how fast it goes and when it will end: one line that is rewritten on a
 * terminal, else a line every five seconds.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as MonotonicClock from "../MonotonicClock.ts"

const quick = 250
const slow = 5000

const left = (millis: number): string => {
  const { hours, minutes, seconds } = Duration.parts(Duration.millis(millis))
  return hours > 0 ? `${hours}h ${minutes}m` : minutes > 0 ? `${minutes}m ${seconds}s` : `${seconds}s`
}

/** How far the work is. */
export interface Step {
  /** How many are done. */
  readonly count: number
  /** How much of the whole that is, from 0 to 1, where the whole is known. */
  readonly part: number | undefined
}

/** The line for a step. `elapsed`: milliseconds since the work began. */
export const line = (what: string, { count, part }: Step, elapsed: number): string => {
  const rate = elapsed > 0 ? `, ${Math.round((count / elapsed) * 1000)}/s` : ""
  const eta =
    part !== undefined && part > 0 ? `, ${Math.floor(part * 100)} %, ${left((elapsed / part) * (1 - part))} left` : ""
  return `${count} ${what}${rate}${eta}`
}

/**
 * Gives the function to call after each step: it prints if the last line is old enough. The line of a terminal is
 * cleared when the scope closes.
 */
export const make = Effect.fn("Progress.make")(function* (what: string) {
  const { stderr } = process
  const isTerminal = stderr.isTTY === true
  const began = yield* MonotonicClock.millis
  let toldAt = began
  yield* Effect.addFinalizer(() => Effect.sync(() => void (isTerminal && stderr.write("\r\u001b[K"))))
  return (step: Step): Effect.Effect<void> =>
    Effect.map(MonotonicClock.millis, (now) => {
      if (now - toldAt < (isTerminal ? quick : slow)) return
      toldAt = now
      const text = line(what, step, now - began)
      stderr.write(isTerminal ? `\r\u001b[K${text}` : `${text}\n`)
    })
})
