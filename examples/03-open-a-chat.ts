/** Opens a chat on a contact's custom channel: how a channel of your own hands over what a customer wrote. */
import * as InventClient from "@effect-invent/client/InventClient"
import { ChannelId, ContactId } from "@effect-invent/domain/Ids"
import { text } from "@effect-invent/domain/Chat/MessagePart"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Config, Console, Effect, Layer, Schema } from "effect"

const program = Effect.gen(function* () {
  const { contacts } = yield* InventClient.InventClient
  const path = yield* Config.all({
    contact_id: Schema.Config("CONTACT_ID", ContactId),
    channel_id: Schema.Config("CHANNEL_ID", ChannelId)
  })
  const chat = yield* contacts.createChat({
    path,
    payload: { title: "Order 1042", message: text("Where is my order?") }
  })
  yield* Console.log("opened", chat.id)
}).pipe(
  // The type shows that this call can end so: it is unsafe, and is not repeated.
  Effect.catchTag("OutcomeUnknown", ({ sentAt }) => Console.log("nobody knows whether the chat was opened at", sentAt))
)

const invent = Layer.provide(InventClient.layerConfig(), NodeHttpClient.layerUndici)
await Effect.runPromise(Effect.provide(program, invent))
