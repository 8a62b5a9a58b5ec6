/** The `it` of `@effect/vitest`, whose tests run under the `TestClock` that steps without a timer. */
// oxlint-disable-next-line no-restricted-imports -- all of it but `layer` is used
import * as Vitest from "@effect/vitest"
import type * as Scope from "effect/Scope"
import type * as TestServices from "effect/TestServices"
import * as VirtualTestClock from "./VirtualTestClock.ts"

const onVirtualClock = <R>(tester: Vitest.Vitest.Tester<R>): Vitest.Vitest.Tester<R> => {
  const test: Vitest.Vitest.Test<R> = (name, self, timeout) =>
    tester(name, (...args) => VirtualTestClock.provide(self(...args)), timeout)
  const each: Vitest.Vitest.Tester<R>["each"] = (cases) => (name, self, timeout) =>
    tester.each(cases)(name, (...args) => VirtualTestClock.provide(self(...args)), timeout)
  return Object.assign(test, tester, { each })
}

const effect: Vitest.Vitest.Tester<TestServices.TestServices> = onVirtualClock(Vitest.it.effect)
const scoped: Vitest.Vitest.Tester<TestServices.TestServices | Scope.Scope> = onVirtualClock(Vitest.it.scoped)

export const it = Object.assign(Vitest.it.bind(undefined), Vitest.it, { effect, scoped })
