/** A YAML or JSON file of settings. An error in it is one line that names the field and the rule. */
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Yaml from "yaml"

/** Says in one line which field breaks which rule, below this name. */
export const explain = (name: string, error: ParseResult.ParseError): string => {
  const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
  const path = (issue?.path ?? []).map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("")
  return `${name}${path}: ${issue?.message ?? error.message}`.replaceAll(/\s+/g, " ")
}

const parse = (text: string): Either.Either<unknown, string> => {
  const document = Yaml.parseDocument(text)
  const [error] = document.errors
  if (error !== undefined) return Either.left(error.message.split("\n", 1)[0]?.replace(/:$/, "") ?? "is not YAML")
  return Either.right(document.toJS({ maxAliasCount: 100 }))
}

/** What a schema makes of the text, which may have it under one key of that name; as it is written there. */
export const read = <A, I>(name: string, schema: Schema.Schema<A, I>, text: string): Either.Either<I, string> =>
  Either.flatMap(parse(text), (found) => {
    const written =
      typeof found === "object" && found !== null && name in found ? (found as Record<string, unknown>)[name] : found
    return Either.mapBoth(Schema.decodeUnknownEither(schema, { onExcessProperty: "error" })(written), {
      onLeft: (error) => explain(name, error),
      onRight: () => written as I
    })
  })
