/** Sends a transactional broadcast to one contact, with its own variables, and prints the result of each channel. */
import * as InventClient from "@effect-invent/client/InventClient"
import { BroadcastId, ContactId } from "@effect-invent/domain/Ids"
import * as Undecodable from "@effect-invent/domain/schema/Undecodable"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Console, Effect, Layer, Schema } from "effect"

const program = Effect.gen(function* () {
  const { broadcasts } = yield* InventClient.InventClient
  const broadcast_id = yield* Schema.Config("BROADCAST_ID", BroadcastId)
  const contact_id = yield* Schema.Config("CONTACT_ID", ContactId)
  const { recipients } = yield* broadcasts.sendTransactional({
    path: { broadcast_id },
    payload: { contact_id, variables: { order: "1042" } }
  })
  for (const { error_message, id, is_sent } of Undecodable.omit(recipients ?? [])) {
    yield* Console.log(id, is_sent === true ? "sent" : (error_message ?? "not sent"))
  }
})

const invent = Layer.provide(InventClient.layerConfig(), NodeHttpClient.layerUndici)
await Effect.runPromise(Effect.provide(program, invent))
