/** The databases that a suite runs against, each empty whenever it is built. PostgreSQL is left out where none is installed. */
import type * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import { describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Database from "../src/Database/Postgres.ts"
import * as Postgres from "./Postgres.ts"

export const onEach = (suite: (database: Layer.Layer<SqlClient.SqlClient, unknown>) => void): void => {
  describe("on SQLite", () => suite(SqliteClient.layer({ filename: ":memory:" })))
  Postgres.describe("on PostgreSQL", () => {
    const server = Postgres.forSuite()
    suite(Layer.unwrapEffect(Effect.map(Effect.flatMap(server, ({ database }) => database), Database.layer)))
  })
}
