/**
 * Makes what is on record survive a power cut. A commit on SQLite survives the end of the process, but the system
 * writes it to the disk later, unless a program requests that. A request at each commit costs several times the commit,
 * so there is one only before an HTTP request whose intent must not be lost.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"

/**
 * A commit that reaches the disk takes all commits before it along; this one changes nothing. Not to be called inside a
 * transaction.
 */
const onSqlite = (sql: SqlClient.SqlClient) =>
  Effect.flatMap(sql.reserve, (connection) => {
    const run = (text: string) => connection.executeUnprepared(text, [], undefined)
    return Effect.acquireUseRelease(
      run("PRAGMA synchronous = FULL"),
      () => run("PRAGMA user_version = 0"),
      () => Effect.orDie(run("PRAGMA synchronous = NORMAL"))
    )
  }).pipe(Effect.scoped, Effect.asVoid)

/** Flushes. PostgreSQL does so at each commit: nothing is done there. */
export const make = (sql: SqlClient.SqlClient): Effect.Effect<void, SqlError> =>
  sql.onDialectOrElse({ pg: () => Effect.void, orElse: (): Effect.Effect<void, SqlError> => onSqlite(sql) })
