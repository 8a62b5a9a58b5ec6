/** The output of a command on stdout: lines for people, or with `--json` one document for programs. */
import * as Console from "effect/Console"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TerminalText from "../TerminalText.ts"

/** Prints a value as JSON, encoded by a schema. */
export const document = <A, I>(schema: Schema.Schema<A, I>) => {
  const encode = Schema.encodeSync(schema)
  return (value: A): Effect.Effect<void> => Console.log(JSON.stringify(encode(value), undefined, 2))
}

/** Prints lines for people, at most 80 columns wide. */
export const lines = TerminalText.print
