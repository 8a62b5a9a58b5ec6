/**
 * A clock that can be put forward for all who live by it: the service, its customers and their test. What sleeps until
 * then wakes as if the time had passed. A scheduler is a process of its own: it has a clock of its own, in a file.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"

const longestTimer = 2 ** 31 - 1

interface Sleeper {
  readonly at: number
  timer: NodeJS.Timeout
  readonly wake: () => void
}

export const make = () => {
  let ahead = 0
  const sleepers = new Set<Sleeper>()
  const now = () => Date.now() + ahead
  const nanos = () => process.hrtime.bigint() + BigInt(Math.round(ahead * 1e6))
  const timerOf = ({ at, wake }: Pick<Sleeper, "at" | "wake">) =>
    setTimeout(wake, Math.min(Math.max(0, at - now()), longestTimer))
  const sleep = (duration: Duration.Duration) =>
    Effect.async<void>((resume) => {
      if (!Duration.isFinite(duration)) return
      const at = now() + Duration.toMillis(duration)
      const wake = () => {
        clearTimeout(sleeper.timer)
        sleepers.delete(sleeper)
        resume(Effect.void)
      }
      const sleeper: Sleeper = { at, wake, timer: timerOf({ at, wake }) }
      sleepers.add(sleeper)
      return Effect.sync(() => {
        clearTimeout(sleeper.timer)
        sleepers.delete(sleeper)
      })
    })
  const clock: Clock.Clock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: now,
    unsafeCurrentTimeNanos: nanos,
    currentTimeMillis: Effect.sync(now),
    currentTimeNanos: Effect.sync(nanos),
    sleep
  }
  /** Wakes every sleeper whose instant has passed, the earliest first. */
  const putForward = (millis: number) => {
    ahead += millis
    const all = [...sleepers].toSorted((a, b) => a.at - b.at)
    for (const sleeper of all) {
      clearTimeout(sleeper.timer)
      if (sleeper.at <= now()) sleeper.wake()
      else sleeper.timer = timerOf(sleeper)
    }
  }
  return { clock, putForward, now, ahead: () => ahead }
}

export type WorldClock = ReturnType<typeof make>

/** For what goes on meanwhile in this process and on its sockets. */
const breath = Effect.promise(() => new Promise<void>((resume) => setTimeout(resume, 25)))

/** A second at a time while anything is under way, and then more and more at a time. */
const strides = [
  ...Array.from({ length: 16 }, () => 1000),
  ...Array.from({ length: 10 }, (_, index) => 2000 * 2 ** index),
  1_538_000
]

export const hour = strides.reduce((sum, stride) => sum + stride, 0)

/** An hour passes, in less than a second. */
export const anHourPasses = ({ putForward }: WorldClock) =>
  Effect.forEach(
    strides,
    (stride) =>
      Effect.zipRight(
        Effect.sync(() => putForward(stride)),
        breath
      ),
    { discard: true }
  )

/** The clocks of one process: they go as those of the world do, but for what is set here. */
export const forProcess = (file: string, world: WorldClock) => {
  const offset = { wall: 0, monotonic: 0 }
  const write = () => writeFileSync(file, new Float64Array([world.ahead() + offset.wall, offset.monotonic]))
  write()
  return {
    /** Sets the wall clock so far ahead of the world's. */
    set: (wall: number) => {
      offset.wall = wall
      write()
    },
    /**
     * The world's clock was put forward. The monotonic clock of a process did not go by that, and stood still for so
     * long.
     */
    follow: (stoodStill: number) => {
      offset.monotonic += stoodStill
      write()
    }
  }
}

export type ProcessClock = ReturnType<typeof forProcess>
