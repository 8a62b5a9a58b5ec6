/** The log is laid out for people on a terminal; anywhere else each entry is one line of logfmt, for whatever collects it. */
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"

/** Over Effect's default logger. */
export const whereRead = <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => Effect.provide(program, process.stdout.isTTY === true ? Logger.pretty : Logger.logFmt))
