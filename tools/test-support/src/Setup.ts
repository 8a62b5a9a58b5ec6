/**
 * Runs in vitest's main process for the whole suite: starts a PostgreSQL server or a browser, or packs the packages,
 * when the first test needs it, keeps it for all later ones, and ends it after the last test. Tests request it through
 * `Shared`.
 */
import * as Postgres from "@effect-invent/postgres/Postgres"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import type { TestProject } from "vitest/node"
import * as Chromium from "./Chromium.ts"
import * as Packages from "./Packages.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** Where this process answers. */
    shared: string
  }
}

/** What each path answers with. */
const make = Effect.gen(function* () {
  const scope = yield* Effect.scope
  const server = yield* Effect.cached(Scope.extend(Postgres.make, scope))
  const browser = yield* Effect.cached(Scope.extend(Chromium.serve, scope))
  const tarballs = yield* Effect.cached(Scope.extend(Packages.pack, scope))
  const database = Effect.flatMap(server, ({ database }) => Effect.map(database, Redacted.value))
  const answers: Record<string, Effect.Effect<string>> = {
    "/database": database,
    "/password": Effect.map(server, ({ password }) => password),
    "/browser": browser,
    "/tarballs": tarballs
  }
  return answers
})

const listen = (answers: Record<string, Effect.Effect<string>>) =>
  Effect.acquireRelease(
    Effect.async<http.Server>((resume) => {
      const server = http.createServer((request, response) => {
        const answer = answers[request.url ?? ""] ?? Effect.dieMessage(`nothing is shared at ${request.url}`)
        const respond = Exit.match({
          onFailure: (cause) => void response.writeHead(500).end(Cause.pretty(cause)),
          onSuccess: (text: string) => void response.writeHead(200).end(text)
        })
        void Effect.runPromiseExit(answer).then(respond)
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close().closeAllConnections())
  )

export default async (project: TestProject): Promise<() => Promise<void>> => {
  const scope = await Effect.runPromise(Scope.make())
  const server = await Scope.extend(Effect.flatMap(make, listen), scope).pipe(Effect.runPromise)
  project.provide("shared", `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return () => Effect.runPromise(Scope.close(scope, Exit.void))
}
