/**
 * Keeps which alerts were delivered about troubles that are not over. The record is in the ledger, because a process
 * that a supervisor restarts again and again would otherwise send the same alert at each start.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** Since when it is wrong, and when the last alert about it was decided on. */
export interface AlertSent {
  readonly since: DateTime.Utc
  readonly at: DateTime.Utc
}

export interface AlertsSent {
  /** The last alert of this kind that is on record. */
  readonly lastAlert: (kind: string) => Effect.Effect<Option.Option<AlertSent>, SqlError>
  /** Records that an alert of this kind was delivered. */
  readonly keepAlert: (kind: string, sent: AlertSent) => Effect.Effect<void, SqlError>
  /** Deletes the record of this kind: what was wrong is over. */
  readonly forgetAlert: (kind: string) => Effect.Effect<void, SqlError>
}

export const make = (sql: SqlClient.SqlClient): AlertsSent => ({
  lastAlert: (kind) =>
    Effect.map(sql<{ since: number; at: number }>`SELECT since, at FROM alerts WHERE kind = ${kind}`, (rows) =>
      Option.map(Option.fromNullable(rows[0]), ({ at, since }) => ({
        since: DateTime.unsafeMake(since),
        at: DateTime.unsafeMake(at)
      }))
    ),
  keepAlert: (kind, { at, since }) =>
    Effect.asVoid(
      sql`INSERT INTO alerts ${sql.insert({ kind, since: since.epochMillis, at: at.epochMillis })}
        ON CONFLICT (kind) DO UPDATE SET since = excluded.since, at = excluded.at`
    ),
  forgetAlert: (kind) => Effect.asVoid(sql`DELETE FROM alerts WHERE kind = ${kind}`)
})
