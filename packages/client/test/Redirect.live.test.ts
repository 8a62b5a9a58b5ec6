import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Sockets from "./Sockets.ts"
import { calls } from "./Vendor.ts"

const statuses = [300, 301, 302, 303, 304, 307, 308]

const redirectTo =
  (location: string, status: number): Sockets.Reply =>
  (response) => {
    response.writeHead(status, { location }).end()
  }

for (const [transport, httpClient] of Object.entries(Sockets.transports)) {
  describe(`over ${transport}, a redirect`, () => {
    for (const status of statuses) {
      it.scopedLive(`of ${status} is UnexpectedResponse, and nobody else sees the request or the key`, () =>
        Effect.gen(function* () {
          const other = yield* Sockets.serve((response) => response.end(`{"id":"m"}`))
          const { baseUrl, requests } = yield* Sockets.serve(redirectTo(`${other.baseUrl}/elsewhere`, status))
          const invent = yield* Sockets.connect(baseUrl, httpClient)
          for (const call of [calls.Unsafe, calls.Idempotent, calls.Safe] as const) {
            const error = yield* Effect.flip<unknown, unknown, never>(call(invent))
            expect(error).toMatchObject({ _tag: "UnexpectedResponse", status })
          }
          expect(requests.length).toBe(3)
          expect(other.requests).toEqual([])
        })
      )
    }

    it.scopedLive("to itself is UnexpectedResponse, too, after one request", () =>
      Effect.gen(function* () {
        const { baseUrl, requests } = yield* Sockets.serve((response, request) =>
          redirectTo(request.url!, 307)(response, request)
        )
        const invent = yield* Sockets.connect(baseUrl, httpClient)
        expect(yield* Effect.flip(calls.Unsafe(invent))).toMatchObject({ _tag: "UnexpectedResponse", status: 307 })
        expect(requests.length).toBe(1)
      })
    )
  })
}

describe("a RequestInit of the user's", () => {
  const mine = { headers: { "x-mine": "yes" }, redirect: "follow" } as const

  it.scopedLive("still counts where the transport was given it, except for redirects", () =>
    Effect.gen(function* () {
      const other = yield* Sockets.serve((response) => response.end(`{"id":"m"}`))
      const { baseUrl, requests } = yield* Sockets.serve(redirectTo(other.baseUrl, 302))
      const own = Layer.provide(FetchHttpClient.layer, Layer.succeed(FetchHttpClient.RequestInit, mine))
      const invent = yield* Sockets.connect(baseUrl, own)
      expect((yield* Effect.flip(calls.Unsafe(invent)))._tag).toBe("UnexpectedResponse")
      expect(requests[0]).toMatchObject({ "x-mine": "yes", authorization: "Bearer key-1" })
      expect(other.requests).toEqual([])
    })
  )

  it.scopedLive("still counts around a call, except for redirects, and is not changed for anybody else", () =>
    Effect.gen(function* () {
      const other = yield* Sockets.serve((response) => response.end(`{"id":"m"}`))
      const { baseUrl, requests } = yield* Sockets.serve(redirectTo(other.baseUrl, 302))
      const httpClient = Context.get(yield* Layer.build(FetchHttpClient.layer), HttpClient.HttpClient)
      const invent = yield* Sockets.connect(baseUrl, Layer.succeed(HttpClient.HttpClient, httpClient))
      yield* Effect.gen(function* () {
        expect((yield* Effect.flip(calls.Unsafe(invent)))._tag).toBe("UnexpectedResponse")
        expect(requests[0]).toMatchObject({ "x-mine": "yes" })
        expect(other.requests).toEqual([])
        expect(yield* FetchHttpClient.RequestInit).toBe(mine)
        expect((yield* httpClient.get(baseUrl)).status).toBe(200)
        expect(other.requests.length).toBe(1)
      }).pipe(Effect.provideService(FetchHttpClient.RequestInit, mine))
    })
  )
})
