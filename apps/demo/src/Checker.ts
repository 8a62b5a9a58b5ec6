/** The checker, in a process of its own, with only the emulator's log and the policy. */
import * as VirtualTime from "@effect-invent/emulator/VirtualTime"
import * as Command from "@effect/platform/Command"
import * as CommandExecutor from "@effect/platform/CommandExecutor"
import type { PlatformError } from "@effect/platform/Error"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { fileURLToPath } from "node:url"
import { TempFolder } from "./TempFolder.ts"

const Document = Schema.parseJson(
  Schema.Struct({ violations: Schema.Array(Schema.Unknown) }, { key: Schema.String, value: Schema.Unknown })
)
/** The checker's output as JSON: its violations, none where it agrees, and what it counted. */
export const Verdict = Schema.typeSchema(Document)

/** Judges the log that the folder of the demo holds. */
export class Checker extends Context.Tag("@effect-invent/demo/Checker")<
  Checker,
  {
    /** Prints the verdict for people. True where there is no violation. */
    readonly print: Effect.Effect<boolean, PlatformError>
    readonly verdict: Effect.Effect<typeof Verdict.Type, PlatformError | ParseResult.ParseError>
  }
>() {}

/** Starts a process for each verdict. Its standard error is that of this process. */
export const layer = Layer.effect(
  Checker,
  Effect.gen(function* () {
    const executor = yield* CommandExecutor.CommandExecutor
    const { log, policy } = yield* TempFolder
    const program = fileURLToPath(import.meta.resolve("@effect-invent/follow-up-checker/main"))
    const files = ["--log", log, "--policy", policy]
    const limits = ["--grace", "4 seconds", "--opt-out-age", "1 second"]
    const command = (...more: ReadonlyArray<string>) =>
      Command.make(process.execPath, program, ...files, ...limits, ...more).pipe(Command.stderr("inherit"))
    const printing = Command.stdout(command(), "inherit")
    return {
      print: Effect.map(VirtualTime.outside(executor.exitCode(printing)), (code) => code === 0),
      verdict: Effect.flatMap(VirtualTime.outside(executor.string(command("--json"))), Schema.decodeUnknown(Document))
    }
  })
)
