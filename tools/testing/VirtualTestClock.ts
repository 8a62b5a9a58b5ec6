/**
 * Runs a test under a `TestClock` that steps without a timer. The platform's own takes three timers for each sleep that
 * ends, and asks all fibers for their status between them. This one runs the tasks of all fibers itself, so it knows
 * when none has anything left to do.
 */
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Scheduler from "effect/Scheduler"
import type * as TestClock from "effect/TestClock"
import { setImmediate } from "node:timers"
import * as Agenda from "../../packages/emulator/src/Time/Agenda.ts"

/** Turns of the event loop without a task after which the fibers are quiet. Promises run between two turns. */
const quietTurns = 2

/** Runs the tasks of all fibers, once a turn of the event loop. */
const makeScheduler = () => {
  const tasks: Array<() => void> = []
  let turnsWithoutTask = 0
  let isAwake = false
  const waiting: Array<() => void> = []
  const wake = () => {
    if (isAwake) return
    isAwake = true
    setImmediate(turn)
  }
  const turn = () => {
    isAwake = false
    turnsWithoutTask = tasks.length === 0 ? turnsWithoutTask + 1 : 0
    for (let at = 0; at < tasks.length; at++) tasks[at]!()
    tasks.length = 0
    if (turnsWithoutTask >= quietTurns) waiting.shift()?.()
    if (waiting.length > 0) wake()
  }
  const scheduler = Scheduler.make(
    (task) => {
      tasks.push(task)
      wake()
    },
    () => false
  )
  const quiet = Effect.async<void>((resume) => {
    turnsWithoutTask = 0
    waiting.push(() => resume(Effect.void))
    wake()
  })
  return { scheduler, quiet }
}

const makeClock = (quiet: Effect.Effect<void>): TestClock.TestClock => {
  const agenda = Agenda.make()
  let now = 0
  let order = 0
  const millis = () => now
  const nanos = () => BigInt(Math.floor(now * 1e6))

  /** Ends the sleeps up to this instant, one by one, each when the fibers are quiet. */
  const runTo = (end: () => number): Effect.Effect<void> =>
    Effect.suspend(() => {
      const until = end()
      const step: Effect.Effect<void> = Effect.flatMap(quiet, () => {
        const sleeper = agenda.first()
        if (sleeper === undefined || sleeper.until > until) {
          now = until
          return Effect.void
        }
        agenda.removeFirst()
        now = Math.max(now, sleeper.until)
        sleeper.wake()
        return step
      })
      return step
    })

  const adjust = (duration: Duration.DurationInput) => runTo(() => now + Duration.toMillis(duration))
  return {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: millis,
    unsafeCurrentTimeNanos: nanos,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanos: Effect.sync(nanos),
    sleep: (duration) =>
      Effect.async((resume) => {
        const until = now + Duration.toMillis(duration)
        if (until <= now) return resume(Effect.void)
        const sleeper = { until, order: order++, wake: () => resume(Effect.void), isCancelled: false }
        agenda.add(sleeper)
        return Effect.sync(() => void (sleeper.isCancelled = true))
      }),
    adjust,
    adjustWith: (duration) => (effect) => Effect.zipLeft(effect, adjust(duration)),
    setTime: (instant) => runTo(() => instant),
    save: Effect.dieMessage("no test saves its clock"),
    sleeps: Effect.sync(() => Chunk.empty())
  }
}

export const provide = <A, E, R>(test: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const { quiet, scheduler } = makeScheduler()
    return test.pipe(Effect.withClock(makeClock(quiet)), Effect.withScheduler(scheduler))
  })
