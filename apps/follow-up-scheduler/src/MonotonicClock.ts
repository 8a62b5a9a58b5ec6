/**
 * The clock for waits and ages, in milliseconds since an instant in the past. A change of the machine's wall clock does
 * not move it. What is compared with a date is measured by the wall clock instead.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** The monotonic clock now, in milliseconds. Only differences of two readings mean something. */
export const millis: Effect.Effect<number> = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos) / 1e6)

/** A moment by both clocks, in milliseconds. */
export interface Moment {
  readonly wall: number
  readonly monotonic: number
}

/** Now, by both clocks. */
export const moment: Effect.Effect<Moment> = Effect.zipWith(Clock.currentTimeMillis, millis, (wall, monotonic) => ({
  wall,
  monotonic
}))

/** The moment so many milliseconds earlier. */
export const before = ({ monotonic, wall }: Moment, millis: number): Moment => ({
  wall: wall - millis,
  monotonic: monotonic - millis
})

/** By clock: how far the wall clock was ahead of the monotonic one at first, and at most, in milliseconds. */
const leads = new WeakMap<Clock.Clock, { readonly first: number; most: number }>()

/**
 * As {@link millis}, and a suspension of the machine counts, during which the monotonic clock stands still. It is found
 * by the wall clock, which has moved on; a wall clock that is put forward counts as a suspension, and one that is put
 * back changes nothing. For the age of what was read from the service.
 */
export const elapsed: Effect.Effect<number> = Effect.clockWith((clock) =>
  Effect.map(moment, ({ monotonic, wall }) => {
    const lead = wall - monotonic
    const known = leads.get(clock) ?? { first: lead, most: lead }
    known.most = Math.max(known.most, lead)
    leads.set(clock, known)
    return monotonic + known.most - known.first
  })
)

/**
 * The time from `then` to `now` in milliseconds, by the clock that shows more of it: the wall clock can be put back,
 * and the monotonic clock stands still while the machine is suspended.
 */
export const age = (then: Moment, now: Moment): number => Math.max(now.wall - then.wall, now.monotonic - then.monotonic)

/**
 * Keeps a result for this long, by the monotonic clock; `Effect.cachedWithTTL` uses the wall clock. A failure is not
 * kept. Concurrent callers share one run.
 */
export const cachedFor =
  (timeToLive: Duration.DurationInput) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Effect.Effect<A, E, R>> =>
    Effect.map(Effect.makeSemaphore(1), (semaphore) => {
      let kept: { readonly value: A; readonly until: number } | undefined
      const refresh = Effect.zipWith(effect, millis, (value, now) => {
        kept = { value, until: now + Duration.toMillis(timeToLive) }
        return value
      })
      return semaphore.withPermits(1)(
        Effect.flatMap(millis, (now) =>
          kept === undefined || now >= kept.until ? refresh : Effect.succeed(kept.value)
        )
      )
    })
