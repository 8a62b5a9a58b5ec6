/**
 * When the last sweep ended. The record is written to see that the ledger can be written: a sweep that finds nothing
 * due only reads, and a full disk would not be found until something is due.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

export interface Sweeps {
  /** When the last sweep on record ended; none where `serve` never ran on this ledger. */
  readonly lastSweep: Effect.Effect<Option.Option<DateTime.Utc>, SqlError>
  /** Records that a sweep ended now. Fails where the ledger cannot be written. */
  readonly keepSweep: Effect.Effect<void, SqlError>
}

/** Over the table `sweeps` of this database, which has one row. */
export const make = (sql: SqlClient.SqlClient): Sweeps => ({
  lastSweep: Effect.map(sql<{ at: number }>`SELECT at FROM sweeps`, (rows) =>
    Option.map(Option.fromNullable(rows[0]), ({ at }) => DateTime.unsafeMake(at))
  ),
  keepSweep: Effect.flatMap(
    DateTime.now,
    ({ epochMillis }) =>
      sql`INSERT INTO sweeps ${sql.insert({ id: 1, at: epochMillis })} ON CONFLICT (id) DO UPDATE SET at = excluded.at`
  )
})
