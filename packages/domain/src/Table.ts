/** A table of the organization's own: the fields of its records, and what became of an import. */
import * as Schema from "effect/Schema"
import { Field } from "./Table/Field.ts"
import { FieldId, TableId } from "./Ids.ts"
import { Instant } from "./schema/Instant.ts"
import * as Open from "./schema/Open.ts"

/**
 * Which kinds of table there are: the organization's own, and those of contacts, chats and users.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-tables/list-tables
 */
export const tableTypes = ["custom", "contacts", "chats", "users"] as const

const table = Open.struct({
  id: TableId,
  type: Open.optional(Open.literals(...tableTypes)),
  name: Open.optional(Schema.String),
  description: Open.optional(Schema.String),
  /** The beginning of its records' names: `LEAD` for `LEAD-42`. */
  record_prefix: Open.optional(Schema.String),
  display_field_id: Open.optional(FieldId),
  archived: Open.optional(Schema.Boolean),
  fields: Open.optional(Open.list(Field)),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant)
}).annotations({ identifier: "Table" })

/**
 * A table of the organization's own, with its fields. `record_prefix` begins the names of its records.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-tables/list-tables
 */
export interface Table extends Schema.Schema.Type<typeof table> {}
/** {@link Table} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface TableEncoded extends Schema.Schema.Encoded<typeof table> {}
/**
 * Reads {@link Table} from the wire and writes it back. Fails where `id` is missing; what no page documents is kept.
 */
export const Table: Schema.Schema<Table, TableEncoded> = table

const recordsImport = Open.struct({
  created: Open.optional(Schema.Number),
  failed: Open.optional(Schema.Number),
  errors: Open.optional(
    Open.list(Open.struct({ row: Open.optional(Schema.Number), message: Open.optional(Schema.String) }))
  )
}).annotations({ identifier: "RecordsImport" })

/**
 * Rows that are good are kept although others fail.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-tables/import-records
 */
export interface RecordsImport extends Schema.Schema.Type<typeof recordsImport> {}
/** {@link RecordsImport} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface RecordsImportEncoded extends Schema.Schema.Encoded<typeof recordsImport> {}
/**
 * Reads {@link RecordsImport} from the wire and writes it back. Every key may be absent or null; what no page documents
 * is kept.
 */
export const RecordsImport: Schema.Schema<RecordsImport, RecordsImportEncoded> = recordsImport
