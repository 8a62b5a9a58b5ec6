/** `export`: the audit, or all that is on record about a contact, on stdout: one JSON object a line, or CSV. */
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import * as Chunk from "effect/Chunk"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { AuditEntry } from "../Ledger/AuditEntries.ts"
import * as AuditExport from "../Ledger/AuditExport.ts"
import * as ContactRecord from "../Privacy/ContactRecord.ts"
import * as Erasure from "../Privacy/Erasure.ts"
import * as Csv from "./Csv.ts"
import type { Exported, Format } from "./ExportOptions.ts"
import * as Ledgers from "./Ledgers.ts"
import type { Db } from "./Options.ts"
import { StandardOutput } from "./StandardOutput.ts"

/** An entry of the audit, as a line of the export. */
export const Entry = Schema.Struct({
  ...AuditEntry.fields,
  at: Schema.DateTimeUtc,
  detail: OpenRecord.Json,
  /** The organization of the chat; null where none is on record. */
  org_id: Schema.NullOr(Schema.String)
})

const encodeEntry = Schema.encodeSync(Schema.parseJson(Entry))
const entryColumns = ["at", "chat_id", "conversation_id", "key", "event", "detail", "org_id"] as const

const entryCells = ({
  at,
  chat_id,
  conversation_id,
  detail,
  event,
  key,
  org_id
}: AuditExport.Row): ReadonlyArray<string> => [
  DateTime.formatIso(at),
  chat_id,
  conversation_id,
  key ?? "",
  event,
  JSON.stringify(detail),
  org_id ?? ""
]

const entryLine = (format: Format) => (entry: AuditExport.Row) =>
  format === "csv" ? Csv.rowOf(entryCells(entry)) : encodeEntry(entry)

const contactColumns = ["table", "row", "column", "value"] as const

const textOf = (value: unknown): string =>
  value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value)

/** As CSV, each value is a row: the tables have other columns each. `row` numbers the rows of all tables, from 1. */
const contactLines = (format: Format, rows: ReadonlyArray<ContactRecord.Row>): ReadonlyArray<string> =>
  format === "csv"
    ? rows.flatMap(({ table, values }, index) =>
        Object.entries(values).map(([column, value]) => Csv.rowOf([table, String(index + 1), column, textOf(value)]))
      )
    : rows.map(({ table, values }) => JSON.stringify({ table, ...values }))

/** Prints lines, and waits until they have left the process, so that no more than these are in memory. */
const printLines = (format: Format, lines: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    if (lines.length === 0) return
    // The line end of the last line is the console's.
    yield* Console.log(lines.join(format === "csv" ? Csv.lineEnd : "\n") + (format === "csv" ? "\r" : ""))
    yield* Effect.flatMap(StandardOutput, ({ written }) => written)
  })

const header = (format: Format, columns: ReadonlyArray<string>) =>
  format === "csv" ? printLines(format, [Csv.rowOf(columns)]) : Effect.void

const audit = ({ chat_id, from, to }: Extract<Exported, { readonly _tag: "Audit" }>, format: Format) =>
  Effect.gen(function* () {
    const { proofOf } = yield* Erasure.Erasure
    yield* header(format, entryColumns)
    yield* AuditExport.entries({
      from: Option.getOrUndefined(from),
      to: Option.getOrUndefined(to),
      // Of an erased chat, what is left of it.
      chat_ids: Option.getOrUndefined(Option.map(chat_id, (id) => [id, proofOf(id)]))
    }).pipe(
      Stream.chunks,
      Stream.runForEach((page) => printLines(format, Chunk.toReadonlyArray(page).map(entryLine(format))))
    )
  })

const contact = ({ contact_id }: Extract<Exported, { readonly _tag: "Contact" }>, format: Format) =>
  Effect.gen(function* () {
    const rows = yield* ContactRecord.of(contact_id)
    yield* header(format, contactColumns)
    yield* printLines(format, contactLines(format, rows))
    if (rows.length === 0) yield* Console.error(`nothing is on record about contact ${contact_id}`)
  })

interface Options {
  readonly exported: Exported
  readonly format: Format
  readonly db: Db
}

/**
 * Prints the export. Reads only, beside a scheduler that may be running; fails where there is no ledger. The audit is
 * printed as it is read, a page at a time.
 */
export const exportRecord = ({ db, exported, format }: Options) =>
  (exported._tag === "Audit" ? audit(exported, format) : contact(exported, format)).pipe(
    Effect.provide(Layer.provideMerge(Erasure.layerReadOnly, Ledgers.reading(db)))
  )
