/** Switches on the client's debug log: a line for each request, and for each wait before another the reason. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Console, Effect, Layer, Logger, LogLevel } from "effect"

const program = Effect.gen(function* () {
  const { contacts } = yield* InventClient.InventClient
  yield* Console.log((yield* contacts.list()).length, "contacts")
})

const invent = Layer.provide(InventClient.layerConfig(), NodeHttpClient.layerUndici)
const logging = Layer.merge(Logger.logFmt, Logger.minimumLogLevel(LogLevel.Debug))
await Effect.runPromise(Effect.provide(program, Layer.merge(invent, logging)))
