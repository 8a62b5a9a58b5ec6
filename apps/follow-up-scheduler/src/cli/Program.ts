/**
 * The program, from its arguments to its output and exit code. `main.ts` runs it in a process of its own; tests run it
 * in their process, over another network.
 */
import * as Effect from "effect/Effect"
import * as Commands from "../Commands.ts"
import * as ExitCodes from "./ExitCodes.ts"
import * as Help from "./Help.ts"
import * as Settings from "./Settings.ts"
import * as Shell from "./Shell.ts"

/**
 * `given` begins with the path of Node.js and of the program, as `process.argv` does. Fails with the exit code, if that
 * is not 0.
 */
export const make = <E>(given: ReadonlyArray<string>, network: Commands.Network<E>) =>
  Effect.gen(function* () {
    const settings = yield* Settings.read(Commands.described, given)
    const { args, provider } = settings
    yield* Shell.run(Commands.over(network), args, {
      name: "Invent follow-ups",
      http: network.http,
      help: Help.orElse(Commands.described, args)
    }).pipe(Effect.provideService(Settings.CurrentSettings, settings), Effect.withConfigProvider(provider))
  }).pipe(ExitCodes.report)
