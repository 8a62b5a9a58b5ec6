/** Bounds one call: half a second for each request, 2 seconds for all with the waits before and between them. */
import * as CallOptions from "@effect-invent/client/CallOptions"
import * as InventClient from "@effect-invent/client/InventClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Console, Duration, Effect, Layer } from "effect"

const program = Effect.gen(function* () {
  const { contacts } = yield* InventClient.InventClient
  const bounded = CallOptions.withCallOptions({ deadlines: { attempt: "500 millis", total: "2 seconds" } })
  yield* Console.log((yield* bounded(contacts.list())).length, "contacts")
}).pipe(
  Effect.catchTag("TimedOut", ({ after, attempts, deadline }) =>
    Console.log(`the ${deadline} deadline of ${Duration.format(after)} passed, after ${attempts} requests`)
  )
)

const invent = Layer.provide(InventClient.layerConfig(), NodeHttpClient.layerUndici)
await Effect.runPromise(Effect.provide(program, invent))
