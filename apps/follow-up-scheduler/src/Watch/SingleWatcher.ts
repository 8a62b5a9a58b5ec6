/** Where several runners share a database, one of them watches for all. */
import { Sharding } from "@effect/cluster/Sharding"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Watch } from "../Watch.ts"

/** Runs it in one of the runners, and in another one when that one is gone. A failure of it fails here. */
const inOne = <E, R>(
  sharding: Sharding["Type"],
  name: string,
  effect: Effect.Effect<void, E, R>
): Effect.Effect<never, E, R> =>
  Effect.scoped(
    Effect.gen(function* () {
      const failure = yield* Deferred.make<never, E>()
      yield* sharding.registerSingleton(
        name,
        Effect.catchAllCause(effect, (cause) => Deferred.failCause(failure, cause))
      )
      return yield* Deferred.await(failure)
    })
  )

/** The given `Watch`, which runs in one of the runners only. */
export const layer = <E, R>(watch: Layer.Layer<Watch, E, R>): Layer.Layer<Watch, E, R | Sharding> =>
  Layer.provide(
    Layer.effect(
      Watch,
      Effect.zipWith(Sharding, Watch, (sharding, watch) => ({
        ...watch,
        inTurn: (watching) => inOne(sharding, "watch", watching)
      }))
    ),
    watch
  )
