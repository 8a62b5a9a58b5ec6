/**
 * The log is laid out for people on a terminal; anywhere else each entry is one line of logfmt, for whatever collects it. It is
 * on stdout, or beside the document that `--json` asks for on stderr.
 */
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"

const loggerFor = (args: ReadonlyArray<string>) =>
  args.includes("--json")
    ? Logger.replace(Logger.defaultLogger, Logger.withConsoleError(Logger.logfmtLogger))
    : process.stdout.isTTY === true
      ? Logger.pretty
      : Logger.logFmt

/** Over Effect's default logger. */
export const whereRead = (args: ReadonlyArray<string>) => <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => Effect.provide(program, loggerFor(args)))
