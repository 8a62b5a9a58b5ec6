/** Follows the inbox: the chats it holds now, then each change, by WebSocket and listing. Ends after EVENTS of them. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import { Config, Console, Effect, Layer, Stream } from "effect"

const program = Effect.gen(function* () {
  const { inbox } = yield* InventClient.InventClient
  const count = yield* Config.integer("EVENTS").pipe(Config.withDefault(Infinity))
  yield* Stream.runForEach(Stream.take(inbox.events(), count), (change) =>
    change._tag === "Unreadable"
      ? Console.log("a frame that is no event:", change.excerpt)
      : Console.log(change._tag, change.chat.id, change.chat.last_message?.role)
  )
})

const invent = Layer.provide(InventClient.layerConfig(), NodeHttpClient.layerUndici)
await Effect.runPromise(Effect.provide(program, Layer.merge(invent, NodeSocket.layerWebSocketConstructor)))
