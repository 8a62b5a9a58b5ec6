/**
 * Keeps requests inside the vendor's quota (500 a minute per IP address) so that the quota is used and not hit.
 *
 * A permit is taken for every request and returns one window after the response was *received*: the server counted the
 * request before that, so no window of its own ever holds more than the limit, whatever its clock or the latency. Against
 * servers that weigh the previous window into the current one, requests are also paced; a small burst goes out at once.
 *
 * @see https://docs.useinvent.com/workspace-management/api-keys
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export interface Options {
  /** Requests per window. */
  readonly limit: number
  readonly window: Duration.Duration
}

/** The documented general limit. */
export const defaults: Options = { limit: 500, window: Duration.minutes(1) }

export class RateLimit extends Context.Tag("@effect-invent/client/RateLimit")<
  RateLimit,
  {
    /**
     * Runs one request under a permit; waits for it in the order of arrival. A request for which `neverLeft` says so
     * gives its permit back at once.
     */
    readonly permit: <A, E, R>(
      request: Effect.Effect<A, E, R>,
      neverLeft: (error: E) => boolean
    ) => Effect.Effect<A, E, R>
    /** Somebody else spends the same quota: nobody sends for this long. */
    readonly pause: (duration: Duration.Duration) => Effect.Effect<void>
  }
>() {}

/** Of the limit, what bursts may take and what stays unused against the jitter of arrivals. */
const burstShare = 0.04
const reserveShare = 0.015

interface Permit {
  readonly isBurst: boolean
}

/**
 * For every phase φ of a sliding counter, previous·(1−φ) + current ≤ burst + rate·window ≤ limit, as long as bursts of any
 * two windows stay within `burst` and everything else leaves at `rate`. Below about 100 requests a window the reserve is smaller
 * than what one request and its jitter weigh, and such a server can refuse one; the other models never do.
 */
const makeState = (options: Options) => {
  const window = Duration.toMillis(options.window)
  const burst = Math.floor(options.limit * burstShare)
  const paced = Math.max(1, options.limit * (1 - reserveShare) - burst)
  const interval = window / paced
  let inFlight = 0
  let burstInFlight = 0
  let nextPaced = 0
  let closedUntil = 0
  // Both are sorted: entries are pushed with a monotone time of return.
  const returning: Array<number> = []
  const burstReturning: Array<number> = []

  const drop = (queue: Array<number>, now: number) => {
    while (queue.length > 0 && queue[0]! <= now) queue.shift()
  }

  return {
    /** A permit, or the milliseconds until it is worth asking again; none while only an answer can free one. */
    take: (now: number): Permit | { readonly wait: number } | undefined => {
      drop(returning, now)
      drop(burstReturning, now)
      if (closedUntil > now) return { wait: closedUntil - now }
      if (inFlight + returning.length >= options.limit) {
        return returning.length > 0 ? { wait: returning[0]! - now } : undefined
      }
      const isBurst = nextPaced > now && burstInFlight + burstReturning.length < burst
      if (nextPaced > now && !isBurst) return { wait: nextPaced - now }
      if (isBurst) burstInFlight++
      else nextPaced = Math.max(nextPaced, now - interval) + interval
      inFlight++
      return { isBurst }
    },
    received: (permit: Permit, now: number) => {
      inFlight--
      returning.push(now + window)
      if (permit.isBurst) {
        burstInFlight--
        burstReturning.push(now + 2 * window)
      }
    },
    unused: (permit: Permit) => {
      inFlight--
      if (permit.isBurst) burstInFlight--
      else nextPaced -= interval
    },
    pause: (until: number) => {
      closedUntil = Math.max(closedUntil, until)
    }
  }
}

/** Makes the waiting interruptible and nothing else: a permit that was taken always comes back. */
type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** Turns, in the order of arrival. Only the first is called; whoever leaves, served or interrupted, calls the next. */
const makeLine = () => {
  const turns = new Set<Effect.Latch>()
  const callFirst = () => turns.values().next().value?.unsafeOpen()
  return <A>(served: Effect.Effect<A>, restore: Restore): Effect.Effect<A> =>
    Effect.suspend(() => {
      const turn = Effect.unsafeMakeLatch(false)
      const leave = Effect.sync(() => {
        turns.delete(turn)
        callFirst()
      })
      turns.add(turn)
      callFirst()
      return Effect.ensuring(Effect.zipRight(restore(turn.await), served), leave)
    })
}

/** Milliseconds on the monotone clock: a step of the wall clock neither frees permits nor holds them. */
const monotoneMillis = Effect.map(Clock.clockWith(Effect.succeed), (clock) => Number(clock.unsafeCurrentTimeNanos()) / 1e6)

export const make = (options: Options): Effect.Effect<RateLimit["Type"]> =>
  Effect.gen(function* () {
    const state = makeState(options)
    const line = makeLine()
    const given = yield* Effect.makeLatch(false)

    // The latch is closed before looking, so that a permit that is given after the look is not missed.
    const take = (restore: Restore): Effect.Effect<Permit> =>
      Effect.flatMap(Effect.zipRight(given.close, monotoneMillis), (now) => {
        const taken = state.take(now)
        if (taken === undefined) return Effect.zipRight(restore(given.await), take(restore))
        if (!("wait" in taken)) return Effect.succeed(taken)
        return Effect.zipRight(restore(Effect.raceFirst(given.await, Effect.sleep(Math.ceil(taken.wait)))), take(restore))
      })

    const give = (permit: Permit, isUnused: boolean) =>
      Effect.zipRight(
        Effect.map(monotoneMillis, (now) => (isUnused ? state.unused(permit) : state.received(permit, now))),
        given.open
      )

    return {
      permit: (request, neverLeft) =>
        Effect.uninterruptibleMask((restore) =>
          Effect.flatMap(line(take(restore), restore), (permit) =>
            Effect.onExit(restore(request), (exit) =>
              give(permit, exit._tag === "Failure" && exit.cause._tag === "Fail" && neverLeft(exit.cause.error))
            )
          )
        ),
      pause: (duration) => Effect.map(monotoneMillis, (now) => state.pause(now + Duration.toMillis(duration)))
    }
  })

/** A limiter of its own for this process. */
export const layerMemory = (options: Options = defaults): Layer.Layer<RateLimit> => Layer.effect(RateLimit, make(options))
