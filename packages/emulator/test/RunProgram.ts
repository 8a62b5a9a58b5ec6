/** Runs the emulator's program in the process of the test: arguments in, what it printed and its exit code out. */
import * as Command from "@effect/cli/Command"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as Effect from "effect/Effect"
import { format } from "node:util"
import * as Colour from "../src/Program/Colour.ts"
import { command } from "../src/Program/CommandLine.ts"
import * as ExitCodes from "../src/Program/ExitCodes.ts"

interface Ended {
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/**
 * As `main.ts` runs it, but for a signal and for output that cannot be written. Relative paths are below the test's
 * folder. `isTTY`: whether it prints to a terminal.
 */
export const run = (args: ReadonlyArray<string>, isTTY = false): Effect.Effect<Ended> =>
  Effect.gen(function* () {
    const printed = { stdout: "", stderr: "" }
    const print =
      (stream: keyof typeof printed) =>
      (...words: ReadonlyArray<unknown>) =>
        Effect.sync(() => void (printed[stream] += `${format(...words)}\n`))
    const console = { ...(yield* Effect.console), log: print("stdout"), error: print("stderr") }
    const exit = yield* Command.run(command, { name: "invent-emulator", version: "0.0.0" })([
      "node",
      "invent-emulator",
      ...args
    ]).pipe(
      ExitCodes.report,
      Colour.whereWanted({ stdout: { isTTY }, stderr: { isTTY } }),
      Effect.provide(NodeContext.layer),
      Effect.withConsole(console),
      Effect.exit
    )
    let code: number | undefined
    ExitCodes.teardown(exit, (of) => (code = of))
    return { code, ...printed }
  })
