/** Lists all contacts who are subscribed, page by page. A blocked one may be among them. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as Undecodable from "@effect-invent/domain/schema/Undecodable"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Console, Effect, Layer, Stream } from "effect"

const program = Effect.gen(function* () {
  const { contacts } = yield* InventClient.InventClient
  const subscribed = Stream.filter(contacts.stream({ urlParams: { status: "SUBSCRIBED" } }), Undecodable.isDecoded)
  yield* Stream.runForEach(subscribed, ({ channels, id, name }) =>
    Console.log(
      id,
      name ?? "(no name)",
      Undecodable.omit(channels ?? [])
        .map(({ type }) => type)
        .join(", ")
    )
  )
})

const invent = Layer.provide(InventClient.layerConfig(), NodeHttpClient.layerUndici)
await Effect.runPromise(Effect.provide(program, invent))
