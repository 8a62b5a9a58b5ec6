/**
 * The contract of `tables`: tables of the organization's own, their fields, their records and the order of their views.
 */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import * as Closed from "../schema/Closed.ts"
import { Field } from "../Table/Field.ts"
import { ConnectionId, FieldId, OrgId, TableId, ViewId } from "../Ids.ts"
import * as Open from "../schema/Open.ts"
import * as OpenRecord from "../schema/OpenRecord.ts"
import { RecordsImport, Table, tableTypes } from "../Table.ts"
import { View } from "../Table/View.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"

/** Which tables to list. */
export const TableFilter = Closed.struct({
  type: Closed.optional(Schema.Literal(...tableTypes)),
  /** Part of a name. */
  search: Closed.optional(Schema.String),
  ...Paging.fields
})

const matching = (pattern: RegExp, expected: string) =>
  Schema.String.pipe(Schema.pattern(pattern, { message: () => expected }))

/** A new table. Only `name` is required by the page; a prefix presumably is, too. */
export const CreateTable = Closed.struct({
  /** 1 to 128 characters. */
  name: Closed.textBetween(1, 128),
  /** 1 to 16 capital letters and digits, the first a letter; no other table may have it. Presumably required. */
  record_prefix: Closed.optional(
    matching(/^[A-Z][A-Z0-9]{0,15}$/, "Expected 1 to 16 capital letters and digits that begin with a letter")
  ),
  /** At most 512 characters. */
  description: Closed.optional(Closed.text(512))
})

/** Only the keys given are changed. The type of a field cannot be. */
export const UpdateField = Closed.struct({
  /** 1 to 64 small letters, digits and underscores, the first a letter. */
  key: Closed.optional(
    matching(
      /^[a-z][a-z0-9_]{0,63}$/,
      "Expected 1 to 64 small letters, digits and underscores that begin with a letter"
    )
  ),
  /** One of 17 kinds, of which one is printed. */
  schema: Closed.optional(OpenRecord.Json),
  config: Closed.optional(
    Closed.struct({
      button: Closed.optional(OpenRecord.Json),
      auto_fill: Closed.optional(OpenRecord.Json),
      sync: Closed.optional(OpenRecord.Json)
    })
  ),
  connection_id: Closed.optional(ConnectionId),
  unique: Closed.optional(Schema.Boolean),
  readonly: Closed.optional(Schema.Boolean),
  archived: Closed.optional(Schema.Boolean)
})

/** Puts a field between two others; without both, the page does not say where. */
export const MoveField = Closed.struct({
  /** At most 128 characters. */
  field_id: Schema.String.pipe(Schema.maxLength(128), Schema.brand("FieldId")),
  /** At most 1024 characters. */
  after: Closed.optional(Closed.text(1024)),
  /** At most 1024 characters. */
  before: Closed.optional(Closed.text(1024))
})

/** A CSV, and which of its columns fills which field. */
export const ImportRecords = Closed.struct({
  /** The CSV as the page's example has it, in the JSON of the body. */
  file: Schema.String,
  /** JSON of at most 8192 characters: an object that names for each header of the CSV the key of a field. */
  mapping: Closed.optional(Closed.text(8192))
})

/** The place of each view of a table. Limits are stated on no page. */
export const OrderViews = Closed.struct({
  positions: Schema.Array(Closed.struct({ id: ViewId, position: Schema.Number }))
})

const table = { org_id: OrgId, table_id: TableId }

/**
 * Lists the tables of the organization, each with its fields.
 *
 * @inferred The page prints `type`, describes a search without its name, and is cut there: `search` and paging are as
 * on other lists.
 * @see https://docs.useinvent.com/api-reference/orgs-tables/list-tables
 */
export const list = Endpoint.get("list", "/orgs/:org_id/tables")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(TableFilter)
  .addSuccess(Open.list(Table))
  .annotate(Provenance, {
    method: "printed",
    path: "printed",
    query: { inferred: ["search", "page", "take", "next"] },
    answer: "printed"
  })
  .pipe(RetrySafety.safe)

/**
 * Creates a table.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-tables/create-a-table
 */
export const create = Endpoint.post("create", "/orgs/:org_id/tables")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setPayload(CreateTable)
  .addSuccess(Table)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.unsafe)

/**
 * Changes a field of a table. Two enums that the page describes without their names are left out: whether the field is
 * filled by itself, and what deleting a record does that the field refers to.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-tables/update-a-table-field
 */
export const updateField = Endpoint.patch("updateField", "/orgs/:org_id/tables/:table_id/fields/:field_id")
  .setPath(Schema.Struct({ ...table, field_id: FieldId }))
  .setPayload(UpdateField)
  .addSuccess(Field)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.idempotent)

/**
 * Moves a field between two others. Moving it there again changes nothing.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-tables/reorder-a-table-field
 */
export const moveField = Endpoint.post("moveField", "/orgs/:org_id/tables/:table_id/fields/move")
  .setPath(Schema.Struct(table))
  .setPayload(MoveField)
  .addSuccess(Field)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.idempotent)

/**
 * Imports records from a CSV. Rows that are good are kept although others fail.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-tables/import-records
 */
export const importRecords = Endpoint.post("importRecords", "/orgs/:org_id/tables/:table_id/records/import")
  .setPath(Schema.Struct(table))
  .setPayload(ImportRecords)
  .addSuccess(RecordsImport)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.unsafe)

/**
 * Sets the order of a table's views, and lists them.
 *
 * @inferred The page prints `page` and is cut there: `take` and `next` are as on other lists.
 * @see https://docs.useinvent.com/api-reference/orgs-tables/reorder-this-tables-tab-strip
 */
export const orderViews = Endpoint.patch("orderViews", "/orgs/:org_id/tables/:table_id/views/positions")
  .setPath(Schema.Struct(table))
  .setUrlParams(Paging.Page)
  .setPayload(OrderViews)
  .addSuccess(Open.list(View))
  .annotate(Provenance, {
    method: "printed",
    path: "printed",
    query: { inferred: ["take", "next"] },
    body: "printed",
    answer: "printed"
  })
  .pipe(RetrySafety.idempotent)

/** Tables of the organization's own: their fields, their records and the order of their views. */
export const Tables = HttpApiGroup.make("tables")
  .add(list)
  .add(create)
  .add(updateField)
  .add(moveField)
  .add(importRecords)
  .add(orderViews)
