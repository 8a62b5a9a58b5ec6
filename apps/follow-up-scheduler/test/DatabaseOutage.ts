/** A PostgreSQL database that ends all its connections and refuses new ones until it lets them in again. */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Database from "../src/Ledger/Database/Postgres.ts"

export const make = (url: Redacted.Redacted) => {
  const { href, pathname } = new URL(Redacted.value(url))
  const name = pathname.slice(1)
  const server = Database.layer(Redacted.make(href.replace(pathname, "/postgres")))
  const change = (...statements: ReadonlyArray<string>) =>
    Effect.flatMap(SqlClient.SqlClient, (sql) =>
      Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
    ).pipe(Effect.provide(server))
  return {
    leaves: change(
      `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`
    ),
    isBack: change(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`)
  }
}
