/**
 * Empties SQLite's write-ahead log into its database after an erasure. Until the log begins anew, an erased id stays in
 * it in plain text, and in an idle database that can take days.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

/** Tries it once, and says whether no other connection was in the way. Only for SQLite. */
export const attempt = (sql: SqlClient.SqlClient) =>
  Effect.map(sql<{ busy: number }>`PRAGMA wal_checkpoint(TRUNCATE)`, ([row]) => row?.busy === 0)

/** Tries again every 50 ms, for 5 seconds: another connection may be reading. */
const backoff = Schedule.intersect(Schedule.spaced("50 millis"), Schedule.recurs(100))

const inTheWay =
  "what was forgotten is still in the log of the database, because another program keeps reading; it goes when " +
  "that ends"

const onSqlite = (sql: SqlClient.SqlClient) =>
  Effect.repeat(attempt(sql), { until: (isDone) => isDone, schedule: backoff }).pipe(
    Effect.zipRight(attempt(sql)),
    Effect.flatMap((isDone) => (isDone ? Effect.void : Effect.logWarning(inTheWay)))
  )

/** To be called outside of transactions. PostgreSQL's log is its server's: nothing is done there. */
export const make = (sql: SqlClient.SqlClient): Effect.Effect<void, SqlError> =>
  sql.onDialectOrElse({ pg: () => Effect.void, orElse: (): Effect.Effect<void, SqlError> => onSqlite(sql) })
