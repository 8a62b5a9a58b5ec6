/** Lets one scheduler at a time create tables. */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"

/** The number of the advisory lock in PostgreSQL. No other program may use it in this database. */
const number = 7_265_114

/**
 * Runs it under the lock. Where two sessions of PostgreSQL create a table at the same moment, one of them fails, also
 * with `IF NOT EXISTS`.
 */
export const hold = <A, E, R>(
  create: Effect.Effect<A, E, R>
): Effect.Effect<A, E | SqlError, R | SqlClient.SqlClient> =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.onDialectOrElse({
      pg: () =>
        Effect.scoped(
          Effect.gen(function* () {
            const connection = yield* sql.reserve
            yield* Effect.acquireRelease(connection.executeRaw("SELECT pg_advisory_lock($1)", [number]), () =>
              Effect.ignore(connection.executeRaw("SELECT pg_advisory_unlock($1)", [number]))
            )
            return yield* create
          })
        ),
      // The file is locked already.
      orElse: () => create
    })
  )
