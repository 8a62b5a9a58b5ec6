/**
 * Stops the process in good order. Once a stop is requested, no request is sent. Requests under way get their answers
 * and go on record, for as long as the grace. What was not begun or not finished is in the ledger, and the next start
 * takes it up.
 */
import * as RateLimit from "@effect-invent/client/RateLimit"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as MonotonicClock from "../MonotonicClock.ts"
import * as Grace from "./GracefulShutdown/Grace.ts"

/** The stop of this process: whether it was requested, and how long it may take. */
export class GracefulShutdown extends Context.Tag("@effect-invent/follow-up-scheduler/Dispatch/GracefulShutdown")<
  GracefulShutdown,
  {
    /** Done when a stop has been requested: with that instant of the monotonic clock, in milliseconds. */
    readonly requestedAt: Deferred.Deferred<number>
    readonly grace: Duration.Duration
  }
>() {}

/**
 * No stop is requested yet; the grace is `FOLLOW_UPS_STOP_GRACE`, 8 seconds unless given. Fails with a `ConfigError`
 * where that is not a duration.
 */
export const layer = Layer.effect(
  GracefulShutdown,
  Effect.all({ requestedAt: Deferred.make<number>(), grace: Grace.config })
)

const request = Effect.gen(function* () {
  const { requestedAt, grace } = yield* GracefulShutdown
  const isFirst = yield* Deferred.succeed(requestedAt, yield* MonotonicClock.millis)
  if (isFirst)
    yield* Effect.logInfo(`stopping; answers that are under way are waited for, for up to ${Duration.format(grace)}`)
})

/**
 * Runs it until it ends or is interrupted. An interruption requests the stop first, and only then interrupts what runs.
 */
export const inOrder = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | GracefulShutdown> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.fork(restore(work)), (fiber) =>
      Effect.onInterrupt(restore(Fiber.join(fiber)), () => Effect.zipRight(request, Fiber.interrupt(fiber)))
    )
  )

/**
 * What is left of the grace. It counts once from when the stop was requested, not again for each part that is
 * interrupted.
 */
const graceLeft = (stop: Option.Option<GracefulShutdown["Type"]>) =>
  Effect.gen(function* () {
    const now = yield* MonotonicClock.millis
    const requestedAt = Option.isSome(stop) ? yield* Deferred.poll(stop.value.requestedAt) : Option.none()
    const since = Option.isSome(requestedAt) ? yield* requestedAt.value : now
    const whole = Option.match(stop, { onNone: () => Grace.byDefault, onSome: ({ grace }) => grace })
    return Duration.millis(Math.max(0, Duration.toMillis(whole) - (now - since)))
  })

/** Lets an effect go on after an interruption until it ends by itself, or the grace is over. */
export const finishing = Effect.map(
  Effect.serviceOption(GracefulShutdown),
  (stop) =>
    <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.uninterruptibleMask((restore) =>
        Effect.interruptible(work).pipe(
          Effect.forkDaemon,
          Effect.flatMap((fiber) => {
            // Interruptible, because in an uninterruptible region a timeout would wait for the fiber to end.
            const ended = Effect.interruptible(Fiber.await(fiber))
            const inTime = Effect.flatMap(graceLeft(stop), (left) => Effect.timeoutOption(ended, left))
            return Effect.onInterrupt(restore(Fiber.join(fiber)), () => Effect.zipRight(inTime, Fiber.interrupt(fiber)))
          })
        )
      )
)

/**
 * A quota that the stop closes: requests that wait for a permit, or need one later, are interrupted. A request that was
 * sent keeps its permit.
 */
export const closing = <E, R>(
  quota: Layer.Layer<RateLimit.RateLimit, E, R>
): Layer.Layer<RateLimit.RateLimit, E, R | GracefulShutdown> =>
  Layer.provide(
    Layer.effect(
      RateLimit.RateLimit,
      Effect.zipWith(GracefulShutdown, RateLimit.RateLimit, ({ requestedAt }, inner): RateLimit.RateLimit["Type"] => ({
        ...inner,
        permit: (request, neverLeft) =>
          Effect.suspend(() => {
            let hasLeft = false
            const leaving = Effect.suspend(() => {
              hasLeft = true
              return request
            })
            const closed = Effect.zipRight(
              Deferred.await(requestedAt),
              Effect.suspend(() => (hasLeft ? Effect.never : Effect.interrupt))
            )
            return Effect.raceFirst(closed, inner.permit(leaving, neverLeft))
          })
      }))
    ),
    quota
  )
