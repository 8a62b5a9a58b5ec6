/** Answers that are read piece by piece, over each transport. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { gzipSync } from "node:zlib"
import * as Sockets from "./Sockets.ts"
import { calls } from "./Vendor.ts"

const json = { "content-type": "application/json" }
const gzip = { ...json, "content-encoding": "gzip" }
const message = Buffer.from(`{"id":"mäß€😀"}`)
const bytesOf = (text: Buffer) => Array.from(text, (byte) => Buffer.of(byte))

const maxBodyBytes = 1000
const megabyte = Buffer.alloc(1024 * 1024, 0x20)
const bomb = gzipSync(Buffer.concat([megabyte, megabyte]))

/** Each with more than the bound, before and after the codings are undone. */
const endless = {
  "in chunks": { headers: json, begins: megabyte },
  "of announced length": { headers: { ...json, "content-length": 2 * megabyte.length }, begins: megabyte },
  "in compressed chunks": { headers: gzip, begins: bomb.subarray(0, bomb.length - 100) }
}

for (const [transport, httpClient] of Object.entries({ ...Sockets.transports, "node:http": NodeHttpClient.layer })) {
  describe(`over ${transport}, an answer`, () => {
    for (const [how, { begins, headers }] of Object.entries(endless)) {
      it.scopedLive(`${how} that goes beyond the bound is not waited for, and its connection is closed`, () =>
        Effect.gen(function* () {
          const closed = yield* Deferred.make<void>()
          const { baseUrl } = yield* Sockets.serve((response) => {
            response.on("close", () => Deferred.unsafeDone(closed, Exit.void))
            response.writeHead(200, headers).write(begins)
          })
          const invent = yield* Sockets.connect(baseUrl, httpClient, { maxBodyBytes })
          expect(yield* Effect.flip(calls.Unsafe(invent))).toMatchObject({
            _tag: "UnexpectedResponse",
            issue: `body larger than ${maxBodyBytes} bytes`
          })
          yield* Deferred.await(closed)
        })
      )
    }

    it.scopedLive("in chunks of one byte is read, with all its characters", () =>
      Effect.gen(function* () {
        for (const [headers, bytes] of [
          [json, message],
          [gzip, gzipSync(message)]
        ] as const) {
          const { baseUrl } = yield* Sockets.serve((response) => {
            response.writeHead(200, headers)
            for (const byte of bytesOf(bytes)) response.write(byte)
            response.end()
          })
          const invent = yield* Sockets.connect(baseUrl, httpClient)
          expect((yield* calls.Unsafe(invent)).id).toBe("mäß€😀")
        }
      })
    )

    it.scopedLive("in compressed chunks that break off is lost", () =>
      Effect.gen(function* () {
        const { baseUrl } = yield* Sockets.serve((response) => {
          response.writeHead(200, gzip).write(gzipSync(message).subarray(0, 20), () => response.socket?.destroy())
        })
        const invent = yield* Sockets.connect(baseUrl, httpClient, { retry: { maxAttempts: 1 } })
        expect(yield* Effect.flip(calls.Unsafe(invent))).toMatchObject({
          _tag: "OutcomeUnknown",
          reason: "the body broke off"
        })
      })
    )
  })
}

const unstreamed = HttpClient.transformResponse(
  Effect.map((response) => Object.create(response, { stream: { value: Stream.dieMessage("the stream was read") } }))
)
const readBefore = HttpClient.tap((response) => response.arrayBuffer)

const bodies = [
  ["in chunks", json, message],
  ["in compressed chunks", gzip, gzipSync(message)]
] as const

for (const [transport, httpClient] of Object.entries(Sockets.transports)) {
  describe(`over ${transport}, an answer`, () => {
    const through = (owner: (client: HttpClient.HttpClient) => HttpClient.HttpClient) =>
      Layer.provide(Layer.effect(HttpClient.HttpClient, Effect.map(HttpClient.HttpClient, owner)), httpClient)

    for (const [what, headers, bytes] of bodies) {
      const serve = (status: number) => Sockets.serve((response) => response.writeHead(status, headers).end(bytes))

      it.scopedLive(`${what} is read without the platform's stream, which costs twice as much`, () =>
        Effect.gen(function* () {
          const { baseUrl } = yield* serve(200)
          const invent = yield* Sockets.connect(baseUrl, through(unstreamed))
          expect((yield* calls.Unsafe(invent)).id).toBe("mäß€😀")
        })
      )

      it.scopedLive(`${what}, of an error, is read without the platform's stream`, () =>
        Effect.gen(function* () {
          const { baseUrl } = yield* serve(400)
          const invent = yield* Sockets.connect(baseUrl, through(unstreamed))
          expect(yield* Effect.flip(calls.Unsafe(invent))).toMatchObject({
            _tag: "BadRequest",
            excerpt: `{"id":"mäß€😀"}`
          })
        })
      )

      it.scopedLive(`${what} whose bytes the transport's owner has read is read, too`, () =>
        Effect.gen(function* () {
          const { baseUrl } = yield* serve(200)
          const invent = yield* Sockets.connect(baseUrl, through(readBefore))
          expect((yield* calls.Unsafe(invent)).id).toBe("mäß€😀")
        })
      )
    }
  })
}
