import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as CommandLine from "./CommandLine.ts"

describe("the completions for zsh", () => {
  it.live("call no function that they do not define", () =>
    Effect.gen(function* () {
      const { stdout } = yield* CommandLine.run(["--completions", "zsh"])
      const defined = new Set([...stdout.matchAll(/^(\w[\w-]*)\(\)/gm)].map(([, name]) => name))
      const called = [...stdout.matchAll(/:(_[\w-]+_commands)"/g)].map(([, name]) => name)
      expect(called.length).toBeGreaterThan(2)
      expect(called.filter((name) => !defined.has(name))).toEqual([])
    })
  )
})
