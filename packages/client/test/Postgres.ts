/** A PostgreSQL database of the test's own, on the one server that all test files of a run share. */
import * as Requirement from "@effect-invent/test-support/Requirement"
import * as Shared from "@effect-invent/test-support/Shared"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"

/** Runs these tests where there is a server; where there is none they are listed as not run. */
export const whereInstalled = (name: string, tests: () => void): void =>
  Requirement.describeWith([Requirement.postgres], name, tests)

export class Postgres extends Context.Tag("test/Postgres")<
  Postgres,
  {
    /** Of a database that is this layer's alone. */
    readonly url: Redacted.Redacted
  }
>() {}

export const layer = Layer.effect(
  Postgres,
  Effect.map(Shared.database, (url) => ({ url }))
)

/** Connections to it. */
export const client = Layer.unwrapEffect(Effect.map(Postgres, ({ url }) => PgClient.layer({ url })))
