import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as CommandLine from "./CommandLine.ts"
import * as PauseCommandSuite from "./PauseCommandSuite.ts"

const file = Effect.succeed({})

describe("pause and resume on the command line", () => {
  PauseCommandSuite.suite(file)

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
