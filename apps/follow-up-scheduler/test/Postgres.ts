import * as Postgres from "@effect-invent/postgres/Postgres"
import { afterAll, beforeAll } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"

export { freePort, isInstalled } from "@effect-invent/postgres/Postgres"

if (!Postgres.isInstalled) console.warn(`NOT TESTED: ${Postgres.missing}`)

/** One server for the tests of the surrounding `describe`, or of the file; each gets a database of its own. */
export const forSuite = (): Effect.Effect<Postgres.Postgres> => {
  const scope = Effect.runSync(Scope.make())
  let server: Promise<Postgres.Postgres> | undefined
  beforeAll(() => (server = Effect.runPromise(Scope.extend(Postgres.make, scope))), 60_000)
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)), 60_000)
  return Effect.promise(() => server ?? Promise.reject(new Error("the server starts with the first test")))
}
