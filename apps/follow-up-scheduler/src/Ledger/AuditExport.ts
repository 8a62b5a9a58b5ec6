/**
 * Reads the audit for an export, a page at a time. Between two pages no statement is open, so a reader that is slow
 * holds up neither a scheduler nor an erasure. What is written meanwhile is left out; what is erased or pruned
 * meanwhile, and was not read yet, is read as it is then.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Chunk from "effect/Chunk"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { AuditEntry } from "./AuditEntries.ts"

/** Which entries. Where a part is undefined, it excludes none. */
export interface Selection {
  /** The first instant that is exported. */
  readonly from: DateTime.Utc | undefined
  /** The first instant that is not exported any more. */
  readonly to: DateTime.Utc | undefined
  /** The ids by which the chat may be on record. */
  readonly chat_ids: ReadonlyArray<string> | undefined
}

/** How many entries a page has at most: as many are in memory at once. */
export const pageSize = 500

const Row = Schema.Struct({
  ...AuditEntry.fields,
  id: Schema.Number,
  /** The organization of the chat; null where none is on record. */
  org_id: Schema.NullOr(Schema.String)
})
/** An entry of the audit, with the organization of its chat. */
export type Row = typeof Row.Type

const decode = Schema.decodeUnknown(Schema.Array(Row))

/** The entries in the order in which they were written. Fails with `SqlError` where the database does. */
export const entries = ({
  chat_ids,
  from,
  to
}: Selection): Stream.Stream<typeof Row.Type, SqlError, SqlClient.SqlClient> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const [newest] = yield* sql<{ id: number | null }>`SELECT max(id) AS id FROM audit`
      const last = newest?.id ?? 0
      const selected = [
        ...(from === undefined ? [] : [sql`at >= ${from.epochMillis}`]),
        ...(to === undefined ? [] : [sql`at < ${to.epochMillis}`]),
        ...(chat_ids === undefined ? [] : [sql.in("chat_id", chat_ids)])
      ]
      const page = (after: number) =>
        Effect.gen(function* () {
          const where = sql.and([sql`id > ${after}`, sql`id <= ${last}`, ...selected])
          const rows = yield* sql`SELECT audit.*,
              (SELECT d.org_id FROM chat_decisions d WHERE d.chat_id = audit.chat_id) AS org_id
            FROM audit WHERE ${where} ORDER BY id LIMIT ${pageSize}`
          // A row this program wrote and cannot read is a defect of this program.
          const read = yield* Effect.orDie(decode(rows))
          const next = read.length < pageSize ? undefined : read.at(-1)?.id
          return [Chunk.unsafeFromArray(read), Option.fromNullable(next)] as const
        })
      return Stream.paginateChunkEffect(0, page)
    })
  )
