/** Gives the contact CONTACT_ID the file FILE, and keeps a text in the organization. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as Upload from "@effect-invent/client/Upload"
import { ContactId } from "@effect-invent/domain/Ids"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Config, Console, Effect, Layer, Schema } from "effect"

const program = Effect.gen(function* () {
  const { contacts, files } = yield* InventClient.InventClient
  const contact_id = yield* Schema.Config("CONTACT_ID", ContactId)
  const payload = yield* Upload.fromPath(yield* Config.string("FILE"))
  const given = yield* contacts.uploadFile({ path: { contact_id }, payload })
  yield* Console.log("given:", given.file_filename, given.file_mimetype, given.file_size)

  const hours = Upload.fromBytes(new TextEncoder().encode("Mo–Fr 9–17"), { name: "hours.txt" })
  const kept = yield* files.uploadOrg({ payload: { ...hours, visibility: "PRIVATE" } })
  yield* Console.log("kept:", kept.file_filename, kept.file_mimetype, kept.file_size)
}).pipe(Effect.catchTag("SystemError", ({ pathOrDescriptor, reason }) => Console.log(`${pathOrDescriptor}: ${reason}`)))

const invent = Layer.provide(InventClient.layerConfig(), NodeHttpClient.layerUndici)
await Effect.runPromise(Effect.provide(program, Layer.merge(invent, NodeContext.layer)))
