/** Blocks the contact CONTACT_ID. */
import * as InventClient from "@effect-invent/client/InventClient"
import { ContactId } from "@effect-invent/domain/Ids"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Console, Effect, Layer, Schema } from "effect"

const program = Effect.gen(function* () {
  const { contacts } = yield* InventClient.InventClient
  const contact_id = yield* Schema.Config("CONTACT_ID", ContactId)
  const contact = yield* contacts.update({ path: { contact_id }, payload: { blocked: true } })
  yield* Console.log(contact.id, contact.blocked === true ? "is blocked" : "is not blocked")
}).pipe(Effect.catchTag("NotFound", () => Console.log("there is no such contact")))

const invent = Layer.provide(InventClient.layerConfig(), NodeHttpClient.layerUndici)
await Effect.runPromise(Effect.provide(program, invent))
