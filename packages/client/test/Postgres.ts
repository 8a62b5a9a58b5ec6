/** A PostgreSQL of the test's own, gone afterwards. */
import * as Server from "@effect-invent/postgres/Postgres"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"

/** Runs these tests where there is a server, and says so where there is none. */
export const whereInstalled = (name: string, tests: () => void): void => {
  if (Server.isInstalled) return tests()
  console.warn(`NOT TESTED: ${name}: ${Server.missing}`)
}

export class Postgres extends Context.Tag("test/Postgres")<
  Postgres,
  {
    /** Of a database that is this layer's alone. */
    readonly url: Redacted.Redacted
  }
>() {}

export const layer = Layer.scoped(
  Postgres,
  Effect.flatMap(Server.make, ({ database }) => Effect.map(database, (url) => ({ url })))
)

/** Connections to it. */
export const client = Layer.unwrapEffect(Effect.map(Postgres, ({ url }) => PgClient.layer({ url })))
