/** PostgreSQL databases for tests, on the one server that all test files of a run share. */
import * as Requirement from "@effect-invent/test-support/Requirement"
import * as Shared from "@effect-invent/test-support/Shared"
import * as Effect from "effect/Effect"

export { freePort } from "@effect-invent/postgres/Postgres"

/** A `describe` for tests that need a PostgreSQL server; they are listed as not run where there is none. */
export const describe = (name: string, tests: () => void): void =>
  Requirement.describeWith([Requirement.postgres], name, tests)

/** The server; it starts with the first test of a run that needs it. */
export const forSuite = () =>
  Effect.map(Shared.password, (password) => ({
    password,
    /** An empty one each time. */
    database: Shared.database
  }))
