/** What a command has to say: lines for people, or with `--json` one document for programs, and nothing else, on stdout. */
import * as Console from "effect/Console"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TerminalText from "../TerminalText.ts"

/** Prints a value as the document of a schema. */
export const document = <A, I>(schema: Schema.Schema<A, I>) => {
  const encode = Schema.encodeSync(schema)
  return (value: A): Effect.Effect<void> => Console.log(JSON.stringify(encode(value), undefined, 2))
}

export const lines = TerminalText.print
