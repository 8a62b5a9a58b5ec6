/**
 * The clock for waits and ages, in milliseconds from some instant in the past: nobody sets it, so a step of the machine's wall
 * clock neither shortens nor lengthens what is measured by it. What is compared with a date is measured by the wall clock.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

export const millis: Effect.Effect<number> = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos) / 1e6)
