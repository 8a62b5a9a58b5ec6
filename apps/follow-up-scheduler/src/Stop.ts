/**
 * A stop in good order. From the moment it is asked for no request leaves; what is under way gets its answer and goes on
 * record, for as long as `grace`. What had not begun, or did not come to its end, is in the ledger: the next start takes it up.
 */
import * as RateLimit from "@effect-invent/client/RateLimit"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"

/** How long an answer is waited for. */
export const grace = Duration.seconds(8)

/** Done when a stop has been asked for. */
export class Stop extends Context.Tag("@effect-invent/follow-up-scheduler/Stop")<Stop, Deferred.Deferred<void>>() {}

export const layer = Layer.effect(Stop, Deferred.make<void>())

/** Runs it until it ends or is interrupted; then the stop is asked for before anything in it is interrupted. */
export const inOrder = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | Stop> =>
  Effect.flatMap(Stop, (stop) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Effect.fork(restore(work)), (fiber) =>
        Effect.onInterrupt(restore(Fiber.join(fiber)), () => Effect.zipRight(Deferred.succeed(stop, undefined), Fiber.interrupt(fiber)))
      )
    )
  )

/** Goes on after an interruption until it ends by itself, or for as long as `grace`. */
export const finishing = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.forkDaemon(Effect.interruptible(work)), (fiber) =>
      Effect.onInterrupt(restore(Fiber.join(fiber)), () =>
        Effect.zipRight(Effect.timeoutOption(Effect.interruptible(Fiber.await(fiber)), grace), Fiber.interrupt(fiber))
      )
    )
  )

/** A quota that is closed by the stop: what waits for a permit, or asks for one, is interrupted. */
export const closing = <E, R>(quota: Layer.Layer<RateLimit.RateLimit, E, R>): Layer.Layer<RateLimit.RateLimit, E, R | Stop> =>
  Layer.provide(
    Layer.effect(
      RateLimit.RateLimit,
      Effect.zipWith(Stop, RateLimit.RateLimit, (stop, inner): RateLimit.RateLimit["Type"] => ({
        ...inner,
        permit: (request, neverLeft) =>
          Effect.suspend(() => {
            let hasLeft = false
            const leaving = Effect.suspend(() => {
              hasLeft = true
              return request
            })
            const closed = Effect.zipRight(
              Deferred.await(stop),
              Effect.suspend(() => (hasLeft ? Effect.never : Effect.interrupt))
            )
            return Effect.raceFirst(closed, inner.permit(leaving, neverLeft))
          })
      }))
    ),
    quota
  )
