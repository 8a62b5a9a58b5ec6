/** A PostgreSQL database that ends all its connections and refuses new ones until it lets them in again. */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type { DatabaseUnusable } from "../src/Ledger/Database/DatabaseUnusable.ts"
import * as Database from "../src/Ledger/Database/Postgres.ts"

/** The database, for a test that does not mind how long a busy server takes to let it in. */
export const patient = (url: Redacted.Redacted) =>
  Layer.retry(
    Database.layer(url),
    Schedule.recurWhile(({ reason }: DatabaseUnusable) => reason === "Connection timed out")
  )

export const make = (url: Redacted.Redacted) => {
  const { href, pathname } = new URL(Redacted.value(url))
  const name = pathname.slice(1)
  const server = patient(Redacted.make(href.replace(pathname, "/postgres")))
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
