/** How the program ends: one line on stderr that names the cause and the fix, and an exit code. */
import * as ValidationError from "@effect/cli/ValidationError"
import * as Cause from "effect/Cause"
import * as ConfigError from "effect/ConfigError"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as SqliteError from "@effect-invent/sql-sqlite/SqliteError"
import { reasonOf } from "../Ledger/Database/DatabaseUnusable.ts"
import * as Grace from "../Dispatch/GracefulShutdown/Grace.ts"
import { StandardOutput } from "./StandardOutput.ts"

/**
 * The exit code of the process: 0 success, 1 a check found something wrong, 2 an error of the input, the configuration
 * or the service, 3 the ledger was removed, replaced or damaged, 4 the loop was stuck, 130 interrupted, 143 stopped by
 * SIGTERM.
 */
export class Exited extends Schema.TaggedError<Exited>()("Exited", { code: Schema.Int }) {}

const fixes: Record<string, string> = {
  Unauthorized: "",
  ConnectionFailed: "; check INVENT_BASE_URL and the network"
}

const ofConfig = (error: ConfigError.ConfigError): string => {
  const leaf = error._op === "And" || error._op === "Or" ? error.left : error
  if (leaf._op === "And" || leaf._op === "Or") return ofConfig(leaf)
  const name = leaf.path.join(".")
  return leaf._op === "MissingData"
    ? `${name} is not set${name === "INVENT_API_KEY" ? "; create a key under Settings > API Keys and export it" : ""}`
    : `${name} ${leaf.message}`
}

/** What went wrong, in one line. */
export const lineOf = (error: unknown): string => {
  if (ConfigError.isConfigError(error)) return ofConfig(error)
  if (!Predicate.isTagged(error, "SqlError") && error instanceof Error && "_tag" in error) {
    return `${error.message}${fixes[String(error._tag)] ?? ""}`
  }
  if (SqliteError.hasCode(error, SqliteError.ResultCode.Corrupt)) return `the database ${reasonOf(error)}`
  if (Predicate.isTagged(error, "SqlError") && "cause" in error) return `the database failed: ${String(error.cause)}`
  return error instanceof Error ? error.message : String(error)
}

const codes: Record<string, number> = { LedgerLost: 3, LoopStuck: 4 }

const codeOf = (error: unknown): number => {
  if (error instanceof Exited) return error.code
  return Predicate.hasProperty(error, "_tag") ? (codes[String(error._tag)] ?? 2) : 2
}

/** Prints what went wrong on stderr and fails with the exit code. */
export const report = <E, R>(program: Effect.Effect<void, E, R>): Effect.Effect<void, Exited, R> =>
  Effect.catchAllCause(program, (cause) => {
    if (Cause.isInterruptedOnly(cause)) return Effect.fail(new Exited({ code: 130 }))
    const failure = Cause.failureOption(cause)
    if (failure._tag === "None") {
      return Effect.zipRight(Console.error(`defect: ${Cause.pretty(cause)}`), Effect.fail(new Exited({ code: 2 })))
    }
    const error = failure.value
    if (error instanceof Exited) return Effect.fail(error)
    // The command line's parser has printed its own message.
    const print = ValidationError.isValidationError(error) ? Effect.void : Console.error(lineOf(error))
    return Effect.zipRight(print, Effect.fail(new Exited({ code: codeOf(error) })))
  })

let interrupted = 130

/**
 * How much longer than the grace a stop may take; this is for what cannot be interrupted, such as a database that
 * hangs.
 */
const afterGrace = Duration.seconds(1)

/**
 * For a program that failed: ends the process with the line and the exit code of its error, where what the program
 * holds is not released within the grace of a stop and a second. A library's connection to a database that is away may
 * never be.
 */
export const endAnyway = (cause: Cause.Cause<unknown>): Effect.Effect<void> =>
  Effect.gen(function* () {
    if (Cause.isInterruptedOnly(cause)) return
    const { end } = yield* StandardOutput
    const grace = yield* Effect.orElseSucceed(Grace.config, () => Grace.byDefault)
    const error = Cause.squash(cause)
    const ending = Effect.delay(end(lineOf(error), codeOf(error)), Duration.sum(grace, afterGrace))
    yield* Effect.forkDaemon(ending)
  })

const giveUp = Effect.sync(() => {
  process.stderr.write(
    "something does not answer, and was not waited for any longer; the next start takes up what is left\n"
  )
  process.exit(interrupted)
})
const endInTime = () =>
  Grace.config.pipe(
    Effect.orElseSucceed(() => Grace.byDefault),
    Effect.flatMap((grace) => Effect.delay(giveUp, Duration.sum(grace, afterGrace))),
    Effect.runFork
  )

/**
 * Ends the process after SIGTERM with exit code 143 (128 + 15), at the latest one second after the grace of the stop. A
 * second SIGTERM or SIGINT ends it at once.
 */
export const onTermination = (): void => {
  const onInterrupt = () => {
    process.off("SIGTERM", onTerminate)
    endInTime()
  }
  const onTerminate = () => {
    interrupted = 143
    process.off("SIGINT", onInterrupt)
    endInTime()
  }
  process.once("SIGINT", onInterrupt)
  process.once("SIGTERM", onTerminate)
}

/** The process ends with the code that the program failed with. */
export const teardown = (exit: Exit.Exit<unknown, unknown>, onExit: (code: number) => void): void => {
  if (Exit.isSuccess(exit)) return onExit(0)
  const failure = Cause.failureOption(exit.cause)
  if (failure._tag === "Some" && failure.value instanceof Exited) return onExit(failure.value.code)
  onExit(Cause.isInterruptedOnly(exit.cause) ? interrupted : 2)
}
