/** Sends a header of its own with every request, another with those of one call, and a User-Agent of its own. */
import * as CallOptions from "@effect-invent/client/CallOptions"
import * as InventClient from "@effect-invent/client/InventClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { Console, Effect, Layer } from "effect"

const program = Effect.gen(function* () {
  const { contacts } = yield* InventClient.InventClient
  yield* contacts.list()
  yield* contacts.list().pipe(CallOptions.withCallOptions({ headers: { "x-job": "nightly" } }))
  yield* Console.log("asked twice")
})

const withTenant = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(HttpClient.HttpClient, HttpClient.mapRequest(HttpClientRequest.setHeader("x-tenant", "shop-1")))
)

const http = Layer.provide(withTenant, NodeHttpClient.layerUndici)
const invent = Layer.provide(InventClient.layerConfig({ userAgent: "shop/1.2" }), http)
await Effect.runPromise(Effect.provide(program, invent))
