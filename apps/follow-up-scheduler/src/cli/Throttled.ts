/** Tells a person on stderr that a command waits because the service answers 429. */
import * as CallOptions from "@effect-invent/client/CallOptions"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as MonotonicClock from "../MonotonicClock.ts"

/** Minimum time between two lines, in milliseconds. */
const seldom = 10_000

const line = "the service answers 429, too many requests: this waits and then goes on"

/** Prints the line at the first 429 of the calls of this work, and every ten seconds at most. */
export const told = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    let toldAt = Number.NEGATIVE_INFINITY
    const tell = Effect.flatMap(MonotonicClock.millis, (now) => {
      if (now - toldAt < seldom) return Effect.void
      toldAt = now
      return Console.error(line)
    })
    return work.pipe(CallOptions.withCallOptions({ onAnswer: ({ status }) => (status === 429 ? tell : Effect.void) }))
  })
