/**
 * Makes what is on record outlast a power cut. A commit on SQLite outlasts the process; the disk gets it when the system sees
 * fit, unless that is asked for. To ask for it at each commit costs several times the commit itself, so it is asked for where
 * it counts: before a request leaves whose intent must not be forgotten.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"

/** A commit that reaches the disk takes along all before it; this one changes nothing. To be called outside of transactions. */
const onSqlite = (sql: SqlClient.SqlClient) =>
  Effect.flatMap(sql.reserve, (connection) => {
    const run = (text: string) => connection.executeUnprepared(text, [], undefined)
    return Effect.acquireUseRelease(
      run("PRAGMA synchronous = FULL"),
      () => run("PRAGMA user_version = 0"),
      () => Effect.orDie(run("PRAGMA synchronous = NORMAL"))
    )
  }).pipe(Effect.scoped, Effect.asVoid)

/** PostgreSQL does so at each commit. */
export const make = (sql: SqlClient.SqlClient): Effect.Effect<void, SqlError> =>
  sql.onDialectOrElse({ pg: () => Effect.void, orElse: (): Effect.Effect<void, SqlError> => onSqlite(sql) })
