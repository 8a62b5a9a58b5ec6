/** Lists what was written in a chat since SINCE, an ISO date, oldest first. The server's own order is undocumented. */
import * as InventClient from "@effect-invent/client/InventClient"
import { ChatId } from "@effect-invent/domain/Ids"
import { isDecoded } from "@effect-invent/domain/schema/Undecodable"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Array, Console, DateTime, Effect, Layer, Option, Schema, Stream } from "effect"

const program = Effect.gen(function* () {
  const { messages } = yield* InventClient.InventClient
  const chat_id = yield* Schema.Config("CHAT_ID", ChatId)
  const from_date = yield* Schema.Config("SINCE", Schema.DateTimeUtc)
  const pages = messages.stream({ path: { chat_id }, urlParams: { from_date, take: 100 } })
  const written = Array.filterMap(
    [...(yield* Stream.runCollect(Stream.filter(pages, isDecoded)))],
    ({ created_at, id, role }) => Option.map(Option.fromNullable(created_at), (at) => ({ at, id, role }))
  )
  for (const { at, id, role } of Array.sortWith(written, (message) => message.at, DateTime.Order)) {
    yield* Console.log(DateTime.formatIso(at), id, role)
  }
})

const invent = Layer.provide(InventClient.layerConfig(), NodeHttpClient.layerUndici)
await Effect.runPromise(Effect.provide(program, invent))
