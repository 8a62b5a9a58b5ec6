/**
 * The `it` of `@effect/vitest`, whose tests run under the `TestClock` that steps without a timer. Their services are
 * given as they are: to build them anew from a layer, as the platform's own does, takes several milliseconds a test.
 */
// oxlint-disable-next-line no-restricted-imports -- all of it but `layer` is used
import * as Vitest from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as HashSet from "effect/HashSet"
import * as Logger from "effect/Logger"
import type * as Scope from "effect/Scope"
import * as TestServices from "effect/TestServices"
import * as VirtualTestClock from "./VirtualTestClock.ts"

/** As in the platform's own tests, nothing is logged to the console. Spans are made only where a test asks for them. */
const provide = <A, E, R>(test: Effect.Effect<A, E, R>) =>
  VirtualTestClock.provide(test).pipe(
    Effect.withTracerEnabled(false),
    Effect.locallyWith(FiberRef.currentLoggers, HashSet.remove(Logger.defaultLogger)),
    Effect.provide(TestServices.liveServices)
  )

interface VirtualTester<R> extends Vitest.Vitest.Test<R> {
  readonly each: Vitest.Vitest.Tester<R>["each"]
}

const onVirtualClock = <R>(tester: Vitest.Vitest.Tester<R>): VirtualTester<R | TestServices.TestServices> =>
  Object.assign<
    Vitest.Vitest.Test<R | TestServices.TestServices>,
    Pick<VirtualTester<R | TestServices.TestServices>, "each">
  >((name, self, timeout) => tester(name, (...args) => provide(self(...args)), timeout), {
    each: (cases) => (name, self, timeout) => tester.each(cases)(name, (...args) => provide(self(...args)), timeout)
  })

const effect = onVirtualClock(Vitest.it.live)
const scoped = onVirtualClock<Scope.Scope>(Vitest.it.scopedLive)

export const it = Object.assign(Vitest.it.bind(undefined), Vitest.it, { effect, scoped })
