import { assert, describe } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { it } from "../../../tools/testing/it.ts"
import * as RunProgram from "./RunProgram.ts"

const escape = "\u001B"

const withVariables = (variables: ReadonlyArray<readonly [string, string]>) =>
  Effect.withConfigProvider(ConfigProvider.fromMap(new Map(variables)))

const help = (isTTY: boolean) => Effect.map(RunProgram.run(["--help"], isTTY), ({ stdout }) => stdout)

describe("the help of the program", () => {
  it.effect("has colours in a terminal, and is plain text for a program and with NO_COLOR", () =>
    Effect.gen(function* () {
      const coloured = yield* withVariables([])(help(true))
      assert.include(coloured, escape)
      for (const text of [yield* help(false), yield* withVariables([["NO_COLOR", "1"]])(help(true))]) {
        assert.notInclude(text, escape)
        assert.include(text, "--port")
      }
    })
  )

  it.effect("is plain text, too, where it says that an option is wrong", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* RunProgram.run(["--port", "many"])
      assert.strictEqual(code, 2)
      assert.notStrictEqual(stderr, "")
      assert.notInclude(stderr, escape)
    })
  )
})
