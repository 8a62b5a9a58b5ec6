import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Emulator, layerServer } from "../src/Emulator.ts"

describe("an endpoint of the contract that the emulator does not have yet", () => {
  it.effect("answers 501 and names itself, and what it has answers", () =>
    Effect.gen(function* () {
      const { apiKey, url } = yield* Emulator
      const send = (path: string) =>
        HttpClientRequest.get(`${url}${path}`).pipe(
          HttpClientRequest.bearerToken(apiKey("scheduler")),
          HttpClient.execute,
          Effect.flatMap((response) => Effect.map(response.text, (body) => [response.status, body] as const))
        )
      assert.deepStrictEqual(yield* send("/orgs/c/orgs"), [501, '{"message":"orgs.list is not in the emulator yet"}'])
      assert.strictEqual((yield* send("/chats/none/messages"))[0], 404)
    }).pipe(Effect.provide(Layer.merge(layerServer(), NodeHttpClient.layerUndici)))
  )
})
