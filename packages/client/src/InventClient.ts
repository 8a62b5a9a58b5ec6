/**
 * The Invent API as Effects: one method for each endpoint of the contract, grouped as the vendor groups them, each with
 * a typed success and a typed, per-endpoint union of errors.
 *
 * ```ts
 * const invent = yield* InventClient.InventClient
 * yield* invent.state.update({ path: { chat_id }, payload: { follow_up_at } })
 * ```
 */
import * as Chats from "@effect-invent/domain/api/Chats"
import * as Inbox from "@effect-invent/domain/api/Inbox"
import { CallableApi } from "@effect-invent/domain/api/InventApi"
import * as HttpClient from "@effect/platform/HttpClient"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Endpoints from "./internal/contract/Endpoints.ts"
import * as InboxEvents from "./internal/contract/InboxEvents.ts"
import * as NewestChat from "./internal/contract/NewestChat.ts"
import * as RawRequest from "./internal/contract/RawRequest.ts"
import * as Pipeline from "./internal/pipeline/Pipeline.ts"
import * as ServerTime from "./internal/contract/ServerTime.ts"
import type { Mock, Service } from "./ClientTypes.ts"
import * as RateLimit from "./RateLimit.ts"
import * as Settings from "./Settings.ts"

export type {
  ErrorOf,
  EventsRequest,
  Extras,
  Method,
  Methods,
  Mock,
  RawRequest,
  Request,
  Service,
  Streams
} from "./ClientTypes.ts"

/**
 * The service to depend on: `yield* InventClient.InventClient`. Each method is an Effect that fails with a typed error
 * of `InventError`; where a lost answer leaves open what happened, with `OutcomeUnknown`.
 */
export class InventClient extends Context.Tag("@effect-invent/client/InventClient")<InventClient, Service>() {}

/**
 * Makes a client of checked settings, over the `HttpClient` and the `RateLimit` that it is given. Building it sends
 * nothing and cannot fail: `Settings.make` checks the values before. Each client has a retry budget of its own, and
 * shares the rate limit with every client that is given the same. Use `layer` or `layerConfig` unless you build layers
 * of your own.
 */
export const make = (
  settings: Settings.Settings
): Effect.Effect<Service, never, HttpClient.HttpClient | RateLimit.RateLimit> =>
  Effect.gen(function* () {
    const transport = yield* HttpClient.HttpClient
    const rateLimit = yield* RateLimit.RateLimit
    const step = yield* Pipeline.make(transport, rateLimit, settings)
    const methods = Endpoints.make(CallableApi.groups, step, settings)
    const { chats, inbox, orgs, state } = methods
    return {
      ...methods,
      request: RawRequest.make(step, settings),
      state: { ...state, newestChat: NewestChat.make(state.info) },
      inbox: { ...inbox, events: InboxEvents.make(settings, "inbox.events", Inbox.events.path, inbox.stream) },
      orgs: { ...orgs, serverTime: ServerTime.make(orgs.list) },
      chats: { ...chats, events: InboxEvents.make(settings, "chats.events", Chats.events.path, chats.stream) }
    }
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

/** As `layer`, with the `RateLimit` of the surroundings and its options: for several clients that spend one quota. */
export const layerShared = (
  options: Omit<Settings.Options, "rateLimit">
): Layer.Layer<InventClient, ConfigError, HttpClient.HttpClient | RateLimit.RateLimit> =>
  Layer.effect(InventClient, Effect.suspend(() => Settings.make(options)).pipe(Effect.flatMap(make)))

/**
 * A client from the environment: `INVENT_API_KEY`, `INVENT_BASE_URL`, `INVENT_ORG_ID`, `INVENT_RATE_LIMIT`,
 * `INVENT_RATE_WINDOW`. Only the key has no default. `overrides` win over the environment.
 */
export const layerConfig = (
  overrides?: Omit<Settings.Options, "apiKey">
): Layer.Layer<InventClient, ConfigError, HttpClient.HttpClient> =>
  fromSettings(Effect.suspend(() => Settings.config(overrides)))

/** A client for tests, without any network. A method that was not given dies with a message that names it. */
export const layerMock = (mock: Mock): Layer.Layer<InventClient> =>
  Layer.sync(InventClient, () => Endpoints.mock(CallableApi.groups, mock))
