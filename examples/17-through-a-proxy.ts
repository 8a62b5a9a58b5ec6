/** Lists contacts through the HTTP proxy that PROXY names, such as `http://user:password@proxy.example:3128`. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { ProxyAgent } from "@effect/platform-node/Undici"
import { Config, Console, Effect, Layer, Redacted } from "effect"

const program = Effect.gen(function* () {
  const { contacts } = yield* InventClient.InventClient
  yield* Console.log((yield* contacts.list()).length, "contacts, through the proxy")
})

const proxy = Layer.scoped(
  NodeHttpClient.Dispatcher,
  Effect.flatMap(Config.redacted("PROXY"), (uri) =>
    Effect.acquireRelease(
      Effect.sync(() => new ProxyAgent(Redacted.value(uri))),
      (agent) => Effect.promise(() => agent.destroy())
    )
  )
)

const http = Layer.provide(NodeHttpClient.layerUndiciWithoutDispatcher, proxy)
const invent = Layer.provide(InventClient.layerConfig(), http)
await Effect.runPromise(Effect.provide(program, invent))
