/**
 * Builds a layer once for all tests of a suite. The `layer` of @effect/vitest does so, too, but changes the one `it` of
 * the process for it: the tests of later files would get the services of an earlier one in place of their `TestClock`.
 */
import { afterAll, beforeAll, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type * as Scope from "effect/Scope"

/**
 * What defines the tests of the suite that calls this: each has the layer, live services and a scope of its own.
 * `timeout`: how long the layer may take to be built, and to be released, in milliseconds.
 */
export const scopedTester = <R, E>(layer: Layer.Layer<R, E>, timeout: number) => {
  const managed = ManagedRuntime.make(layer)
  beforeAll(async () => void (await managed.runtime()), timeout)
  afterAll(() => managed.dispose(), timeout)
  return <A, E2>(name: string, test: () => Effect.Effect<A, E2, R | Scope.Scope>): void =>
    it.live(name, () =>
      Effect.flatMap(managed.runtimeEffect, (built) => Effect.suspend(test).pipe(Effect.scoped, Effect.provide(built)))
    )
}
