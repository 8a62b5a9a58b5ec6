/**
 * Tests in virtual time, which begins at `Build.start`. TestClock moves the clock as it does under `it.effect`; what is left to
 * do before a move is known from the scheduler, so that no timer of the machine is waited for. For tests without sockets,
 * processes and files that are read asynchronously.
 */
import * as VirtualTime from "@effect-invent/emulator/VirtualTime"
import { it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import type * as Scope from "effect/Scope"
import type * as TestClock from "effect/TestClock"
import * as Build from "./Build.ts"

/**
 * To set this clock forward is to sleep: fibers that sleep less long wake before that. To set it back changes what it shows;
 * fibers that sleep then sleep as long as they would have.
 */
const movable = (clock: Clock.Clock): Clock.Clock & Pick<TestClock.TestClock, "adjust" | "setTime"> => {
  let step = 0
  const millis = () => clock.unsafeCurrentTimeMillis() + step
  const nanos = () => BigInt(millis()) * 1_000_000n
  const move = (by: number) =>
    Effect.map(clock.sleep(Duration.millis(Math.max(0, by))), () => {
      step += Math.min(0, by)
    })
  return {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: millis,
    unsafeCurrentTimeNanos: nanos,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanos: Effect.sync(nanos),
    sleep: (duration) => clock.sleep(duration),
    adjust: (duration) => move(Duration.toMillis(duration)),
    setTime: (instant) => Effect.suspend(() => move(instant - millis()))
  }
}

/** Runs a test in virtual time. */
export const run = <A, E, R>(test: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  VirtualTime.run(Effect.clockWith((clock) => Effect.withClock(test, movable(clock))), Build.start)

/** Makes a test of a program: `it.scoped`, or {@link effect}. */
export type Tester = <E>(name: string, test: () => Effect.Effect<void, E, Scope.Scope>) => void

/** A test in virtual time, in place of `it.effect` and `it.scoped`. Nothing is logged. */
export const effect: Tester = (name, test) => {
  it.live(name, () => Effect.provide(run(Effect.scoped(Effect.suspend(test))), Logger.remove(Logger.defaultLogger)))
}
