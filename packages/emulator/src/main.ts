#!/usr/bin/env node
/** The emulator as a program. */
import * as Command from "@effect/cli/Command"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Colour from "./Program/Colour.ts"
import { command } from "./Program/CommandLine.ts"
import * as ExitCodes from "./Program/ExitCodes.ts"
import * as StandardOutput from "./Program/StandardOutput.ts"

const output = StandardOutput.outlast({
  stdout: process.stdout,
  stderr: process.stderr,
  exit: (code) => process.exit(code)
})

Command.run(command, { name: "invent-emulator", version: "0.0.0" })(process.argv).pipe(
  ExitCodes.report,
  Colour.whereWanted(process),
  (program) => Effect.scoped(Effect.zipRight(output, program)),
  Effect.provide(NodeContext.layer),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown: ExitCodes.teardown })
)
