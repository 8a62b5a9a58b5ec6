/**
 * Building blocks for what the vendor sends: open to keys, values and nulls that no page documents. What was received
 * is never lost: unknown keys, unknown enum values and entries that cannot be read survive a decode and an encode
 * unchanged.
 */
import * as Arr from "effect/Array"
import * as Data from "effect/Data"
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

/**
 * An enum that may grow. Documented values decode to themselves and anything else to {@link Unknown}, so a caller can
 * match exhaustively and still tolerates what the vendor adds tomorrow.
 */
export const literals = <const Values extends readonly [string, ...Array<string>]>(...values: Values) => {
  const known: ReadonlySet<unknown> = new Set(values)
  const isKnown = (value: unknown): value is Values[number] => known.has(value)
  const decode = (value: string): Values[number] | Unknown => (isKnown(value) ? value : new Unknown({ value }))
  // The platform's union would try one value after the other, and make an issue of each that it is not.
  const oneOf = Schema.declare((u: unknown): u is Values[number] | Unknown => isKnown(u) || u instanceof Unknown, {
    title: `${values.join(" | ")} | Unknown`,
    arbitrary: () => (fc) => fc.oneof(fc.constantFrom(...values), fc.string()).map(decode)
  })
  const schema = Schema.transform(Schema.String, oneOf, {
    strict: true,
    decode,
    encode: (value) => (typeof value === "string" ? value : value.value)
  }).annotations({ jsonSchema: { type: "string", examples: values } })
  return Object.assign(schema, { values })
}

const orNull =
  <A>(parse: Parse<A>): Parse<A | null> =>
  (input, options) =>
    input === null ? Either.right(null) : parse(input, options)

/**
 * What may be null. The platform's own union makes an issue of the null that a value is not, each time, which costs a
 * sixth of a client's decoding.
 */
const nullable = <S extends Schema.Schema.All>(schema: S): Schema.NullOr<S> =>
  Schema.declare(
    [schema as unknown as Schema.Schema<unknown>],
    {
      decode: (inner) => orNull(ParseResult.decodeUnknownEither(inner)),
      encode: (inner) => orNull(ParseResult.encodeUnknownEither(inner))
    },
    {
      // Null comes first: for a `tolerant` schema, everything else is something that it can be.
      [AST.SurrogateAnnotationId]: Schema.Union(Schema.Null, schema).ast,
      arbitrary: (inner) => (fc) => fc.option(inner(fc)),
      equivalence: (inner) => (a, b) => a === b || (a !== null && b !== null && inner(a, b))
    }
  ) as unknown as Schema.NullOr<S>

type Optional<S extends Schema.Schema.All> = Schema.optionalWith<Schema.NullOr<S>, { exact: true }>

/** Most keys share a few schemas, and to make one takes time at each start. */
const optionalOf = new WeakMap<Schema.Schema.All, Optional<Schema.Schema.All>>()

/** A key that may be absent or null. Every key but `id` is: the pages disagree on which are always present. */
export const optional = <S extends Schema.Schema.All>(schema: S): Optional<S> => {
  const made = optionalOf.get(schema) ?? Schema.optionalWith(nullable(schema), { exact: true })
  optionalOf.set(schema, made)
  return made as Optional<S>
}

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

type Parse<A> = (input: unknown, options: AST.ParseOptions) => Either.Either<A, ParseResult.ParseIssue>

/**
 * Parses the documented keys that an object has, and keeps its others. The platform's own struct looks for every
 * documented key, of which an answer has few: that takes half as long again.
 */
const keepingOthers = <A>(documented: AST.AST, parser: (schema: Schema.Schema<unknown>) => Parse<unknown>) => {
  const signatures = (documented as AST.TypeLiteral).propertySignatures
  const parsers = new Map(signatures.map(({ name, type }) => [name, parser(Schema.make(type))]))
  const required = signatures.filter(({ isOptional }) => !isOptional)
  return (input: unknown, options: AST.ParseOptions, ast: AST.AST): Either.Either<A, ParseResult.ParseIssue> => {
    if (!OpenRecord.isObject(input)) return Either.left(new ParseResult.Type(ast, input))
    const output = {}
    const issues: Array<ParseResult.ParseIssue> = []
    const isOver = () => issues.length > 0 && options.errors !== "all"
    for (const key of Object.keys(input)) {
      const parsed = parsers.get(key)?.(input[key], options) ?? Either.right(input[key])
      if (Either.isRight(parsed)) OpenRecord.set(output, key, parsed.right)
      else issues.push(new ParseResult.Pointer(key, input, parsed.left))
      if (isOver()) break
    }
    for (const signature of required) {
      if (isOver()) break
      const { name } = signature
      if (!Object.hasOwn(input, name))
        issues.push(new ParseResult.Pointer(name, input, new ParseResult.Missing(signature)))
    }
    return Arr.isNonEmptyArray(issues)
      ? Either.left(new ParseResult.Composite(ast, input, issues, output))
      : Either.right(output as A)
  }
}

/**
 * A struct that keeps unknown keys. Each becomes an own property, whatever its name: the platform's own way,
 * `onExcessProperty: "preserve"`, takes the value of a key `__proto__` for a prototype.
 */
export const struct = <const Fields extends Schema.Struct.Fields>(fields: Fields): Struct<Fields> => {
  const documented = Schema.Struct(fields)
  return Schema.declare(
    [documented],
    {
      decode: <A, I>({ ast }: Schema.Schema<A, I>) => keepingOthers<A>(ast, ParseResult.decodeUnknownEither),
      encode: <A, I>({ ast }: Schema.Schema<A, I>) => keepingOthers<I>(ast, ParseResult.encodeUnknownEither)
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
    (value: unknown, options: AST.ParseOptions, ast: AST.AST): Either.Either<I, ParseResult.ParseIssue> =>
      isUndecodable(value) ? Either.left(new ParseResult.Type(ast, value)) : encode(value, options)
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
  // The parser is made where it is needed: it is one of all schemas below this one, most of which are never read.
  const read = (raw: unknown) => ParseResult.decodeUnknownEither(schema)(raw)
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
