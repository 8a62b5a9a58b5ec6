/** Runs effects and layers of Effect 3 in a program of Effect 4. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Convert from "./Convert.ts"
import * as Effect3 from "./invent/Effect3.ts"
import * as Telemetry from "./Telemetry.ts"

/** Ends as `effect` ends. When it is interrupted, it interrupts `effect` and waits until that has released what it holds. */
export const run = <A, E>(effect: Effect3.Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.flatMap(Telemetry.inherited, (inherit) =>
    Effect.callback<A, E>((resume) => {
      const fiber = Effect3.Effect.runFork(inherit(effect))
      fiber.addObserver((exit) => resume(Convert.exit(exit)))
      return Effect.asVoid(run(Effect3.Fiber.interrupt(fiber)))
    })
  )

/** Builds `layer`, which the scope releases; gives what runs effects that need it. Fails as `layer` fails. */
export const withLayer = <R, LE>(
  layer: Effect3.Layer.Layer<R, LE>
): Effect.Effect<<A, E>(effect: Effect3.Effect.Effect<A, E, R>) => Effect.Effect<A, E>, LE, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.acquireRelease(run(Effect3.Scope.make()), (scope) =>
      run(Effect3.Scope.close(scope, Effect3.Exit.void))
    )
    const context = yield* run(Effect3.Layer.buildWithScope(layer, scope))
    return (effect) => run(Effect3.Effect.provide(effect, context))
  })
