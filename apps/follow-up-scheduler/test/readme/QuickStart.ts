import * as InventClient from "@effect-invent/client/InventClient"
import { ChatId } from "@effect-invent/domain/Ids"
import { isDecoded } from "@effect-invent/domain/schema/Undecodable"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Console, DateTime, Effect, Layer, Stream } from "effect"

const program = Effect.gen(function* () {
  const invent = yield* InventClient.InventClient
  const chat_id = ChatId.make("chat_000001")
  const follow_up_at = DateTime.add(yield* DateTime.now, { hours: 2 })
  yield* invent.state.update({ path: { chat_id }, payload: { follow_up_at } })
  yield* Stream.runForEach(Stream.filter(invent.messages.stream({ path: { chat_id } }), isDecoded), (message) =>
    Console.log(message.id, message.role, message.status)
  )
})

const invent = Layer.provide(InventClient.layerConfig(), NodeHttpClient.layerUndici) // reads INVENT_API_KEY
await Effect.runPromise(Effect.provide(program, invent))
