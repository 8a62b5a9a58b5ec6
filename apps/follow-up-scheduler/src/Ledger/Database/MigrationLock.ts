/** Tables are created by one scheduler at a time. */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"

/** Of PostgreSQL's advisory locks, the one for this; any number that nobody else in the database takes. */
const number = 7_265_114

/** Two sessions of PostgreSQL that create a table at the same moment: one of them fails, also with `IF NOT EXISTS`. */
export const hold = <A, E, R>(create: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError, R | SqlClient.SqlClient> =>
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
