/** The endpoints of the contract that this emulator does not have yet: each answers 501 and says so. */
import type * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import type * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"

type Unfinished = HttpApiBuilder.Handlers<never, never, never, HttpApiEndpoint.HttpApiEndpoint<string, "GET">>

const answer = (endpoint: string) =>
  Effect.succeed(HttpServerResponse.unsafeJson({ message: `${endpoint} is not in the emulator yet` }, { status: 501 }))

/** Completes a group: what has no handler answers 501. */
export const rest = <E, Provides, R, Endpoints extends HttpApiEndpoint.HttpApiEndpoint.Any>(
  handlers: HttpApiBuilder.Handlers<E, Provides, R, Endpoints>
): HttpApiBuilder.Handlers<E, Provides, R> => {
  const handled = new Set([...handlers.handlers].map(({ endpoint }) => endpoint.name))
  const missing = Object.keys(handlers.group.endpoints).filter((name) => !handled.has(name))
  const completed = missing.reduce<unknown>(
    (building, name) => (building as Unfinished).handleRaw(name, () => answer(`${handlers.group.identifier}.${name}`)),
    handlers
  )
  return completed as HttpApiBuilder.Handlers<E, Provides, R>
}
