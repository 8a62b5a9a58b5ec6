/**
 * Objects whose keys come from outside. Any text is a key, also `__proto__` and the names that every object
 * inherits: a key becomes an own property, and is found only where it is one.
 */
import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"

/** An object whose keys come from outside. Read a key with {@link get}, which sees own properties only. */
export interface OpenRecord<A> {
  readonly [key: string]: A
}

/** Sets an own property. An assignment to `__proto__` would set the prototype and lose the key. */
export const set = (object: object, key: string, value: unknown): void => {
  if (key === "__proto__")
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
  else (object as Record<string, unknown>)[key] = value
}

/** The value of an own property; undefined where there is none. */
export const get = <A>(object: OpenRecord<A>, key: string): A | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined

/** Whether a value has keys: an object, and no array. */
export const isObject = (value: unknown): value is OpenRecord<unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

type Parse<A> = (input: unknown, options: AST.ParseOptions) => Either.Either<A, ParseResult.ParseIssue>

const eachValue =
  <A>(parse: Parse<A>) =>
  (input: unknown, options: AST.ParseOptions, ast: AST.AST): Effect.Effect<OpenRecord<A>, ParseResult.ParseIssue> => {
    if (!isObject(input)) return Either.left(new ParseResult.Type(ast, input))
    const output: OpenRecord<A> = {}
    for (const key of Object.keys(input)) {
      const value = parse(input[key], options)
      if (Either.isLeft(value)) {
        return Either.left(
          new ParseResult.Composite(ast, input, new ParseResult.Pointer(key, input, value.left), output)
        )
      }
      set(output, key, value.right)
    }
    return Either.right(output)
  }

/**
 * Replaces `Schema.Record` with text as its keys, which assigns, and so loses a key `__proto__`. The first wrong value
 * fails.
 */
export const record = <A, I>(value: Schema.Schema<A, I>): Schema.Schema<OpenRecord<A>, OpenRecord<I>> =>
  Schema.declare(
    [value],
    {
      decode: (value) => eachValue(ParseResult.decodeUnknownEither(value)),
      encode: (value) => eachValue(ParseResult.encodeUnknownEither(value))
    },
    {
      title: "object",
      // oxlint-disable-next-line no-restricted-properties -- It describes, and parses nothing.
      [AST.SurrogateAnnotationId]: Schema.Record({ key: Schema.String, value }).ast,
      arbitrary: (value) => (fc) => fc.dictionary(fc.string(), value(fc)),
      equivalence: Record.getEquivalence
    }
  )

/** Any JSON object. */
export const Json: Schema.Schema<OpenRecord<unknown>> = /*#__PURE__*/ record(Schema.Unknown)
