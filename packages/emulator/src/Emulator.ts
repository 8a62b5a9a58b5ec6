/**
 * A local Invent: a stateful server, inside a test or on the loopback address, and a handle for a test that plays the
 * other people in its world.
 *
 * ```ts
 * Effect.provide(program, Layer.provideMerge(InventClient.layer(Emulator.client), Emulator.layer()))
 * ```
 */
import type { AssistantId, OrgId } from "@effect-invent/domain/Ids"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpServer from "@effect/platform/HttpServer"
import type { ServeError } from "@effect/platform/HttpServerError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Assistant from "./Assistant.ts"
import * as Faults from "./Faults.ts"
import * as InProcessClient from "./Http/InProcessClient.ts"
import * as ApiKeys from "./Http/ApiKeys.ts"
import * as Log from "./Log.ts"
import * as Behaviour from "./Behaviour.ts"
import * as RateLimiter from "./Http/RateLimiter.ts"
import * as NodeServer from "./Http/NodeServer.ts"
import * as Server from "./Http/Server.ts"
import * as SocketCarrier from "./Http/SocketCarrier.ts"
import * as World from "./World.ts"

/**
 * A running emulator: where it is, keys for it, the people in its world, its log and its faults. A program under test
 * needs `url` and `apiKey` alone.
 */
export class Emulator extends Context.Tag("@effect-invent/emulator/Emulator")<
  Emulator,
  {
    /** `http://127.0.0.1:PORT`, or that of {@link client}. */
    readonly url: string
    /**
     * A key for each named user of the API: the same name, the same key. The log shows the name. With the id of an
     * organization below it is a key of that one, which reaches no other but those below it.
     */
    readonly apiKey: (name: string, orgId?: OrgId) => Redacted.Redacted
    readonly orgId: OrgId
    readonly assistantId: AssistantId
    readonly world: World.World["Type"]
    readonly log: Log.Log["Type"]
    readonly faults: Faults.Faults["Type"]
  }
>() {}

/**
 * The settings of an emulator. Each has a default: the vendor's limit, an assistant that repeats each message, no
 * faults.
 */
export interface Settings extends Partial<Assistant.Settings> {
  readonly limit?: Partial<RateLimiter.Limit>
  readonly behaviour?: Behaviour.Overrides
  /** Planned from the start. One that never fired fails the test whose scope the emulator lives in. */
  readonly faults?: ReadonlyArray<Faults.Encoded>
  /** What becomes of a scope in which a fault never fired; default `die`. */
  readonly unfired?: "die" | "ignore"
  /** Decides all that is left to chance; default 1. */
  readonly seed?: number
  /** How many entries of the log are held, the latest; default all. */
  readonly capacity?: number
}

/** As {@link Settings}, and where to listen. */
export interface ServerSettings extends Settings {
  /** 0, the default: any free port. */
  readonly port?: number
  /** The address to listen at; default 127.0.0.1, which no other machine reaches. */
  readonly host?: string
}

/**
 * The address and a key of every emulator of {@link layer}: the settings of a client. The log calls the key
 * `client`.
 */
export const client = { baseUrl: InProcessClient.url, apiKey: ApiKeys.secret("client") }

const loopback = "127.0.0.1"

/** Makes the handle of an emulator that is reached at this URL, from its parts. The keys of its world are issued. */
export const make = (url: string) =>
  Effect.gen(function* () {
    const world = yield* World.World
    const keys = yield* ApiKeys.Keys
    const log = yield* Log.Log
    const faults = yield* Faults.Faults
    const apiKey = (name: string, orgId?: OrgId) => keys.issue(name, orgId === world.orgId ? undefined : orgId)
    for (const name of yield* world.keyNames) apiKey(name)
    for (const { name, orgId } of yield* world.keysBelow) apiKey(name, orgId)
    return { url, apiKey, orgId: world.orgId, assistantId: world.assistantId, world, log, faults }
  })

/**
 * Everything of an emulator but its transport: the world, the assistant, keys, log, behaviour, faults and limiter. Dies
 * where a fault or an option is invalid.
 */
export const parts = ({
  behaviour,
  capacity = Infinity,
  faults = [],
  limit,
  seed = 1,
  unfired = "die",
  ...assistant
}: Settings) =>
  Assistant.layer(assistant).pipe(
    Layer.provideMerge(World.layer),
    Layer.provideMerge(
      Layer.mergeAll(
        Log.layerBounded(capacity),
        ApiKeys.layer,
        Behaviour.layer(behaviour),
        Faults.layer({ faults, seed, unfired }),
        RateLimiter.layer(limit)
      )
    )
  )

/** Built with a memo of its own: two emulators in one process share no part. */
const alone = flow(Layer.build, Layer.scopedContext)

const inProcess = Effect.gen(function* () {
  const { issue } = yield* ApiKeys.Keys
  issue("client")
  return yield* InProcessClient.make
})

/**
 * Starts a new emulator in the runtime and under the clock of the caller, with no socket: a `TestClock` moves
 * both sides. The `HttpClient` reaches this emulator and nothing else.
 */
export const layer = (settings: Settings = {}): Layer.Layer<Emulator | HttpClient.HttpClient> =>
  Layer.merge(Layer.effect(Emulator, make(InProcessClient.url)), Layer.effect(HttpClient.HttpClient, inProcess)).pipe(
    Layer.provide(Server.layerApp),
    Layer.provide(InProcessClient.layerCarrier),
    Layer.provide(parts(settings)),
    alone
  )

/** Starts a new emulator on the loopback address; closing the scope stops it, also with open connections. */
export const layerServer = ({ host = loopback, port = 0, ...settings }: ServerSettings = {}): Layer.Layer<
  Emulator,
  ServeError
> =>
  Layer.effect(Emulator, HttpServer.addressFormattedWith(make)).pipe(
    Layer.provide(Server.layer),
    Layer.provide(SocketCarrier.layer),
    Layer.provide(parts(settings)),
    Layer.provide(NodeServer.layer(port, host)),
    alone
  )
