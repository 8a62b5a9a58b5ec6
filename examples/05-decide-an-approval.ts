/** Accepts an action that the assistant wants approved, and waits until its tool has finished. */
import * as InventClient from "@effect-invent/client/InventClient"
import { ChatId, MessageId, ToolCallId } from "@effect-invent/domain/Ids"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Config, Console, Effect, Layer, Schema } from "effect"

const program = Effect.gen(function* () {
  const { messages } = yield* InventClient.InventClient
  const path = yield* Config.all({
    chat_id: Schema.Config("CHAT_ID", ChatId),
    message_id: Schema.Config("MESSAGE_ID", MessageId),
    tool_call_id: Schema.Config("TOOL_CALL_ID", ToolCallId)
  })
  const message = yield* messages.decideApproval({
    path,
    payload: { decision: "accepted", reason: "within the budget" }
  })
  yield* Console.log(message.id, "is", message.status)
})

const invent = Layer.provide(InventClient.layerConfig(), NodeHttpClient.layerUndici)
await Effect.runPromise(Effect.provide(program, invent))
