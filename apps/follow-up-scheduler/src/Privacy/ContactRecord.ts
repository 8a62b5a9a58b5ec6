/**
 * Everything that is on record about one contact, over all tables, for a request of access (GDPR, article 15). The
 * ledger has the contact's id in four tables; all else is on record by the ids of their chats and conversations.
 */
import type { ContactId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Transaction from "../Ledger/Database/Transaction.ts"
import * as StoredTimers from "../Ledger/StoredTimers.ts"
import { Erasure } from "./Erasure.ts"

/** A row of a table, as it is recorded: instants in ISO 8601, in UTC. */
export interface Row {
  readonly table: string
  readonly values: Readonly<Record<string, unknown>>
}

/** The tables that hold what is about a contact, in the order of the export. A test compares them with the schema. */
export const tables = [
  "subjects",
  "consents",
  "enrolments",
  "erased",
  "erasing",
  "seen",
  "last_messages",
  "chats_by_row",
  "chat_decisions",
  "follow_ups",
  "audit",
  "cluster_messages"
] as const

type Table = (typeof tables)[number]

/** The tables that are read by the id of the chat, with the order of their rows. */
const ofChats = {
  erasing: "chat_id",
  seen: "chat_id",
  last_messages: "chat_id",
  chat_decisions: "chat_id",
  follow_ups: "due_at",
  audit: "id"
} satisfies Partial<Record<Table, string>>

/** The columns that hold an instant, in milliseconds since 1970. PostgreSQL gives whole numbers of 64 bits as text. */
const instants: ReadonlyArray<string> = [
  "at",
  "updated_at",
  "named_at",
  "whole_at",
  "until",
  "decided_at",
  "due_at",
  "follow_up_at",
  "confirmed_at",
  "deliver_at",
  "enrolled_at",
  "replied_at"
]

const valueOf = (column: string, value: unknown): unknown => {
  if (value === null || value === undefined) return null
  return instants.includes(column) ? DateTime.formatIso(DateTime.unsafeMake(Number(value))) : value
}

const rowOf =
  (table: Table) =>
  (row: object): Row => ({
    table,
    values: Object.fromEntries(Object.entries(row).map(([column, value]) => [column, valueOf(column, value)]))
  })

/** One state of the database for all statements, so that an erasure beside it is read as a whole or not at all. */
const snapshot = (sql: SqlClient.SqlClient): Effect.Effect<unknown, SqlError> =>
  sql.onDialectOrElse({
    pg: () => sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`,
    orElse: (): Effect.Effect<unknown, SqlError> => Effect.void
  })

/**
 * All rows about a contact; none where nothing is on record. Of an erased contact it gives what is still found by their
 * id: the proof that they were erased, and when, their opt-out, and the chats of which the erasure has not ended. Rows
 * of their other chats are on record under proofs, which lead back to no contact.
 */
export const of = (contact_id: ContactId): Effect.Effect<ReadonlyArray<Row>, SqlError, Erasure | SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { proofOf } = yield* Erasure
    const read = <R>(table: Table, rows: Effect.Effect<ReadonlyArray<object>, SqlError, R>) =>
      Effect.map(rows, (rows) => rows.map(rowOf(table)))
    const all = Effect.gen(function* () {
      yield* snapshot(sql)
      const subjects = yield* sql<{ chat_id: string; conversation_id: string }>`
        SELECT * FROM subjects WHERE contact_id = ${contact_id} ORDER BY chat_id`
      const chat_ids = subjects.map(({ chat_id }) => chat_id)
      const conversation_ids = [...new Set(subjects.map(({ conversation_id }) => conversation_id))]
      const proofs = [contact_id, ...chat_ids, ...conversation_ids].map(proofOf)
      const mine = sql`chat_id IN (SELECT chat_id FROM subjects WHERE contact_id = ${contact_id})`
      const ofChat = (table: keyof typeof ofChats) =>
        read(table, sql`SELECT * FROM ${sql(table)} WHERE ${mine} ORDER BY ${sql(ofChats[table])}`)
      return [
        ...subjects.map(rowOf("subjects")),
        ...(yield* read(
          "consents",
          sql`SELECT * FROM consents WHERE ${sql.in("contact_id", [contact_id, proofOf(contact_id)])}`
        )),
        ...(yield* read(
          "enrolments",
          sql`SELECT * FROM enrolments
            WHERE ${sql.in("contact_id", [contact_id, proofOf(contact_id), ...conversation_ids])}
            ORDER BY policy`
        )),
        ...(yield* read("erased", sql`SELECT * FROM erased WHERE ${sql.in("proof", proofs)} ORDER BY at, proof`)),
        ...(yield* ofChat("erasing")),
        ...(yield* ofChat("seen")),
        ...(yield* ofChat("last_messages")),
        ...(yield* read(
          "chats_by_row",
          sql`SELECT * FROM chats_by_row WHERE contact_id = ${contact_id} ORDER BY chat_id`
        )),
        ...(yield* ofChat("chat_decisions")),
        ...(yield* ofChat("follow_ups")),
        ...(yield* ofChat("audit")),
        ...(yield* read("cluster_messages", StoredTimers.messagesOf(conversation_ids)))
      ]
    })
    return yield* Transaction.within(sql)(all)
  })
