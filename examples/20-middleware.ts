/** Middleware of its own, below the client: it sees each request that leaves, a repeated one too, and each answer. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { Console, Effect, Layer, Ref } from "effect"

const program = Effect.gen(function* () {
  const { contacts } = yield* InventClient.InventClient
  yield* Console.log((yield* contacts.list()).length, "contacts")
})

/** Numbers the requests, and prints the status of each answer. The key is in the headers here: print none of them. */
const numbering = Layer.effect(
  HttpClient.HttpClient,
  Effect.gen(function* () {
    const count = yield* Ref.make(0)
    return (yield* HttpClient.HttpClient).pipe(
      HttpClient.mapRequestEffect((request) =>
        Effect.map(
          Ref.updateAndGet(count, (n) => n + 1),
          (n) => HttpClientRequest.setHeader(request, "x-number", String(n))
        )
      ),
      HttpClient.tap(({ request, status }) =>
        Console.log("request", request.headers["x-number"], "was answered with", status)
      )
    )
  })
)

const http = Layer.provide(numbering, NodeHttpClient.layerUndici)
const invent = Layer.provide(InventClient.layerConfig({ retry: { baseDelay: "10 millis" } }), http)
await Effect.runPromise(Effect.provide(program, invent))
