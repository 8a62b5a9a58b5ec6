/** The HTTP client that ours is built on, with its own retries and without a schema. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { Connect } from "../Competitor.ts"
import { apiKey, getPath, postBody, postPath } from "../Wire.ts"

export const connect: Connect = async ({ url }) => {
  const built = Layer.buildWithScope(NodeHttpClient.layerUndici, Scope.make().pipe(Effect.runSync))
  const client = (await Effect.runPromise(Effect.provide(HttpClient.HttpClient, await Effect.runPromise(built)))).pipe(
    HttpClient.mapRequest(HttpClientRequest.bearerToken(apiKey)),
    HttpClient.filterStatusOk,
    HttpClient.retryTransient({ times: 3 })
  )
  return {
    get: () => Effect.runPromise(Effect.flatMap(client.get(`${url}/${getPath}`), (response) => response.json)),
    post: () =>
      Effect.runPromise(
        HttpClientRequest.post(`${url}/${postPath}`).pipe(
          HttpClientRequest.bodyUnsafeJson(postBody),
          client.execute,
          Effect.flatMap((response) => response.json)
        )
      )
  }
}
