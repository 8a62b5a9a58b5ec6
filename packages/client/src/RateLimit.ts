/**
 * Keeps requests inside the vendor's quota (500 a minute per IP address) so that the quota is used and not hit,
 * whichever kind of limit the vendor has; the rule and its proof are in `internal/rateLimit/QuotaModel.ts`.
 *
 * After an idle time a tenth of the quota leaves at once, the rest evenly. Urgent calls overtake others by {@link
 * withLane}. After a 429, which means that another program spends the same quota, the limiter takes less and gives
 * itself back what it can.
 *
 * @see https://docs.useinvent.com/workspace-management/api-keys
 */
import type * as Clock from "effect/Clock"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as ValidateOption from "./internal/pipeline/ValidateOption.ts"
import * as LaneQueue from "./internal/rateLimit/LaneQueue.ts"
import * as MonotonicClock from "./internal/pipeline/MonotonicClock.ts"
import * as QuotaModel from "./internal/rateLimit/QuotaModel.ts"

/**
 * How much is sent, and how many calls may wait for it. Out of range, `make` and the layers fail with a `ConfigError`.
 */
export interface Options {
  /** Requests per window. */
  readonly limit: number
  readonly window: Duration.DurationInput
  /**
   * Calls that may wait; one more fails with {@link QueueFull}. Default: 10,000, of which the last waits for 20
   * minutes.
   */
  readonly maxQueued?: number
}

/** {@link Options} that hold. */
export interface CheckedOptions extends Required<Options> {
  readonly window: Duration.Duration
}

/** The documented general limit. */
export const defaults = { limit: 500, window: Duration.minutes(1), maxQueued: 10_000 } as const satisfies CheckedOptions

/** Fails with the name of the option that is out of range. */
export const check = ({
  limit,
  maxQueued = defaults.maxQueued,
  window
}: Options): ValidateOption.Checked<CheckedOptions> =>
  Either.all({
    limit: ValidateOption.whole("INVENT_RATE_LIMIT", limit),
    window: ValidateOption.duration("INVENT_RATE_WINDOW", window, 1),
    maxQueued: ValidateOption.whole("rateLimit.maxQueued", maxQueued)
  })

/**
 * How urgent a call is: `stop` before `verify` before `send` before `watch`. Inside a lane, first come, first served.
 * Every tenth turn belongs to the call that has waited longest, if that is longer than a window: no lane starves.
 */
export type Lane = LaneQueue.Lane

/** The lane of the calls that are made here. */
export class CurrentLane extends Context.Reference<CurrentLane>()("@effect-invent/client/RateLimit/CurrentLane", {
  defaultValue: (): Lane => "send"
}) {}

/** Puts all calls of an effect in this lane. */
export const withLane =
  (lane: Lane) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(effect, CurrentLane, lane) as Effect.Effect<A, E, R>

/** As many calls wait as may. The request did not leave. */
export class QueueFull extends Data.TaggedError("QueueFull")<Waiting> {}

/**
 * The store that processes share the quota through does not answer, or not with what we wrote there. The request did
 * not leave.
 */
export class RateLimitUnavailable extends Data.TaggedError("RateLimitUnavailable")<{ readonly reason: string }> {}

/** How long the queue is now, and how long it makes a call wait. */
export interface Waiting {
  /** Calls that wait now. */
  readonly queued: number
  /**
   * How long one that came now, in the lane of the caller, would wait at most without failures and without calls that
   * overtake it.
   */
  readonly expectedWait: Duration.Duration
}

/**
 * The limiter of a client: gives each request a permit, and holds all back after a 429. Clients that spend one quota
 * share one.
 */
export class RateLimit extends Context.Tag("@effect-invent/client/RateLimit")<
  RateLimit,
  {
    /**
     * Runs one request under a permit, and waits for it in the {@link Lane} of the surroundings. A request for which
     * `neverLeft` says so gives its permit back at once; one that is interrupted counts as received then.
     */
    readonly permit: <A, E, R>(
      request: Effect.Effect<A, E, R>,
      neverLeft: (error: E) => boolean
    ) => Effect.Effect<A, E | QueueFull | RateLimitUnavailable, R>
    /**
     * To be called after a 429: another program spends the same quota. No call sends for this long, or for longer while
     * 429s go on; then one request tries, and the others follow, a little less of them than before.
     */
    readonly pause: (duration: Duration.Duration) => Effect.Effect<void>
    /** What a call would wait for now. */
    readonly waiting: Effect.Effect<Waiting>
  }
>() {}

/** Makes the waiting interruptible and nothing else: a permit that was taken always comes back. */
type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

interface Waiter {
  readonly lane: Lane
  readonly since: number
  /** Opened when it is worth to look again. */
  readonly call: Effect.Latch
}

const makeSync = (options: CheckedOptions): RateLimit["Type"] => {
  const window = Duration.toMillis(options.window)
  const { maxQueued } = options
  const quota = QuotaModel.make(options.limit, window)
  const line = LaneQueue.make<Waiter>(window)

  const callNext = (now: number): void => {
    line.next(now)?.call.unsafeOpen()
  }

  // Only who is next looks at the quota. The own latch is closed before looking, so that no call after the look is
  // missed.
  const take = (waiter: Waiter, clock: Clock.Clock, restore: Restore): Effect.Effect<QuotaModel.Permit> =>
    Effect.suspend(() => {
      waiter.call.unsafeClose()
      const now = MonotonicClock.millisOf(clock)
      const next = line.next(now)
      if (next !== waiter) {
        next?.call.unsafeOpen()
        return Effect.zipRight(restore(waiter.call.await), take(waiter, clock, restore))
      }
      const taken = quota.take(now)
      if (!("wait" in taken)) {
        line.leave(waiter, true)
        callNext(now)
        return Effect.succeed(taken)
      }
      const until = Effect.sleep(Math.max(1, Math.ceil(taken.wait)))
      return Effect.zipRight(restore(Effect.raceFirst(waiter.call.await, until)), take(waiter, clock, restore))
    })

  const waitingIn = (lane: Lane, now: number): Waiting => ({
    queued: line.length(),
    expectedWait: Duration.millis(quota.expected(now, line.ahead(lane) + 1))
  })

  const enter = (lane: Lane, clock: Clock.Clock, restore: Restore): Effect.Effect<QuotaModel.Permit, QueueFull> => {
    const now = MonotonicClock.millisOf(clock)
    if (line.length() === 0) {
      const taken = quota.take(now)
      if (!("wait" in taken)) return Effect.succeed(taken)
    }
    if (line.length() >= maxQueued) return Effect.fail(new QueueFull(waitingIn(lane, now)))
    const waiter: Waiter = { lane, since: now, call: Effect.unsafeMakeLatch(false) }
    line.join(waiter)
    return Effect.onInterrupt(take(waiter, clock, restore), () =>
      Effect.sync(() => {
        line.leave(waiter, false)
        callNext(MonotonicClock.millisOf(clock))
      })
    )
  }

  const give = (permit: QuotaModel.Permit, isUnused: boolean, now: number): void => {
    if (isUnused) quota.unused(permit)
    if (isUnused || quota.received(permit, now)) callNext(now)
  }

  return {
    permit: (request, neverLeft) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.withFiberRuntime((fiber) => {
          const clock = MonotonicClock.clockOf(fiber)
          return Effect.flatMap(enter(Context.get(fiber.currentContext, CurrentLane), clock, restore), (permit) =>
            Effect.onExit(restore(request), (exit) => {
              const isUnused = exit._tag === "Failure" && exit.cause._tag === "Fail" && neverLeft(exit.cause.error)
              give(permit, isUnused, MonotonicClock.millisOf(clock))
              return Effect.void
            })
          )
        })
      ),
    pause: (duration) => Effect.map(MonotonicClock.millis, (now) => quota.refused(now, Duration.toMillis(duration))),
    waiting: Effect.flatMap(CurrentLane, (lane) => Effect.map(MonotonicClock.millis, (now) => waitingIn(lane, now)))
  }
}

/**
 * Makes a limiter of its own for this process: at most `limit` requests in any `window`, of which a tenth may leave at
 * once after an idle time and the rest evenly. Calls wait for a permit in their lane; with `maxQueued` calls waiting,
 * one more fails with {@link QueueFull}. Fails with a `ConfigError` that names the option when one is out of range.
 *
 * The limit of the vendor is 500 requests a minute and IP address, for all processes behind the address: share it by
 * `RateLimitSql`.
 */
export const make = (options: Options): Effect.Effect<RateLimit["Type"], ConfigError> =>
  Effect.map(
    Effect.suspend(() => check(options)),
    makeSync
  )

/** A limiter of its own for this process. Fails with a `ConfigError` that names the option when one is out of range. */
export const layerMemory = (options: Options = defaults): Layer.Layer<RateLimit, ConfigError> =>
  Layer.effect(RateLimit, make(options))
