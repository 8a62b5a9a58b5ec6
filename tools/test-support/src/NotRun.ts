/** Lists, at the end of a run, the tests that were skipped because something is not installed on this machine. */
import type { Reporter, TestCase, TestModule, TestSuite } from "vitest/node"
import type {} from "./Requirement.ts"

const missingFor = (place: TestSuite | TestModule): ReadonlyArray<string> =>
  place.type === "module" ? [] : (place.meta().missing ?? missingFor(place.parent))

const countByReason = (tests: Iterable<TestCase>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const test of tests) {
    const reason = test.result().state === "skipped" ? missingFor(test.parent).join("; ") : ""
    if (reason !== "") counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  return counts
}

export default class NotRun implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const counts = countByReason(modules.flatMap((module) => [...module.children.allTests()]))
    for (const [reason, count] of counts)
      console.log(`Not run: ${count} ${count === 1 ? "test" : "tests"}, because ${reason}`)
  }
}
