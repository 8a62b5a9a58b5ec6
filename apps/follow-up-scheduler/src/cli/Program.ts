/**
 * The program, from its arguments to its output and exit code. `main.ts` runs it in a process of its own; tests run it
 * in their process, over another network.
 */
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as OtlpExporter from "../Operations/OtlpExporter.ts"
import * as GracefulShutdown from "../Dispatch/GracefulShutdown.ts"
import * as Colour from "./Colour.ts"
import * as Commands from "../Commands.ts"
import * as Completions from "./Completions.ts"
import * as ExitCodes from "./ExitCodes.ts"
import * as Help from "./Help.ts"
import * as Log from "./Log.ts"
import * as Settings from "./Settings.ts"

/**
 * `given` begins with the path of Node.js and of the program, as `process.argv` does. Fails with the exit code, if that
 * is not 0.
 */
export const make = <E>(given: ReadonlyArray<string>, network: Commands.Network<E>) =>
  Effect.gen(function* () {
    const settings = yield* Settings.read(Commands.described, given)
    const { args, provider } = settings
    yield* Command.run(Commands.over(network), { name: "Invent follow-ups", version: "0.0.0" })(
      Log.levelFirst(args)
    ).pipe(
      Effect.provide(Layer.merge(OtlpExporter.layer(network.http), GracefulShutdown.layer)),
      Effect.provideService(Settings.CurrentSettings, settings),
      Help.orElse(Commands.described, args),
      Log.whereRead(args),
      Effect.withConfigProvider(provider)
    )
  }).pipe(ExitCodes.report, Completions.whereAsked, Colour.whereWanted)
