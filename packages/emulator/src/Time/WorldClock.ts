/**
 * A clock that can run faster than the machine's, and be moved ahead: what falls due on the way happens at its instant.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"

/** What a clock shows, and how far that is ahead of the machine's: milliseconds, the first since 1970. */
export interface Reading {
  readonly instant: number
  readonly ahead: number
}

/** The clock that the world lives by. */
export class WorldClock extends Context.Tag("@effect-invent/emulator/WorldClock")<
  WorldClock,
  {
    /** Moves the clock ahead, from one sleeper's end to the next. */
    readonly advance: (by: Duration.DurationInput) => Effect.Effect<void>
    readonly reading: Effect.Effect<Reading>
  }
>() {}

interface Sleeper {
  readonly until: number
  readonly wake: Deferred.Deferred<void>
}

// The longest wait of the platform's timers.
const longestWait = 2 ** 31 - 1

/** How often the woken get a turn before the clock moves on: enough for each to be done with what it woke for. */
const turns = 20

/**
 * `speed`: seconds of this clock in one of the machine's. It begins where `startAt` says, in milliseconds since 1970,
 * of what the machine's clock shows.
 */
export const make = (base: Clock.Clock, speed: number, startAt: (machine: number) => number = identity) => {
  const start = startAt(base.unsafeCurrentTimeMillis())
  const began = base.unsafeCurrentTimeNanos()
  const sleepers = new Set<Sleeper>()
  let ahead = 0
  /**
   * Follows the machine's monotonic clock: a wall clock that is put back would let every sleeper in this world sleep
   * longer.
   */
  const millis = () => Math.floor(start + (Number(base.unsafeCurrentTimeNanos() - began) / 1e6) * speed + ahead)
  const nanos = () => BigInt(millis()) * 1_000_000n

  const sleepUntil = (sleeper: Sleeper): Effect.Effect<void> =>
    Effect.suspend(() => {
      const left = sleeper.until - millis()
      if (left <= 0) return Effect.void
      const wait = base.sleep(Duration.millis(Math.min(left / speed, longestWait)))
      return Effect.zipRight(Effect.raceFirst(wait, Deferred.await(sleeper.wake)), sleepUntil(sleeper))
    })

  const clock: Clock.Clock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: millis,
    unsafeCurrentTimeNanos: nanos,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanos: Effect.sync(nanos),
    sleep: (duration) =>
      Effect.acquireUseRelease(
        Effect.map(Deferred.make<void>(), (wake): Sleeper => {
          const sleeper = { until: millis() + Duration.toMillis(duration), wake }
          sleepers.add(sleeper)
          return sleeper
        }),
        sleepUntil,
        (sleeper) => Effect.sync(() => sleepers.delete(sleeper))
      )
  }

  const next = (goal: number) => {
    let first: Sleeper | undefined
    for (const sleeper of sleepers) {
      if (sleeper.until <= goal && (first === undefined || sleeper.until < first.until)) first = sleeper
    }
    return first
  }

  const moveTo = (instant: number) => {
    ahead += Math.max(0, instant - millis())
  }

  const moveThrough = (goal: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      const sleeper = next(goal)
      if (sleeper === undefined) return Effect.sync(() => moveTo(goal))
      moveTo(sleeper.until)
      sleepers.delete(sleeper)
      return Deferred.succeed(sleeper.wake, undefined).pipe(
        Effect.zipRight(Effect.repeatN(Effect.yieldNow(), turns)),
        Effect.zipRight(moveThrough(goal))
      )
    })

  return {
    clock,
    reading: Effect.sync((): Reading => {
      const instant = millis()
      return { instant, ahead: Math.round(instant - base.unsafeCurrentTimeMillis()) }
    }),
    advance: (by: Duration.DurationInput) => Effect.suspend(() => moveThrough(millis() + Duration.toMillis(by)))
  }
}

/** Sets the clock of everything it is provided to. See {@link make}. */
export const layer = (speed = 1, startAt?: (machine: number) => number): Layer.Layer<WorldClock> =>
  Layer.unwrapEffect(
    Effect.map(Effect.clock, (base) => {
      const { advance, clock, reading } = make(base, speed, startAt)
      return Layer.merge(Layer.succeed(WorldClock, { advance, reading }), Layer.setClock(clock))
    })
  )
