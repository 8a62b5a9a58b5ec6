/** The ledger that the first edition of the program wrote. */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"

const statements = readFileSync(new URL("editions/first.sql", import.meta.url), "utf8")
  .replaceAll(/^--.*$/gm, "")
  .split(/;\n/)

/** Writes the ledger of the first edition to an empty SQLite database. */
export const write = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.forEach(
    statements.filter((text) => text.trim() !== ""),
    (text) => sql.unsafe(text),
    { discard: true }
  )
)
