/**
 * The Invent API as Effects: one method for each endpoint of the contract, grouped as the vendor groups them, each with a
 * typed success and a typed, per-endpoint union of errors.
 *
 * ```ts
 * const invent = yield* InventClient.InventClient
 * yield* invent.state.update({ path: { chat_id }, payload: { follow_up_at } })
 * ```
 */
import { InventApi } from "@effect-invent/domain/api/InventApi"
import type * as RetrySafety from "@effect-invent/domain/api/RetrySafety"
import type { ChatMessage } from "@effect-invent/domain/ChatMessage"
import type { OrgId } from "@effect-invent/domain/Ids"
import type * as InventError from "@effect-invent/domain/InventError"
import type * as HttpApi from "@effect/platform/HttpApi"
import type * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import type * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpClient from "@effect/platform/HttpClient"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { Simplify } from "effect/Types"
import * as Endpoints from "./internal/Endpoints.ts"
import * as Pages from "./internal/Pages.ts"
import * as Pipe from "./internal/Pipe.ts"
import * as RateLimit from "./RateLimit.ts"
import * as Settings from "./Settings.ts"

type Groups = typeof InventApi extends HttpApi.HttpApi<infer _Id, infer G, infer _E, infer _R> ? G : never

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

export class InventClient extends Context.Tag("@effect-invent/client/InventClient")<InventClient, Service>() {}

export const make = (
  settings: Settings.Settings
): Effect.Effect<Service, never, HttpClient.HttpClient | RateLimit.RateLimit> =>
  Effect.gen(function* () {
    const transport = yield* HttpClient.HttpClient
    const rateLimit = yield* RateLimit.RateLimit
    const httpClient = yield* Pipe.make(transport, rateLimit, settings)
    const { listWithHeaders, methods } = yield* Endpoints.make(httpClient, settings)
    return { ...methods, messages: { ...methods.messages, stream: Pages.stream(listWithHeaders) } }
  })

const fromSettings = (settings: Effect.Effect<Settings.Settings, ConfigError>) =>
  Layer.unwrapEffect(
    Effect.map(settings, (settings) =>
      Layer.provide(Layer.effect(InventClient, make(settings)), RateLimit.layerMemory(settings.rateLimit))
    )
  )

/** A client from values. Fails with a `ConfigError` that names the option when one is out of range. */
export const layer = (options: Settings.Options): Layer.Layer<InventClient, ConfigError, HttpClient.HttpClient> =>
  fromSettings(Effect.suspend(() => Settings.make(options)))

/**
 * A client from the environment: `INVENT_API_KEY`, `INVENT_BASE_URL`, `INVENT_ORG_ID`, `INVENT_RATE_LIMIT`,
 * `INVENT_RATE_WINDOW`. Only the key has no default. `overrides` win over the environment.
 */
export const layerConfig = (
  overrides?: Omit<Settings.Options, "apiKey">
): Layer.Layer<InventClient, ConfigError, HttpClient.HttpClient> =>
  fromSettings(Effect.suspend(() => Settings.config(overrides)))

/** The methods a test wants to answer itself. */
export type Mock = { readonly [Group in keyof Service]?: Partial<Service[Group]> }

/** A client for tests, without any network. A method that was not given dies with a message that names it. */
export const layerMock = (mock: Mock): Layer.Layer<InventClient> =>
  Layer.sync(InventClient, () => Endpoints.mock(mock))
