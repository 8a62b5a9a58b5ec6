/** Lists contacts from an address whose certificate the authority in the PEM file CA_FILE signed. Trusts no other. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Agent } from "@effect/platform-node/Undici"
import * as FileSystem from "@effect/platform/FileSystem"
import { Config, Console, Effect, Layer } from "effect"

const program = Effect.gen(function* () {
  const { contacts } = yield* InventClient.InventClient
  yield* Console.log((yield* contacts.list()).length, "contacts, over a certificate of our own")
}).pipe(Effect.catchTag("ConnectionFailed", ({ reason }) => Console.log("not connected:", reason)))

const trusting = Layer.scoped(
  NodeHttpClient.Dispatcher,
  Effect.gen(function* () {
    const { readFileString } = yield* FileSystem.FileSystem
    const ca = yield* readFileString(yield* Config.string("CA_FILE"))
    return yield* Effect.acquireRelease(
      Effect.sync(() => new Agent({ connect: { ca } })),
      (agent) => Effect.promise(() => agent.destroy())
    )
  })
)

const http = Layer.provide(NodeHttpClient.layerUndiciWithoutDispatcher, trusting)
const invent = Layer.provide(InventClient.layerConfig(), Layer.provide(http, NodeContext.layer))
await Effect.runPromise(Effect.provide(program, invent))
