/**
 * Building blocks for what we send: closed, so that a typing error or a value outside a documented limit is refused
 * before a byte leaves.
 */
import * as Schema from "effect/Schema"

/** A struct that refuses unknown keys. */
export const struct = <const Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.Struct(fields).annotations({ parseOptions: { onExcessProperty: "error" } })

/**
 * A key that may be left out; `undefined` counts as left out. Where null has a meaning of its own, the schema allows
 * it.
 */
export const optional = <S extends Schema.Schema.All>(schema: S) => Schema.optional(schema)

/** Each of these keys, as {@link optional}. */
export const optionals = <const Fields extends Readonly<Record<string, Schema.Schema.All>>>(fields: Fields) =>
  Object.fromEntries(Object.entries(fields).map(([key, schema]) => [key, optional(schema)])) as {
    readonly [Key in keyof Fields]: Schema.optional<Fields[Key]>
  }

/** A boolean in a query. */
export const flag = Schema.transform(Schema.Literal("true", "false"), Schema.Boolean, {
  strict: true,
  decode: (text) => text === "true",
  encode: (value) => (value ? "true" : "false")
}).annotations({ jsonSchema: { type: "boolean" } })

/** Text of at most so many characters. */
export const text = (longest: number) => Schema.String.pipe(Schema.maxLength(longest))

/** Text of at least so many characters and at most so many. */
export const textBetween = (shortest: number, longest: number) => text(longest).pipe(Schema.minLength(shortest))

/** An address, by its shape only: something before the @ and something after. */
export const email = Schema.String.pipe(
  Schema.pattern(/^[^\s@]+@[^\s@]+$/, { message: () => "Expected an e-mail address" })
)

/** An absolute URI. */
export const uri = (longest: number) =>
  text(longest).pipe(
    Schema.filter((value) => URL.canParse(value) || "Expected an absolute URI", {
      arbitrary: () => (fc) => fc.webUrl()
    })
  )
