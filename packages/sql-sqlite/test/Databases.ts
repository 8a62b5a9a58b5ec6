/** Databases for tests: one in memory, and files that are gone with their scope. */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import type { SqliteError } from "@effect-invent/sql-sqlite/SqliteError"
import * as Reactivity from "@effect/experimental/Reactivity"
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Opens a database until the test ends. */
export const open = (
  options: Partial<SqliteClient.Options> = {}
): Effect.Effect<SqlClient.SqlClient, SqlError, Scope.Scope> =>
  Effect.provide(SqliteClient.make({ filename: ":memory:", ...options }), Reactivity.layer)

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sql-sqlite-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

/** The path of a file that does not exist yet, in a folder of its own. */
export const file = Effect.map(folder, (folder) => join(folder, "test.db"))

/** The cause of a statement's failure. A statement that succeeds fails the test. */
export const causeOf = <A, R>(statement: Effect.Effect<A, SqlError, R>) =>
  Effect.map(Effect.flip(statement), ({ cause }) => cause as SqliteError)
