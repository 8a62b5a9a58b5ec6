/**
 * Tables of the organization's own, their fields, views and records. One table is there from the start: that of the
 * contacts.
 */
import type {
  CreateTable,
  ImportRecords,
  MoveField,
  OrderViews,
  TableFilter,
  UpdateField
} from "@effect-invent/domain/api/Tables"
import type { UpdateView } from "@effect-invent/domain/api/Views"
import { type Field, FieldSchema } from "@effect-invent/domain/Table/Field"
import type { FieldId, RecordId, TableId, ViewId } from "@effect-invent/domain/Ids"
import * as Open from "@effect-invent/domain/schema/Open"
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import type { RecordActivity } from "@effect-invent/domain/Table/RecordActivity"
import type { RecordsImport, Table } from "@effect-invent/domain/Table"
import { type View, ViewConfig, ViewConfigChange } from "@effect-invent/domain/Table/View"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"
import { badRequest, notFound } from "../Refusal.ts"
import type { Core } from "./Core.ts"
import * as Csv from "./Csv.ts"
import { given } from "./Given.ts"
import * as Pages from "./Pages.ts"
import * as Records from "./Records.ts"
import * as Wire from "./Wire.ts"

/** Places of views are in steps of so much. */
const step = 100

/** A field of a kind that no page prints is shown as it came. */
const decodeSchema = Schema.decodeUnknownSync(Open.tolerant(FieldSchema))
const decodeConfig = Schema.decodeUnknownSync(ViewConfig)
const encodeConfig = Schema.encodeSync(ViewConfigChange)
const decodeMapping = Schema.decode(Schema.parseJson(OpenRecord.record(Schema.String)))

/** Shows a field as the API does. That of a contact is of the kind `system`. */
export const showField = ({ archived: _, schema, ...record }: Records.Field): Field => ({
  ...record,
  schema: decodeSchema(schema),
  ...(record.table_id === Records.contactsTable ? { kind: "system" } : {})
})

const showView = ({ config, ...record }: Records.View): View => ({ ...record, config: decodeConfig(config) })

const byPosition = Order.mapInput(Order.number, ({ position }: Records.View) => position)

/** Makes what the API does with tables, fields, views and records. */
export const make = ({ atomic, store }: Core) => {
  const fieldsOf = (table: Records.CustomTable) => table.field_ids.flatMap((id) => store.fields.peek(id) ?? [])

  const show = ({ field_ids, ...record }: Records.CustomTable): Table => ({
    ...record,
    type: "custom",
    display_field_id: field_ids[0] ?? null,
    archived: false,
    fields: fieldsOf({ ...record, field_ids }).map(showField)
  })

  const contacts = (): Table => ({
    id: Records.contactsTable,
    type: "contacts",
    name: "Contacts",
    description: null,
    display_field_id: null,
    archived: false,
    fields: [...store.fields.values()].filter(({ table_id }) => table_id === Records.contactsTable).map(showField)
  })

  const list = flow(
    ({ search = "", type, ...query }: typeof TableFilter.Type) =>
      Effect.sync(() => {
        const found = [contacts(), ...[...store.tables.values()].map(show)].filter(
          (table) =>
            (type === undefined || table.type === type) &&
            (table.name ?? "").toLowerCase().includes(search.toLowerCase())
        )
        return Pages.page(found, query, (table) => table)
      }),
    atomic
  )

  const addView = (at: DateTime.Utc, table_id: TableId) => {
    const view: Records.View = {
      id: store.ids.view(),
      table_id,
      name: "All",
      description: null,
      config: {},
      sort: null,
      filter: null,
      position: step,
      is_default: true,
      show_in_sidebar: true,
      archived: false,
      created_at: at,
      updated_at: at
    }
    store.views.set(view.id, view)
  }

  const create = Effect.fnUntraced(function* (payload: typeof CreateTable.Type) {
    const { description = null, name, record_prefix } = payload
    if (record_prefix === undefined) return yield* badRequest("record_prefix is required")
    if ([...store.tables.values()].some((table) => table.record_prefix === record_prefix)) {
      return yield* badRequest(`Another table has the prefix ${record_prefix}`)
    }
    const at = yield* DateTime.now
    const [id, field_id] = [store.ids.table(), store.ids.field()]
    const field: Records.Field = {
      id: field_id,
      table_id: id,
      key: "name",
      type: "string",
      schema: {},
      readonly: false,
      archived: false
    }
    store.fields.set(field_id, field)
    addView(at, id)
    const table: Records.CustomTable = {
      id,
      name,
      description,
      record_prefix,
      field_ids: [field_id],
      created_at: at,
      updated_at: at
    }
    store.tables.set(id, table)
    return show(table)
  }, atomic)

  const findField = Effect.fnUntraced(function* (tableId: TableId, fieldId: FieldId) {
    const field = store.fields.get(fieldId)
    return field?.table_id === tableId ? field : yield* notFound("field", fieldId)
  })

  const updateField = Effect.fnUntraced(function* (
    path: { readonly table_id: TableId; readonly field_id: FieldId },
    payload: typeof UpdateField.Type
  ) {
    const field = yield* findField(path.table_id, path.field_id)
    const { archived, key, readonly, schema } = payload
    if (key !== undefined) yield* store.freeKey(path.table_id, key, path.field_id)
    Object.assign(field, given({ archived, key, readonly, schema }))
    return showField(field)
  }, atomic)

  const moveField = Effect.fnUntraced(function* (tableId: TableId, payload: typeof MoveField.Type) {
    const table = yield* store.findTable(tableId)
    const { after, before, field_id } = payload
    const field = yield* findField(tableId, field_id)
    const others = table.field_ids.filter((id) => id !== field_id)
    const place = (id: string | undefined) => (id === undefined ? -1 : others.indexOf(id as FieldId))
    const unknown = [after, before].find((id) => id !== undefined && place(id) === -1)
    if (unknown !== undefined) return yield* notFound("field", unknown)
    // Without a neighbour it goes to the end.
    const at = before === undefined ? (after === undefined ? others.length : place(after) + 1) : place(before)
    table.field_ids = [...others.slice(0, at), field_id, ...others.slice(at)]
    return showField(field)
  }, atomic)

  const importRecords = Effect.fnUntraced(function* (tableId: TableId, payload: typeof ImportRecords.Type) {
    const table = yield* store.findTable(tableId)
    const given =
      payload.mapping === undefined
        ? {}
        : yield* Effect.mapError(decodeMapping(payload.mapping), ({ message }) => badRequest(message))
    const keys = new Set(fieldsOf(table).map(({ key }) => key))
    const [headers = [], ...rows] = Csv.rows(payload.file)
    if (headers === null) return yield* badRequest("The first row, with the headers, is not CSV")
    const columns = headers.map((header) => OpenRecord.get(given, header) ?? header)
    const unknown = columns.find((key) => !keys.has(key))
    if (unknown !== undefined) return yield* badRequest(`The table has no field ${unknown}`)
    const created_at = yield* DateTime.now
    const errors: Array<{ readonly row: number; readonly message: string }> = []
    for (const [index, cells] of rows.entries()) {
      if (cells?.length !== columns.length) {
        const found = cells === null ? "a quote that belongs to no cell" : cells.length
        errors.push({ row: index + 1, message: `${columns.length} cells expected, ${found} found` })
        continue
      }
      const id = store.ids.record()
      const values = Object.fromEntries(columns.map((key, column) => [key, cells[column] ?? ""]))
      store.records.set(id, { id, table_id: tableId, values, created_at })
    }
    return { created: rows.length - errors.length, failed: errors.length, errors } satisfies RecordsImport
  }, atomic)

  const viewsOf = (tableId: TableId) =>
    [...store.views.values()].filter(({ table_id }) => table_id === tableId).sort(byPosition)

  const orderViews = Effect.fnUntraced(function* (
    tableId: TableId,
    { positions }: typeof OrderViews.Type,
    query: Pages.PageQuery
  ) {
    yield* store.findTable(tableId)
    const views = yield* Effect.forEach(positions, ({ id, position }) =>
      Effect.map(store.findView(id), (view) => ({ view, position }))
    )
    for (const { position, view } of views) view.position = position
    return Pages.page(viewsOf(tableId), query, showView)
  }, atomic)

  const updateView = Effect.fnUntraced(function* (id: ViewId, payload: typeof UpdateView.Type) {
    const view = yield* store.findView(id)
    const { config, filter, sort, ...patch } = given(payload)
    Object.assign(view, patch, given({ filter: filter && given(filter), sort: sort && given(sort) }))
    if (config !== undefined) view.config = { ...view.config, ...given(encodeConfig(config)) }
    view.updated_at = yield* DateTime.now
    return showView(view)
  }, atomic)

  /** The records of a table, which only an import makes. */
  const recordsOf = (tableId: TableId): ReadonlyArray<RecordId> =>
    [...store.records.values()].flatMap(({ id, table_id }) => (table_id === tableId ? [id] : []))

  const listActivities = Effect.fnUntraced(function* (id: RecordId, query: Pages.PageQuery) {
    const { created_at, values } = yield* store.findRecord(id)
    const imported: RecordActivity = {
      id: `activity_of_${id}` as RecordActivity["id"],
      actor: { id: store.user_id, name: Wire.nameOf(store, store.user_id) },
      metadata: { changes: Object.entries(values).map(([key, new_value]) => ({ key, old_value: null, new_value })) },
      created_at,
      updated_at: created_at
    }
    return Pages.page([imported], query, (activity) => activity)
  }, atomic)

  return {
    tables: { list, create, updateField, moveField, importRecords, orderViews, recordsOf },
    views: { update: updateView },
    records: { listActivities }
  }
}
