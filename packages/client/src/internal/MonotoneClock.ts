/** Milliseconds on the monotone clock: a step of the wall clock neither frees permits nor holds them. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

export const millis = Effect.map(Clock.clockWith(Effect.succeed), (clock) => Number(clock.unsafeCurrentTimeNanos()) / 1e6)
