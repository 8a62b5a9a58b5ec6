/**
 * How much of the quota each scheduler on this database uses, so that a page can add it up. A row is that of a process,
 * and holds no more than counts. On PostgreSQL the clock is the database's, because those of machines differ.
 */
import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** Requests: answered within the last window, under way, and waiting for the quota. */
export interface Share {
  readonly used: number
  readonly reserved: number
  readonly queued: number
}

/** How often a process records its share. */
export const recordEvery = Duration.seconds(5)
/** A process without a record for this long counts no more. */
const aliveFor = Duration.seconds(15)
/** Rows of processes that ended are deleted after this time. */
const keptFor = Duration.hours(1)

/** The shares of the schedulers. */
export interface QuotaShares {
  /** Records the share of a process in place of its earlier one. */
  readonly record: (process: string, share: Share) => Effect.Effect<void, SqlError>
  /** The sum over all other processes that recorded theirs within the last 15 seconds, and how many these are. */
  readonly ofOthers: (process: string) => Effect.Effect<Share & { readonly schedulers: number }, SqlError>
}

/** Over the table `quota_shares` of this database. */
export const make = (sql: SqlClient): QuotaShares => {
  /** The instant that long ago, in epoch milliseconds. */
  const ago = (duration: Duration.Duration) => {
    const millis = Duration.toMillis(duration)
    return sql.onDialectOrElse({
      pg: () => Effect.succeed(sql`extract(epoch FROM clock_timestamp())::float8 * 1000 - ${millis}`),
      orElse: () => Effect.map(DateTime.now, ({ epochMillis }) => sql`${epochMillis - millis}`)
    })
  }
  return {
    record: (process, { queued, reserved, used }) =>
      Effect.gen(function* () {
        yield* sql`INSERT INTO quota_shares (process, used, reserved, queued, at)
          VALUES (${process}, ${used}, ${reserved}, ${queued}, ${yield* ago(Duration.zero)})
          ON CONFLICT (process) DO UPDATE SET used = excluded.used, reserved = excluded.reserved,
            queued = excluded.queued, at = excluded.at`
        yield* sql`DELETE FROM quota_shares WHERE at < ${yield* ago(keptFor)}`
      }),
    ofOthers: (process) =>
      Effect.gen(function* () {
        const [row] = yield* sql<Share & { readonly schedulers: number }>`
          SELECT CAST(count(*) AS INTEGER) AS schedulers, CAST(COALESCE(sum(used), 0) AS INTEGER) AS used,
            CAST(COALESCE(sum(reserved), 0) AS INTEGER) AS reserved, CAST(COALESCE(sum(queued), 0) AS INTEGER) AS queued
          FROM quota_shares WHERE process <> ${process} AND at > ${yield* ago(aliveFor)}`
        return row ?? { schedulers: 0, used: 0, reserved: 0, queued: 0 }
      })
  }
}
