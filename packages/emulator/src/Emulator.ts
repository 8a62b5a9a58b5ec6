/** A local Invent: a stateful server on the loopback address, and a handle for whoever plays the other people in its world. */
import type { AssistantId, OrgId } from "@effect-invent/domain/Ids"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as HttpServer from "@effect/platform/HttpServer"
import type { ServeError } from "@effect/platform/HttpServerError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { createServer } from "node:http"
import * as Assistant from "./Assistant.ts"
import * as Keys from "./Keys.ts"
import * as Log from "./Log.ts"
import * as Options from "./Options.ts"
import * as RateLimiter from "./RateLimiter.ts"
import * as Server from "./Server.ts"
import * as World from "./World.ts"

export class Emulator extends Context.Tag("@effect-invent/emulator/Emulator")<
  Emulator,
  {
    /** `http://127.0.0.1:PORT` */
    readonly url: string
    /** A key for each named user of the API: the same name, the same key. The log shows the name. */
    readonly apiKey: (name: string) => Redacted.Redacted
    readonly orgId: OrgId
    readonly assistantId: AssistantId
    readonly world: World.World["Type"]
    readonly log: Log.Log["Type"]
  }
>() {}

export interface Settings extends Partial<Assistant.Settings> {
  /** 0, the default: any free port. */
  readonly port?: number
  readonly limit?: Partial<RateLimiter.Limit>
  readonly behaviour?: Options.Overrides
}

const host = "127.0.0.1"

const make = Effect.gen(function* () {
  const world = yield* World.World
  const keys = yield* Keys.Keys
  const log = yield* Log.Log
  const url = yield* HttpServer.addressFormattedWith(Effect.succeed)
  return { url, apiKey: keys.issue, orgId: world.orgId, assistantId: world.assistantId, world, log }
})

// A closing server waits for its connections, and clients keep theirs open.
const layerHttp = (port: number): Layer.Layer<HttpServer.HttpServer, ServeError> =>
  Layer.scoped(
    HttpServer.HttpServer,
    Effect.gen(function* () {
      const node = createServer()
      const server = yield* NodeHttpServer.make(() => node, { host, port })
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          node.close()
          node.closeAllConnections()
        })
      )
      return server
    })
  )

/** Starts a new emulator; closing the scope stops it, whoever is still connected. */
export const layerServer = (settings: Settings = {}): Layer.Layer<Emulator, ServeError> => {
  const { behaviour, limit, port = 0, ...assistant } = settings
  const stack = Layer.effect(Emulator, make).pipe(
    Layer.provide([Server.layer, Assistant.layer(assistant)]),
    Layer.provide(World.layer),
    Layer.provide([Log.layer, Keys.layer, Options.layer(behaviour), RateLimiter.layer(limit)]),
    Layer.provide([layerHttp(port), NodeHttpServer.layerContext])
  )
  // Built with a memo of its own: two emulators in one process share no part.
  return Layer.scopedContext(Layer.build(stack))
}
