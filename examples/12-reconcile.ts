/** Writes as a contact exactly once, although answers get lost: looks for the message before anything is sent again. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as Reconcile from "@effect-invent/client/Reconcile"
import { ChatId, ContactId } from "@effect-invent/domain/Ids"
import { text } from "@effect-invent/domain/Chat/MessagePart"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Config, Console, Effect, Layer, Schema } from "effect"

const program = Effect.gen(function* () {
  const invent = yield* InventClient.InventClient
  const path = yield* Config.all({
    contact_id: Schema.Config("CONTACT_ID", ContactId),
    chat_id: Schema.Config("CHAT_ID", ChatId)
  })
  const message = yield* Reconcile.sendMessage(invent, { path, payload: { message: text("I would like to pay.") } })
  yield* Console.log("written once, as", message.id)
}).pipe(
  // What is left: neither applied nor not applied can be shown. A person decides.
  Effect.catchTag("OutcomeUnknown", (unknown) => Console.log(unknown.message))
)

const invent = Layer.provide(InventClient.layerConfig(), NodeHttpClient.layerUndici)
await Effect.runPromise(Effect.provide(program, invent))
