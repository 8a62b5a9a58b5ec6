import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"

/** How many ids were erased: it changes with each erasure. */
export const count = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(
    sql<{ count: number }>`SELECT CAST(count(*) AS INTEGER) AS count FROM erased`,
    (rows) => rows[0]?.count ?? 0
  )
)
