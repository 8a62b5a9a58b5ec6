/**
 * Interrupts work that takes too long. One fiber sleeps for all that is watched on a clock: most work ends long before,
 * and a fiber of its own would cost each call more than its request.
 */
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"
import * as Tracer from "effect/Tracer"
import * as DebugLog from "../telemetry/DebugLog.ts"
import * as MonotonicClock from "./MonotonicClock.ts"

/** When it rings, the work is interrupted. */
export interface Alarm {
  /** Milliseconds on the monotone clock: when it rings, or rang. */
  readonly until: number
  readonly set: (until: number) => void
  readonly hasRung: boolean
}

interface Watched extends Alarm {
  readonly ring: () => void
}

/**
 * No sleep is longer, in milliseconds: then what is watched next ends after the sleep that is under way, and not
 * before.
 */
const longestSleep = 10_000

const on = (clock: Clock.Clock) => {
  const all = new Set<Watched>()
  let sleeper: Fiber.RuntimeFiber<void> | undefined
  let wakesAt = Infinity

  const look: Effect.Effect<void> = Effect.suspend(() => {
    const now = MonotonicClock.millisOf(clock)
    wakesAt = now + longestSleep
    for (const watched of all) {
      if (watched.until > now) wakesAt = Math.min(wakesAt, watched.until)
      else if (all.delete(watched)) watched.ring()
    }
    if (all.size > 0) return Effect.zipRight(clock.sleep(Duration.millis(Math.ceil(wakesAt - now))), look)
    wakesAt = Infinity
    return Effect.void
  })

  const stop = () => {
    wakesAt = Infinity
    sleeper?.unsafeInterruptAsFork(sleeper.id())
  }

  return {
    add: (watched: Watched) => {
      all.add(watched)
      if (watched.until >= wakesAt) return
      stop()
      sleeper = Effect.runFork(look)
    },
    // A sleep would keep the process alive.
    remove: (watched: Watched) => {
      if (all.delete(watched) && all.size === 0) stop()
    }
  }
}

/** Ends what takes too long, with one timer for all calls of a clock. */
export interface Watch {
  /**
   * Runs work in a fiber of its own, below this span. When it is not over in time, it is interrupted, and when it has
   * ended of that, the result is that of `late`.
   */
  readonly within: <A, E>(
    until: number,
    span: Tracer.Span,
    work: (alarm: Alarm) => Effect.Effect<A, E>,
    late: () => Effect.Effect<A, E>
  ) => Effect.Effect<A, E>
}

/** Makes a timer that no call uses yet. */
export const make = (): Watch => {
  const watches = new WeakMap<Clock.Clock, ReturnType<typeof on>>()
  const watchOn = (clock: Clock.Clock) => {
    const watch = watches.get(clock) ?? on(clock)
    watches.set(clock, watch)
    return watch
  }
  return {
    within: (until, span, work, late) =>
      Effect.withFiberRuntime((parent, { runtimeFlags }) =>
        Effect.async((resume) => {
          const watch = watchOn(MonotonicClock.clockOf(parent))
          const surroundings = Runtime.make({
            context: Context.add(parent.currentContext, Tracer.ParentSpan, span),
            fiberRefs: DebugLog.quietly(parent),
            // Also where the caller cannot be interrupted, as in a finalizer, the alarm interrupts the work.
            runtimeFlags: RuntimeFlags.enable(runtimeFlags, RuntimeFlags.Interruption)
          })
          const alarm = {
            until,
            hasRung: false,
            set: (until: number) => {
              if (alarm.hasRung) return
              alarm.until = until
              watch.add(alarm)
            },
            ring: () => {
              alarm.hasRung = true
              fiber.unsafeInterruptAsFork(parent.id())
            }
          }
          const fiber = Runtime.runFork(surroundings, work(alarm))
          watch.add(alarm)
          fiber.addObserver((exit) => {
            watch.remove(alarm)
            resume(alarm.hasRung && Exit.isInterrupted(exit) ? late() : exit)
          })
          return Fiber.interrupt(fiber)
        })
      )
  }
}
