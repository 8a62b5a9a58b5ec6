/**
 * The format of the log: for people on a terminal, else one line of logfmt per entry. It goes to stdout; with `--json`,
 * to stderr, because the document is on stdout.
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
export const whereRead =
  (args: ReadonlyArray<string>) =>
  <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() => Effect.provide(program, loggerFor(args)))
