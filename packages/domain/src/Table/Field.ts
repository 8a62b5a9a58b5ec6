/** The definition of a field that an organization keeps on its contacts, or on the records of a table of its own. */
import * as Schema from "effect/Schema"
import { FieldId, TableId } from "../Ids.ts"
import * as Open from "../schema/Open.ts"
import * as OpenRecord from "../schema/OpenRecord.ts"

/**
 * The types that a field's values can have. The type of a field cannot be changed.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-fields
 */
export const fieldTypes = [
  "string",
  "number",
  "boolean",
  "date",
  "datetime",
  "enum",
  "file",
  "record",
  "contact",
  "user",
  "chat",
  "segment",
  "assistant"
] as const

const fieldSchema = Open.struct({
  type: Open.optional(Schema.String),
  name: Open.optional(Schema.String),
  description: Open.optional(Schema.String),
  optional: Open.optional(Schema.Boolean),
  array: Open.optional(Schema.Boolean),
  placeholder: Open.optional(Schema.String),
  display: Open.optional(OpenRecord.Json),
  order: Open.optional(Schema.Number),
  link: Open.optional(Schema.String),
  metadata: Open.optional(OpenRecord.Json),
  allowed_modes: Open.optional(Schema.Array(Schema.NullOr(Schema.String))),
  broadcast_hidden: Open.optional(Schema.Boolean),
  broadcast_field: Open.optional(Schema.Unknown),
  integration_field: Open.optional(Schema.Unknown),
  display_field: Open.optional(Schema.Unknown),
  conditions: Open.optional(
    Open.list(Open.struct({ field: Open.optional(Schema.String), value: Open.optional(Schema.Unknown) }))
  ),
  hidden: Open.optional(Schema.Boolean),
  picker: Open.optional(
    Open.struct({
      type: Open.optional(Schema.String),
      views: Open.optional(Schema.Array(Schema.NullOr(Schema.String))),
      selectable_mime_types: Open.optional(Schema.Array(Schema.NullOr(Schema.String)))
    })
  ),
  disable_variables: Open.optional(Schema.Boolean),
  allowed_types: Open.optional(Schema.Array(Schema.NullOr(Schema.String))),
  visibility: Open.optional(Schema.String)
}).annotations({ identifier: "FieldSchema" })

/** What a value of the field looks like. The keys are those of a file's; the other 16 kinds have keys of their own. */
export interface FieldSchema extends Schema.Schema.Type<typeof fieldSchema> {}
/** {@link FieldSchema} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface FieldSchemaEncoded extends Schema.Schema.Encoded<typeof fieldSchema> {}
/**
 * Reads {@link FieldSchema} from the wire and writes it back. Every key may be absent or null; what no page documents
 * is kept.
 */
export const FieldSchema: Schema.Schema<FieldSchema, FieldSchemaEncoded> = fieldSchema

const field = Open.struct({
  id: FieldId,
  table_id: Open.optional(TableId),
  key: Open.optional(Schema.String),
  type: Open.optional(Open.literals(...fieldTypes)),
  schema: Open.optional(Open.tolerant(FieldSchema)),
  readonly: Open.optional(Schema.Boolean),
  /** `system` is the whole list of a contact's fields; a table's can have another kind, or none. */
  kind: Open.optional(Open.literals("system"))
}).annotations({ identifier: "Field" })

/**
 * A field that an organization keeps on its contacts, or on the records of a table: its key, its type, and what its
 * values look like.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-fields
 */
export interface Field extends Schema.Schema.Type<typeof field> {}
/** {@link Field} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface FieldEncoded extends Schema.Schema.Encoded<typeof field> {}
/**
 * Reads {@link Field} from the wire and writes it back. Fails where `id` is missing; what no page documents is kept.
 */
export const Field: Schema.Schema<Field, FieldEncoded> = field
