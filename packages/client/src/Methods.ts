/** The types of the client's methods, computed from the contract: what each takes, gives, and can fail with. */
import type { CallableApi } from "@effect-invent/domain/api/InventApi"
import type * as RetrySafety from "@effect-invent/domain/api/RetrySafety"
import type { ChatMessage } from "@effect-invent/domain/ChatMessage"
import type { OrgId } from "@effect-invent/domain/Ids"
import type * as InventError from "@effect-invent/domain/InventError"
import type * as HttpApi from "@effect/platform/HttpApi"
import type * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import type * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Simplify } from "effect/Types"

type Groups = typeof CallableApi extends HttpApi.HttpApi<infer _Id, infer G, infer _E, infer _R> ? G : never

type WithoutOrg<Path> = Path extends { readonly org_id: unknown }
  ? Simplify<Omit<Path, "org_id"> & { readonly org_id?: OrgId }>
  : Path

type Argument<Key extends string, Value> = [Value] extends [never]
  ? {}
  : {} extends Value
    ? { readonly [K in Key]?: Value }
    : { readonly [K in Key]: Value }

/** What a method takes: `path`, `urlParams` and `payload` as the contract says; `org_id` is filled in when left out. */
export type Request<Path, UrlParams, Payload> = Simplify<
  { readonly path: WithoutOrg<Path> } & Argument<"urlParams", UrlParams> &
    ([Payload] extends [never] ? {} : { readonly payload: Payload })
>

/** Only an unsafe endpoint can fail with `OutcomeUnknown`. */
export type ErrorOf<Endpoint> =
  Endpoint extends RetrySafety.Marked<"Unsafe"> ? InventError.UnsafeError : InventError.RepeatableError

export type Method<Endpoint> =
  Endpoint extends HttpApiEndpoint.HttpApiEndpoint<
    infer _Name,
    infer _Method,
    infer Path,
    infer UrlParams,
    infer Payload,
    infer _Headers,
    infer Success,
    infer _Error,
    infer _R,
    infer _RE
  >
    ? (request: Request<Path, UrlParams, Payload>) => Effect.Effect<Success, ErrorOf<Endpoint>>
    : never

/** Every endpoint of the contract. */
export type Methods = {
  readonly [Group in Groups as Group["identifier"]]: {
    readonly [Endpoint in HttpApiGroup.HttpApiGroup.Endpoints<Group> as Endpoint["name"]]: Method<Endpoint>
  }
}

type ListRequest = Parameters<Methods["messages"]["list"]>[0]

/** Methods made of several requests. */
export interface Extras {
  readonly messages: {
    /**
     * All messages of a chat, page by page, in the order the server lists them. Resume with `urlParams.page`. Fails with
     * `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted.
     */
    readonly stream: (request: ListRequest) => Stream.Stream<ChatMessage, InventError.RepeatableError>
  }
}

export type Service = {
  readonly [Group in keyof Methods]: Group extends keyof Extras ? Methods[Group] & Extras[Group] : Methods[Group]
}

/** The methods a test wants to answer itself. */
export type Mock = { readonly [Group in keyof Service]?: Partial<Service[Group]> }
