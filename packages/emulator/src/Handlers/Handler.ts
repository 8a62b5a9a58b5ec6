/** What a handler is given and what it answers, by the contract. */
import type { InventApi } from "@effect-invent/domain/api/InventApi"
import type { ChatId } from "@effect-invent/domain/Ids"
import type * as HttpApi from "@effect/platform/HttpApi"
import type { HttpApiEndpoint } from "@effect/platform/HttpApiEndpoint"
import type { HttpApiGroup } from "@effect/platform/HttpApiGroup"
import type { HttpServerResponse } from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import type { Refusal } from "../Refusal.ts"
import type { Call } from "../RequestContext.ts"
import type { Page } from "../World/Pages.ts"

type Groups =
  typeof InventApi extends HttpApi.HttpApi<string, infer Group, infer _Error, infer _Context> ? Group : never

/** The groups of the contract. */
export type GroupName = HttpApiGroup.Name<Groups>

type Endpoints<Name extends GroupName> = HttpApiGroup.Endpoints<HttpApiGroup.WithName<Groups, Name>>

type Named<Group extends GroupName, Name> = Extract<Endpoints<Group>, { readonly name: Name }>

/** A list is answered with one page of it. */
type Answer<A> = A extends ReadonlyArray<infer Entry> ? Page<Entry> : A

/** The decoded parts of a request, and what is known of it. */
type Request<Endpoint extends HttpApiEndpoint.Any> = HttpApiEndpoint.Request<Endpoint> & { readonly call: Call }

/**
 * Answers one endpoint: with the value that the contract encodes, with a whole response of its own, or with a refusal.
 */
export type Handler<Request, A> = ((request: Request) => Effect.Effect<A | HttpServerResponse, Refusal>) & {
  /** Answers a request without a body instead, although the contract requires one. */
  readonly withoutBody?: WithoutBody<Request>
}

type WithoutBody<Request> = (request: Request) => Effect.Effect<HttpServerResponse, Refusal>

/** A handler for each endpoint of a group. */
export type Handlers<Group extends GroupName> = {
  readonly [Name in HttpApiEndpoint.Name<Endpoints<Group>>]: Handler<
    Request<Named<Group, Name>>,
    Answer<HttpApiEndpoint.Success<Named<Group, Name>>>
  >
}

/** The handlers of a group. It does not compile where one is missing. */
export const group = <const Group extends GroupName>(_: Group, handlers: Handlers<Group>): Handlers<Group> => handlers

/** Uses the second handler for a request without a body, although the contract requires one. */
export const orWithoutBody = <Request, A>(
  handler: (request: Request) => Effect.Effect<A | HttpServerResponse, Refusal>,
  withoutBody: WithoutBody<Request>
): Handler<Request, A> => Object.assign((request: Request) => handler(request), { withoutBody })

/** Who calls: the name of the key. */
export const caller = ({ key }: Call): string => key ?? "nobody"

/** Runs a change and notes that it was made: both or neither, even when the client goes away. */
export const applies =
  <Request extends { readonly call: Call }, A>(
    change: (request: Request) => Effect.Effect<A, Refusal>,
    options?: { readonly chatId: (result: A) => ChatId }
  ) =>
  (request: Request): Effect.Effect<A, Refusal> =>
    Effect.uninterruptible(
      Effect.map(change(request), (result) => {
        request.call.applied = true
        if (options !== undefined) request.call.chat_id = options.chatId(result)
        return result
      })
    )
