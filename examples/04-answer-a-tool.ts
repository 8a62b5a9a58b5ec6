/** Answers an interactive tool of the assistant's as the contact: with a connection. */
import * as InventClient from "@effect-invent/client/InventClient"
import { ChannelId, ChatId, ConnectionId, ContactId, MessageId, ToolCallId } from "@effect-invent/domain/Ids"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Config, Console, Effect, Layer, Schema } from "effect"

const program = Effect.gen(function* () {
  const { contacts } = yield* InventClient.InventClient
  const path = yield* Config.all({
    contact_id: Schema.Config("CONTACT_ID", ContactId),
    channel_id: Schema.Config("CHANNEL_ID", ChannelId),
    chat_id: Schema.Config("CHAT_ID", ChatId),
    message_id: Schema.Config("MESSAGE_ID", MessageId),
    tool_call_id: Schema.Config("TOOL_CALL_ID", ToolCallId)
  })
  const connection_id = yield* Schema.Config("CONNECTION_ID", ConnectionId)
  const answer = yield* contacts.respondToTool({ path, payload: { type: "connection", connection_id } })
  yield* Console.log("answered with", answer.id)
})

const invent = Layer.provide(InventClient.layerConfig(), NodeHttpClient.layerUndici)
await Effect.runPromise(Effect.provide(program, invent))
