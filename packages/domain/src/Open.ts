/**
 * Building blocks for what the vendor sends: open to keys, values and nulls that no page documents. What was received is
 * never lost: unknown keys and unknown enum values survive a decode and an encode unchanged.
 */
import * as Data from "effect/Data"
import * as Schema from "effect/Schema"

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
  Schema.optionalWith(Schema.NullOr(schema), { exact: true })

/** A struct that keeps keys it does not know. */
export const struct = <const Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.Struct(fields).annotations({ parseOptions: { onExcessProperty: "preserve" } })
