/**
 * The database of the fast tests: SQLite in memory, with the ledger's tables, all of them empty whenever the layer is
 * built. To make the tables takes as long as a short test does, so a database that is given back is emptied and used
 * again. One that cannot be emptied, or has got other tables, is closed instead.
 */
import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Edition from "../src/Ledger/Edition.ts"
import * as Migrations from "../src/Ledger/Migrations.ts"

interface Pooled {
  readonly sql: SqlClient.SqlClient
  readonly scope: Scope.CloseableScope
  /** The statement that made each table and index. */
  readonly schema: string
}

const free: Array<Pooled> = []

const schemaOf = (sql: SqlClient.SqlClient) =>
  Effect.map(sql`SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name`, (rows) =>
    JSON.stringify(rows)
  )

const open = Effect.gen(function* () {
  const scope = yield* Scope.make()
  const sql = yield* Scope.extend(SqliteClient.make({ filename: ":memory:" }), scope)
  yield* Effect.provideService(Migrations.create, SqlClient.SqlClient, sql)
  return { sql, scope, schema: yield* schemaOf(sql) }
}).pipe(Effect.provide(Reactivity.layer))

const empty = ({ schema, sql }: Pooled) =>
  Effect.gen(function* () {
    if ((yield* schemaOf(sql)) !== schema) return false
    const tables = yield* sql<{ name: string }>`SELECT name FROM sqlite_master
      WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> ${Edition.table}`
    yield* Effect.forEach(tables, ({ name }) => sql`DELETE FROM ${sql(name)}`, { discard: true })
    yield* sql`DELETE FROM sqlite_sequence`
    return true
  })

const giveBack = (pooled: Pooled) =>
  Effect.flatMap(
    Effect.orElseSucceed(empty(pooled), () => false),
    (isEmpty) => (isEmpty ? Effect.sync(() => void free.push(pooled)) : Scope.close(pooled.scope, Exit.void))
  )

/** A database that no other layer has until this one is closed. */
export const sqlite = Layer.scoped(
  SqlClient.SqlClient,
  Effect.map(
    Effect.acquireRelease(
      Effect.suspend(() => {
        const pooled = free.pop()
        return pooled === undefined ? Effect.orDie(open) : Effect.succeed(pooled)
      }),
      giveBack
    ),
    ({ sql }) => sql
  )
)
