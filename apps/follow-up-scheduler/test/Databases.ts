/** The database of the fast tests: SQLite in memory, empty whenever the layer is built. */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"

export const sqlite = SqliteClient.layer({ filename: ":memory:" })
