import { text } from "@effect-invent/domain/Chat/MessagePart"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import type { IncomingMessage, ServerResponse } from "node:http"
import { Readable } from "node:stream"
import { it } from "../../../tools/testing/it.ts"
import { client, Emulator, layer } from "../src/Emulator.ts"
import { longestBody, tooLong } from "../src/Http/IncomingRequest.ts"
import { NodeRequest } from "../src/Http/NodeServer.ts"
import { conforms, openChat, requests, send, withWorld } from "./Conformance.ts"
import { behaves } from "./Endpoints.ts"

const start = (...settings: Parameters<typeof layer>) => withWorld(layer(...settings))

conforms(start)
behaves(start)

describe("the emulator inside a test", () => {
  it.effect("has the address and the key of a client before it starts", () =>
    Effect.gen(function* () {
      const { apiKey, url } = yield* Emulator
      assert.deepStrictEqual({ baseUrl: url, apiKey: apiKey("client") }, client)
    }).pipe(Effect.provide(start()))
  )

  it.effect("lives under the test's clock: what is due in a day is there after a day that takes no time", () =>
    Effect.gen(function* () {
      const { world } = yield* Emulator
      const { chat_id } = yield* openChat
      const follow_up_at = DateTime.add(yield* DateTime.now, { days: 1 })
      yield* send("PATCH", `/chats/${chat_id}/state`, { body: JSON.stringify({ follow_up_at }) })
      yield* TestClock.adjust("1 day")
      const { messages } = yield* world.listMessages(chat_id)
      assert.deepStrictEqual(messages.at(-1)?.created_at, follow_up_at)
      assert.deepStrictEqual(
        (yield* requests).map(({ answered_at, at }) => DateTime.distance(at, answered_at)),
        [0, 0]
      )
    }).pipe(Effect.provide(start()))
  )

  it.effect("is all the network there is", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(HttpClient.get("https://api.useinvent.com/chats/chat_1/messages"))
      assert.deepInclude(error, { _tag: "RequestError", reason: "Transport" })
      assert.deepInclude((error as { cause?: object }).cause, { code: "ENOTFOUND" })
    }).pipe(Effect.provide(start()))
  )

  it.effect("logs a request whose caller went away, and keeps the change that it had begun", () =>
    Effect.gen(function* () {
      const { world } = yield* Emulator
      const { chat_id } = yield* openChat
      const fiber = yield* Effect.fork(send("PATCH", `/chats/${chat_id}/state`, { body: '{"state":"CLOSED"}' }))
      yield* Effect.yieldNow()
      const exit = yield* Fiber.interrupt(fiber)
      assert.isTrue(exit._tag === "Failure" && Cause.isInterrupted(exit.cause))
      const [, entry] = yield* requests
      const closed = (yield* world.snapshot(chat_id)).state?.state === "CLOSED"
      assert.strictEqual(entry?.applied ?? false, closed)
      assert.strictEqual((yield* send("GET", `/chats/${chat_id}/messages`)).status, 200)
    }).pipe(Effect.provide(start()))
  )

  it.effect("takes a file of 50 MB, and refuses a body that is longer than its bound with 413", () =>
    Effect.gen(function* () {
      const { apiKey, url } = yield* Emulator
      const body = `{"file":"${"A".repeat(Math.ceil((50 * 1024 * 1024) / 3) * 4)}"}`
      assert.strictEqual((yield* send("POST", "/orgs/c/files", { body })).status, 200)
      const refused = yield* HttpClientRequest.patch(`${url}/chats/chat_1/state`).pipe(
        HttpClientRequest.bearerToken(apiKey("scheduler")),
        HttpClientRequest.setHeader("content-length", String(longestBody + 1)),
        HttpClient.execute
      )
      assert.strictEqual(refused.status, 413)
    }).pipe(Effect.provide(start()))
  )

  it.effect("refuses with 413 a body whose length is not announced, once it is longer than the bound", () =>
    Effect.gen(function* () {
      const { apiKey, url } = yield* Emulator
      const piece = new Uint8Array(1024 * 1024).fill(32)
      const statusOf = (pieces: number) =>
        HttpClientRequest.patch(`${url}/chats/chat_1/state`).pipe(
          HttpClientRequest.bearerToken(apiKey("scheduler")),
          HttpClientRequest.bodyStream(Stream.take(Stream.repeatValue(piece), pieces), {
            contentType: "application/json"
          }),
          HttpClient.execute,
          Effect.map(({ status }) => status)
        )
      assert.deepStrictEqual([yield* statusOf(72), yield* statusOf(73)], [400, 413])
    }).pipe(Effect.provide(start()))
  )

  it.effect("reads a body over a socket to its bound, and fails with 413 beyond it", () =>
    Effect.gen(function* () {
      const piece = Buffer.alloc(1024 * 1024, 32)
      const read = (pieces: number) =>
        new NodeRequest(Readable.from(Array(pieces).fill(piece)) as IncomingMessage, {} as ServerResponse).text
      assert.strictEqual((yield* read(72)).length, longestBody)
      assert.strictEqual(yield* Effect.flip(read(73)), tooLong)
    })
  )

  it.effect("is one of many: two of them share nothing", () =>
    Effect.gen(function* () {
      const { world } = yield* Emulator
      const chat = yield* openChat
      const elsewhere = yield* Effect.exit(
        Effect.provide(
          Effect.flatMap(Emulator, ({ world }) => world.sendMessage(chat, { message: text("Hello?") })),
          start()
        )
      )
      assert.strictEqual(elsewhere._tag, "Failure")
      assert.strictEqual((yield* world.listMessages(chat.chat_id)).count, 1)
    }).pipe(Effect.provide(start()))
  )
})
