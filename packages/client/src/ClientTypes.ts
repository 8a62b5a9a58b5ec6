/**
 * The types of the client. Those of its methods are computed from the contract here, and written out with the
 * contract's words in `ClientMethods`, which is what an editor shows; a test of types holds the two equal.
 */
import type { CallableApi } from "@effect-invent/domain/api/InventApi"
import type * as RetrySafety from "@effect-invent/domain/api/RetrySafety"
import type * as ContractSocket from "@effect-invent/domain/api/WebSocket"
import type { ChatId, OrgId } from "@effect-invent/domain/Ids"
import type * as InventError from "@effect-invent/domain/InventError"
import type * as HttpApi from "@effect/platform/HttpApi"
import type * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import type * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import type { WebSocketConstructor } from "@effect/platform/Socket"
import type * as DateTime from "effect/DateTime"
import type { DurationInput } from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { Simplify } from "effect/Types"
import type { ClientMethods, InboxFilter } from "./ClientMethods.ts"
import type { InboxChange } from "./InboxChange.ts"

type Groups = typeof CallableApi extends HttpApi.HttpApi<infer _Id, infer G, infer _E, infer _R> ? G : never

type WithoutOrg<Path> = Path extends { readonly org_id: unknown }
  ? Simplify<Omit<Path, "org_id"> & { readonly org_id?: OrgId }>
  : Path

type Argument<Key extends string, Value> = [Value] extends [never]
  ? {}
  : {} extends Value
    ? { readonly [K in Key]?: Value }
    : { readonly [K in Key]: Value }

/** What a method takes: `path`, `urlParams` and `payload` as in the contract; `org_id` is filled in when left out. */
export type Request<Path, UrlParams, Payload> = Simplify<
  Argument<"path", WithoutOrg<Path>> &
    Argument<"urlParams", UrlParams> &
    ([Payload] extends [never] ? {} : { readonly payload: Payload })
>

/** A request that may leave everything out may be left out itself. */
type Arguments<Request> = {} extends Request ? [request?: Request] : [request: Request]

/** Only an unsafe endpoint can fail with `OutcomeUnknown`. */
export type ErrorOf<Endpoint> =
  Endpoint extends RetrySafety.Marked<"Unsafe"> ? InventError.UnsafeError : InventError.RepeatableError

/** The method of an endpoint: its request, its success and its errors. */
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
    ? (...args: Arguments<Request<Path, UrlParams, Payload>>) => Effect.Effect<Success, ErrorOf<Endpoint>>
    : never

type StreamOf<Endpoint> =
  Endpoint extends HttpApiEndpoint.HttpApiEndpoint<
    infer _Name,
    infer _Method,
    infer Path,
    infer UrlParams,
    infer Payload,
    infer _Headers,
    ReadonlyArray<infer Item>,
    infer _Error,
    infer _R,
    infer _RE
  >
    ? (...args: Arguments<Request<Path, UrlParams, Payload>>) => Stream.Stream<Item, InventError.RepeatableError>
    : never

type UnsafeOf<Id extends string, Endpoint> = Endpoint extends RetrySafety.Marked<"Unsafe"> & {
  readonly name: infer Name extends string
}
  ? `${Id}.${Name}`
  : never

/** The endpoints whose requests are not repeated after a lost answer, by group and name: `contacts.create`. */
export type UnsafeEndpoint = {
  [Group in Groups as Group["identifier"]]: UnsafeOf<Group["identifier"], HttpApiGroup.HttpApiGroup.Endpoints<Group>>
}[Groups["identifier"]]

/** Every endpoint of the contract that is called; one that is opened as a WebSocket is among {@link Extras}. */
export type Methods = {
  readonly [Group in Groups as Group["identifier"]]: {
    readonly [
      Endpoint in HttpApiGroup.HttpApiGroup.Endpoints<Group> as Endpoint extends ContractSocket.Marked
        ? never
        : Endpoint["name"]
    ]: Method<Endpoint>
  }
}

/**
 * For every list its stream, `stream` for `list` and `streamNotes` for `listNotes`: all entries, page by page, in the
 * order the server lists them. Resume with `urlParams.page`. Fails with `UnexpectedResponse` when a page comes twice;
 * what was emitted before a failure stays emitted.
 */
export type Streams = {
  readonly [Group in Groups as Group["identifier"]]: {
    readonly [
      Endpoint in HttpApiGroup.HttpApiGroup.Endpoints<Group> as Endpoint["name"] extends `list${infer What}`
        ? `stream${What}`
        : never
    ]: StreamOf<Endpoint>
  }
}

/** The options of `inbox.events`. */
export interface EventsRequest {
  readonly path?: { readonly org_id?: OrgId }
  /**
   * How often to list the inbox beside listening: what a silent or lossy connection keeps back shows then, and all
   * where none opens. Default 5 minutes, at least 1 second; each time costs a request for every 100 chats. "never": not
   * even at the start, for who lists it by itself.
   */
  readonly listEvery?: DurationInput | "never"
}

/** What `state` has beside the endpoints of the contract. */
export interface StateExtras {
  /**
   * The live chat of the conversation that a chat belongs to: follows `state.info` from one to the next, and is the
   * chat itself where no other exists. Fails with `UnexpectedResponse` when the chats name each other in a circle, or
   * are more than a conversation can be expected to have.
   */
  readonly newestChat: (request: {
    readonly path: { readonly chat_id: ChatId }
  }) => Effect.Effect<ChatId, InventError.RepeatableError>
}

/** What `orgs` has beside the endpoints of the contract. */
export interface OrgsExtras {
  /** The server's clock, from the `Date` of a cheap answer, in whole seconds; none where the answer has none. */
  readonly serverTime: (request?: {
    readonly path?: { readonly org_id?: OrgId }
  }) => Effect.Effect<Option.Option<DateTime.Utc>, InventError.RepeatableError>
}

/** What `chats` has in place of its WebSocket. */
export interface ChatsExtras {
  /** As `inbox.events`, by the older list and WebSocket of the organization's chats. */
  readonly events: (
    request?: EventsRequest
  ) => Stream.Stream<InboxChange, InventError.RepeatableError, WebSocketConstructor>
}

/** What `inbox` has in place of its WebSocket. */
export interface InboxExtras {
  /**
   * The inbox as it is, and then every change, for as long as it is run. A connection that is lost or refused is tried
   * again, ever more slowly; what changed meanwhile is found by listing, so that without any connection this is a poll.
   * Ends only by failing: with what a list fails with, unless it can succeed later.
   *
   * For a reader that is slower than the inbox, 1,000 changes wait. What is pushed beyond them is dropped, and the
   * connection with it; once there is room again it is found by listing, as each chat is then. Only what is
   * `Unreadable` is lost.
   *
   * `urlParams.integration_id` counts for what is pushed, too, where the chat states its kind of channel.
   *
   * Remembers the id and `updated_at` of every chat it has seen. The key goes into the header of the handshake, which a
   * browser's WebSocket does not allow: provide that of Node, or of `ws`.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-inbox/chat-org-inbox-websocket
   */
  readonly events: (
    request?: EventsRequest & { readonly urlParams?: InboxFilter }
  ) => Stream.Stream<InboxChange, InventError.RepeatableError, WebSocketConstructor>
}

/** Methods made of several requests, or of none. */
export interface Extras {
  readonly state: StateExtras
  readonly orgs: OrgsExtras
  readonly chats: ChatsExtras
  readonly inbox: InboxExtras
}

/** A request that the contract does not have: what the vendor adds tomorrow. */
export interface RawRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** Below the base URL: `/chats/{chat_id}/reactions`. `{org_id}` is filled in when left out. */
  readonly path: string
  /** The values of the placeholders. An id that is written into `path` itself is in every span, and in the log. */
  readonly params?: Readonly<Record<string, string>>
  /**
   * Whether it may be sent again after an answer was lost: "Safe" changes nothing, "Idempotent" changes the same
   * however often it is sent, "Unsafe" is sent again only where it provably was not applied.
   */
  readonly safety: RetrySafety.Safety
  readonly urlParams?: Readonly<Record<string, string | number | boolean | ReadonlyArray<string> | undefined>>
  /** Sent as JSON. */
  readonly payload?: unknown
  /** What errors, spans and metrics call it. Default: `request`. */
  readonly name?: string
}

/** The groups of the contract, each with its methods, its streams, and what it has beside them. */
export type Grouped = {
  readonly [Group in keyof ClientMethods]: Group extends keyof Extras
    ? ClientMethods[Group] & Extras[Group]
    : ClientMethods[Group]
}

/** The client: a group for each group of the contract, and `request` for what the contract does not have. */
export interface Service extends Grouped {
  /**
   * A request that the contract does not have, through the same pipe: quota, deadlines, retry by its `safety`, errors,
   * telemetry. Gives the JSON of the answer, read by `schema` where one is given, and nothing where the body is empty.
   */
  readonly request: <const Safety extends RetrySafety.Safety, A = unknown, I = unknown>(
    options: RawRequest & { readonly safety: Safety; readonly schema?: Schema.Schema<A, I> }
  ) => Effect.Effect<A, Safety extends "Unsafe" ? InventError.UnsafeError : InventError.RepeatableError>
}

/** The methods a test wants to answer itself. */
export type Mock = { readonly [Group in keyof Grouped]?: Partial<Grouped[Group]> } & {
  readonly request?: (options: RawRequest) => Effect.Effect<unknown, InventError.UnsafeError>
}
