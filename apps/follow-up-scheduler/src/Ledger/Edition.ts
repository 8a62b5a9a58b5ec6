/**
 * Which edition of the tables a database holds: the number and the name of the last migration that was applied to it.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** The table in which the migrator records what it has applied. */
export const table = "follow_ups_migrations"

/** The ledger was written by another edition of this program. Nothing was sent and nothing changed. */
export class LedgerOfOtherEdition extends Schema.TaggedError<LedgerOfOtherEdition>()("LedgerOfOtherEdition", {
  /** As `8_first_whole`, of the ledger and of this program. */
  found: Schema.String,
  known: Schema.String,
  isNewer: Schema.Boolean
}) {
  override get message() {
    const fix = this.isNewer
      ? "install the newer edition of this program"
      : "serve or run of this edition brings it up to date"
    return (
      `the ledger is of ${this.isNewer ? "the newer" : "the older"} edition ${this.found}, this program of edition ` +
      `${this.known}; ${fix}`
    )
  }
}

/** What was applied last; edition 0 where a database is from before there were migrations. */
const found = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql.onDialectOrElse({
    pg: () => sql`SELECT 1 WHERE to_regclass(${table}) IS NOT NULL`,
    orElse: () => sql`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ${table}`
  })
  if (tables.length === 0) return { id: 0, name: "0" }
  const [last] = yield* sql<{ migration_id: number; name: string }>`
    SELECT migration_id, name FROM ${sql(table)} ORDER BY migration_id DESC LIMIT 1`
  return last === undefined
    ? { id: 0, name: "0" }
    : { id: last.migration_id, name: `${last.migration_id}_${last.name}` }
})

/** Fails where the ledger is of a newer edition than `known`, or is not of this very one where it `mustBeSame`. */
export const check = (
  known: string,
  mustBeSame: boolean
): Effect.Effect<void, LedgerOfOtherEdition | SqlError, SqlClient.SqlClient> =>
  Effect.flatMap(found, ({ id, name }) => {
    const ours = Number.parseInt(known, 10)
    const isOther = mustBeSame ? id !== ours : id > ours
    return isOther ? new LedgerOfOtherEdition({ found: name, known, isNewer: id > ours }) : Effect.void
  })
