/**
 * Building blocks for what the vendor sends: open to keys, values and nulls that no page documents. What was received
 * is never lost: unknown keys, unknown enum values and entries that cannot be read survive a decode and an encode
 * unchanged.
 */
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { identity } from "effect/Function"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import * as Issue from "./Issue.ts"
import * as OpenRecord from "./OpenRecord.ts"
import { isUndecodable, Undecodable } from "./Undecodable.ts"

/** A value of an enum that was not documented when this was written. `value` is what the server sent. */
export class Unknown extends Data.TaggedClass("Unknown")<{ readonly value: string }> {}

const UnknownFromSelf = (known: ReadonlySet<string>) =>
  Schema.declare((u: unknown): u is Unknown => u instanceof Unknown, {
    identifier: "Unknown",
    arbitrary: () => (fc) =>
      fc
        .string()
        .filter((value) => !known.has(value))
        .map((value) => new Unknown({ value }))
  })

/**
 * An enum that may grow. Documented values decode to themselves and anything else to {@link Unknown}, so a caller can
 * match exhaustively and still tolerates what the vendor adds tomorrow.
 */
export const literals = <const Values extends readonly [string, ...Array<string>]>(...values: Values) => {
  const known: ReadonlySet<string> = new Set(values)
  const isKnown = (value: string): value is Values[number] => known.has(value)
  return Schema.transform(Schema.String, Schema.Union(Schema.Literal(...values), UnknownFromSelf(known)), {
    strict: true,
    decode: (value) => (isKnown(value) ? value : new Unknown({ value })),
    encode: (value) => (typeof value === "string" ? value : value.value)
  }).annotations({ jsonSchema: { type: "string", examples: values } })
}

/** A key that may be absent or null. Every key but `id` is: the pages disagree on which are always present. */
export const optional = <S extends Schema.Schema.All>(schema: S) =>
  // Null comes first: for a `tolerant` schema, everything else is something that it can be.
  Schema.optionalWith(Schema.Union(Schema.Null, schema), { exact: true })

/** Each of these keys, as {@link optional}. */
export const optionals = <const Fields extends Readonly<Record<string, Schema.Schema.All>>>(fields: Fields) =>
  Object.fromEntries(Object.entries(fields).map(([key, schema]) => [key, optional(schema)])) as {
    readonly [Key in keyof Fields]: ReturnType<typeof optional<Fields[Key]>>
  }

/** A schema of an object that has documented keys and may have others. */
export interface Struct<Fields extends Schema.Struct.Fields> extends Schema.Annotable<
  Struct<Fields>,
  Schema.Simplify<Schema.Struct.Type<Fields>>,
  Schema.Simplify<Schema.Struct.Encoded<Fields>>,
  Schema.Struct.Context<Fields>
> {}

type Parse<A> = (input: unknown, options: AST.ParseOptions) => Effect.Effect<A, ParseResult.ParseIssue>

/** Adds to what is made of the documented keys the other keys of the input. */
const keepingOthers =
  <A extends object>(documented: object, parse: Parse<A>) =>
  (input: unknown, options: AST.ParseOptions, ast: AST.AST): Effect.Effect<A, ParseResult.ParseIssue> =>
    ParseResult.mapBoth(parse(input, options), {
      // It is about the schema with the other keys, and bears its name.
      onFailure: (issue) => ({ ...issue, ast }) as ParseResult.ParseIssue,
      onSuccess: (output) => {
        for (const key of Object.keys(input as object)) {
          if (!Object.hasOwn(documented, key))
            OpenRecord.set(output, key, (input as OpenRecord.OpenRecord<unknown>)[key])
        }
        return output
      }
    })

/**
 * A struct that keeps unknown keys. Each becomes an own property, whatever its name: the platform's own way,
 * `onExcessProperty: "preserve"`, takes the value of a key `__proto__` for a prototype.
 */
export const struct = <const Fields extends Schema.Struct.Fields>(fields: Fields): Struct<Fields> => {
  const documented = Schema.Struct(fields).annotations({ parseOptions: { onExcessProperty: "ignore" } })
  return Schema.declare(
    [documented],
    {
      decode: (documented) => keepingOthers(fields, ParseResult.decodeUnknownEither(documented)),
      encode: (documented) => keepingOthers(fields, ParseResult.encodeUnknownEither(documented))
    },
    {
      title: "object",
      [AST.SurrogateAnnotationId]: documented.ast,
      arbitrary: identity,
      equivalence: identity
    }
  )
}

/** Marks the alternative to what a page describes, which a document for other tools leaves out. */
export const undecodableMark = "x-undecodable"

/** Anything at all. `Schema.Unknown` would stand for every alternative to it in a document for other tools. */
const anything = Schema.declare((_: unknown): _ is unknown => true, {
  jsonSchema: { anyOf: [{}], [undecodableMark]: true },
  arbitrary: () => (fc) => fc.integer()
})

/**
 * Refuses an {@link Undecodable} before the schema sees it: a filter would get the copy that the schema
 * makes.
 */
const notUndecodable = <A, I>(schema: Schema.Schema<A, I>) => {
  const written =
    (encode: Parse<I>) =>
    (value: unknown, options: AST.ParseOptions, ast: AST.AST): Effect.Effect<I, ParseResult.ParseIssue> =>
      isUndecodable(value) ? ParseResult.fail(new ParseResult.Type(ast, value)) : encode(value, options)
  return Schema.declare(
    [schema],
    { decode: ParseResult.decodeUnknownEither, encode: (schema) => written(ParseResult.encodeUnknownEither(schema)) },
    { [AST.SurrogateAnnotationId]: schema.ast, arbitrary: identity, equivalence: identity }
  )
}

/**
 * What may differ from its page: that decodes to {@link Undecodable} and costs nothing but itself. For
 * what describes; what decides whether a contact may be written to must not be skipped.
 */
export const tolerant = <A, I>(
  schema: Schema.Schema<A, I>
): Schema.Schema<A | Undecodable, I | {} | null | undefined> => {
  const read = ParseResult.decodeUnknownEither(schema)
  const undecodable = (raw: unknown) =>
    new Undecodable({ raw, issue: Either.match(read(raw), { onLeft: Issue.innermost, onRight: () => "" }) })
  return Schema.Union(
    // A schema without a key that must be there would take the `Undecodable` for one of its own when it is written.
    notUndecodable(schema),
    Schema.transform(
      anything,
      Schema.declare(isUndecodable, { arbitrary: () => (fc) => fc.integer().map(undecodable) }),
      { strict: true, decode: undecodable, encode: ({ raw }) => raw }
    )
  ) as unknown as Schema.Schema<A | Undecodable, I | {} | null | undefined>
}

/** A list of which an entry that cannot be read stays in its place. */
export const list = <A, I>(entry: Schema.Schema<A, I>) => Schema.Array(tolerant(entry))
