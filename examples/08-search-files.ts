/** Finds the images of a chat that have "invoice" in their names. */
import * as InventClient from "@effect-invent/client/InventClient"
import { ChatId } from "@effect-invent/domain/Ids"
import { isDecoded } from "@effect-invent/domain/schema/Undecodable"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Console, Effect, Layer, Schema, Stream } from "effect"

const program = Effect.gen(function* () {
  const { files } = yield* InventClient.InventClient
  const chat_id = yield* Schema.Config("CHAT_ID", ChatId)
  const found = files.stream({ path: { chat_id }, urlParams: { search: "invoice", mimetype: "image/" } })
  yield* Stream.runForEach(Stream.filter(found, isDecoded), (file) =>
    Console.log(file.file_filename, file.file_mimetype)
  )
})

const invent = Layer.provide(InventClient.layerConfig(), NodeHttpClient.layerUndici)
await Effect.runPromise(Effect.provide(program, invent))
