import type * as SqlClient from "@effect/sql/SqlClient"

/**
 * A column type for each dialect. A whole number of 64 bits leaves PostgreSQL as text; a double holds every millisecond
 * exactly.
 */
export const columnTypes = (sql: SqlClient.SqlClient) =>
  sql.onDialectOrElse({
    pg: () => ({
      instant: sql.literal("DOUBLE PRECISION"),
      counter: sql.literal("INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY")
    }),
    orElse: () => ({ instant: sql.literal("INTEGER"), counter: sql.literal("INTEGER PRIMARY KEY AUTOINCREMENT") })
  })
