/**
 * Building blocks for what we send: closed, so that a typing error or a value outside a documented limit is refused
 * before a byte leaves.
 */
import * as Schema from "effect/Schema"

/** A struct that refuses keys it does not know. */
export const struct = <const Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.Struct(fields).annotations({ parseOptions: { onExcessProperty: "error" } })

/** A key that may be left out. Where null has a meaning of its own, the schema says so. */
export const optional = <S extends Schema.Schema.All>(schema: S) => Schema.optionalWith(schema, { exact: true })
