/**
 * What surrounds the commands of a program, from its arguments to its output and exit code: help, log, completions,
 * colours, the export of metrics, and one line where it fails.
 */
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as OtlpExporter from "../Operations/OtlpExporter.ts"
import * as GracefulShutdown from "../Dispatch/GracefulShutdown.ts"
import * as Colour from "./Colour.ts"
import * as Completions from "./Completions.ts"
import * as ExitCodes from "./ExitCodes.ts"
import * as Help from "./Help.ts"
import * as Log from "./Log.ts"

interface Surroundings<H, E> {
  /** The name that `--version` and the library's messages have. */
  readonly name: string
  /** How metrics are sent, where a collector is named. */
  readonly http: Layer.Layer<H, E>
  /** Prints the help where the arguments ask for it. */
  readonly help: ReturnType<typeof Help.orElse>
}

/**
 * Runs the command that the arguments name. `args` begins with the path of Node.js and of the program, as
 * `process.argv` does. Fails with the exit code, if that is not 0.
 */
export const run = <Name extends string, R, E, A, H, EH>(
  command: Command.Command<Name, R, E, A>,
  args: ReadonlyArray<string>,
  { help, http, name }: Surroundings<H, EH>
) =>
  Command.run(command, { name, version: "0.0.0" })(Log.levelFirst(args)).pipe(
    Effect.provide(Layer.merge(OtlpExporter.layer(http), GracefulShutdown.layer)),
    help,
    Log.whereRead(args),
    ExitCodes.report,
    Completions.whereAsked,
    Colour.whereWanted
  )

/** As {@link run}, for a program that is one command and has its name. */
export const runOne = <Name extends string, R, E, A, H, EH>(
  command: Command.Command<Name, R, E, A>,
  args: ReadonlyArray<string>,
  { http, name }: Omit<Surroundings<H, EH>, "help">
) => run(command, args, { name, http, help: Help.orElseOne(command, args) })
