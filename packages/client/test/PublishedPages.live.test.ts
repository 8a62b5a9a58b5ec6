/**
 * Every page's request and answer, served by a server that knows no schema: what is wrong in the contract is wrong
 * here.
 */
import * as InventClient from "@effect-invent/client/InventClient"
import { CallableApi } from "@effect-invent/domain/api/InventApi"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as HttpApi from "@effect/platform/HttpApi"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Pages from "../../domain/test/Pages.ts"
import { type Reply, serve } from "./PlainServer.ts"

type Json = Schema.Schema<unknown, unknown>

/** What a request cannot do without, where its page prints no value of it that can be sent. */
const urlParams: Readonly<Record<string, object>> = { "orgs.listUsage": { interval: "day" } }

const answering =
  (json: Pages.Json): Reply =>
  (_, response) => {
    response.writeHead(200, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(json))
  }

const connect = (baseUrl: string) =>
  Layer.provide(InventClient.layer({ apiKey: Redacted.make("key-1"), baseUrl }), NodeHttpClient.layerUndici)

HttpApi.reflect(CallableApi, {
  onGroup: () => {},
  onEndpoint: ({ endpoint, group }) => {
    const name = `${group.identifier}.${endpoint.name}`
    const page = Pages.pages.find((page) => page.endpoint === name)
    if (endpoint.path.endsWith("/ws") || page?.answer === undefined) return
    const ids = Object.fromEntries([...endpoint.path.matchAll(/:(\w+)/g)].map(([, id = ""]) => [id, `${id}_1`]))
    const url = endpoint.path.replaceAll(/:(\w+)/g, (_, id: string) => ids[id]!)
    const body = page.body && Pages.withExamples(page.body)
    const query = urlParams[name]

    describe(name, () => {
      for (const [index, { answer }] of Pages.captures(page).entries()) {
        if (answer === undefined) continue
        it.scopedLive(
          `sends what its page prints, and reads all that capture ${index + 1} of its page prints as values with types`,
          () =>
            Effect.gen(function* () {
              const { baseUrl, received } = yield* serve(answering(answer))
              const payload = yield* Effect.transposeOption(
                Option.map(endpoint.payloadSchema, (schema) =>
                  Schema.decodeUnknown(schema as unknown as Json)(body ?? {})
                )
              )
              const request = {
                path: ids,
                ...(query && { urlParams: query }),
                ...(Option.isSome(payload) && { payload: payload.value })
              }
              const value = yield* Effect.flatMap(InventClient.InventClient, (invent) =>
                (
                  invent as never as Record<
                    string,
                    Record<string, (request: object) => Effect.Effect<unknown, unknown>>
                  >
                )[group.identifier]![endpoint.name]!(request)
              ).pipe(Effect.provide(connect(baseUrl)))
              expect(received.map(({ method, url }) => [method, url.split("?")[0]])).toEqual([
                [page.method ?? endpoint.method, url]
              ])
              if (body !== undefined) expect(JSON.parse(received[0]!.body)).toEqual(body)
              expect(JSON.stringify(value)).not.toContain("Undecodable")
              expect(yield* Schema.encode(endpoint.successSchema as unknown as Json)(value)).toEqual(answer)
            })
        )
      }
    })
  }
})
