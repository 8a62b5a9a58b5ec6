import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as CommandLine from "./CommandLine.ts"
import * as PauseCommandSuite from "./PauseCommandSuite.ts"

const file = Effect.succeed({})

const db = ["--db", "follow-ups.db"]

describe("pause and resume on the command line", () => {
  PauseCommandSuite.suite(file)

  it.live("record who did it, and a name that no operator has is refused", () =>
    PauseCommandSuite.test(file, (online) =>
      Effect.gen(function* () {
        yield* CommandLine.run(["run", ...PauseCommandSuite.pass, ...db], online)
        for (const name of ["", " Anna", "An\u202Ena", "An\nna", "a".repeat(10_000)]) {
          const { code, stderr } = yield* CommandLine.run(["pause", "--by", name, ...db], online)
          expect([code, stderr]).toEqual([2, expect.stringContaining("a name has 1 to 64 visible characters")])
        }
        for (const args of [
          ["pause", "--by", "__proto__"],
          ["resume", "--by", "Zoë <b>"]
        ])
          expect(yield* CommandLine.run([...args, ...db], online)).toMatchObject({ code: 0 })
        const { stdout } = yield* CommandLine.run(["export", ...db], online)
        const entries = stdout.trim().split("\n")
        const changes = entries.map((line) => JSON.parse(line)).filter(({ chat_id }) => chat_id === "")
        expect(changes).toMatchObject([
          { event: "paused", detail: { by: "__proto__" } },
          { event: "resumed", detail: { by: "Zoë <b>" } }
        ])
      })
    )
  )

  it.live("do not listen for other machines without a token: one line, exit code 2, no request", () =>
    PauseCommandSuite.test(file, (online) =>
      Effect.gen(function* () {
        const serve = ["serve", ...PauseCommandSuite.pass, "--ui-port", "0", "--ui-host", "0.0.0.0"]
        const { code, stderr } = yield* CommandLine.run(serve, online)
        expect(stderr.trim()).toBe(
          "operator page on 0.0.0.0:0: other machines reach it; set FOLLOW_UPS_TOKEN to a secret of at least 16 characters"
        )
        expect(code).toBe(2)
        expect(yield* PauseCommandSuite.requests).toBe(0)
      })
    )
  )
})
