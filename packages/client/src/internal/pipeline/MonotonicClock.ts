/** The monotone clock: a step of the wall clock neither frees permits nor holds them, and moves no deadline. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { RuntimeFiber } from "effect/Fiber"

/** The clock that a fiber runs by. */
export const clockOf = (fiber: RuntimeFiber<unknown, unknown>): Clock.Clock =>
  Context.get(fiber.currentDefaultServices, Clock.Clock)

/** Milliseconds since some moment, with fractions; they never go back, whatever is done to the machine's time. */
export const millisOf = (clock: Clock.Clock): number => Number(clock.unsafeCurrentTimeNanos()) / 1e6

/** As {@link millisOf}, by the clock of the fiber that runs. */
export const millis: Effect.Effect<number> = Effect.withFiberRuntime((fiber) =>
  Effect.succeed(millisOf(clockOf(fiber)))
)
