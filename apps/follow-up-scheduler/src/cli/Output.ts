/** What a command has to say: lines for people, or with `--json` one document for programs, and nothing else, on stdout. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as HashSet from "effect/HashSet"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Lines from "../Lines.ts"

/** Prints a value as the document of a schema. */
export const document = <A, I>(schema: Schema.Schema<A, I>) => {
  const encode = Schema.encodeSync(schema)
  return (value: A): Effect.Effect<void> => Console.log(JSON.stringify(encode(value), undefined, 2))
}

export const lines = Lines.print

const asked = (args: ReadonlyArray<string>) => args.includes("--json")

/** Where a document is asked for, what is logged goes to stderr. */
export const whereAsked = (args: ReadonlyArray<string>) => <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  asked(args) ? Effect.locally(program, FiberRef.currentLoggers, HashSet.make(Logger.withConsoleError(Logger.logfmtLogger))) : program
