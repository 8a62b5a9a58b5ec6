import * as InventApi from "@effect-invent/domain/api/InventApi"
import { ChatId } from "@effect-invent/domain/Ids"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpServer from "@effect/platform/HttpServer"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { Agent, request as httpRequest } from "node:http"
import { Readable } from "node:stream"
import { Emulator, layerServer, type ServerSettings } from "../src/Emulator.ts"
import * as Faults from "../src/Faults.ts"
import * as ApiKeys from "../src/Http/ApiKeys.ts"
import * as Log from "../src/Log.ts"
import * as Behaviour from "../src/Behaviour.ts"
import { longestBody } from "../src/Http/IncomingRequest.ts"
import * as NodeServer from "../src/Http/NodeServer.ts"
import * as RateLimiter from "../src/Http/RateLimiter.ts"
import * as Server from "../src/Http/Server.ts"
import * as SocketCarrier from "../src/Http/SocketCarrier.ts"
import { make as makeWorld, World } from "../src/World.ts"
import { conforms, openChat, requests, send, withWorld } from "./Conformance.ts"
import { behaves } from "./Endpoints.ts"

const layer = (settings?: ServerSettings) => withWorld(Layer.merge(layerServer(settings), NodeHttpClient.layerUndici))

conforms(layer)
behaves(layer)

describe("the server", () => {
  it.effect("is on the loopback address, and two of them share nothing", () =>
    Effect.gen(function* () {
      const first = yield* Emulator
      const second = yield* Effect.provide(Emulator, yield* Layer.build(layerServer()))
      assert.match(first.url, /^http:\/\/127\.0\.0\.1:\d+$/)
      assert.notStrictEqual(first.url, second.url)
      const { chat_id } = yield* openChat
      assert.strictEqual((yield* Effect.flip(second.world.snapshot(ChatId.make(chat_id)))).status, 404)
      assert.strictEqual(Redacted.value(first.apiKey("a")), Redacted.value(second.apiKey("a")))
      assert.notStrictEqual(Redacted.value(first.apiKey("a")), Redacted.value(first.apiKey("b")))
    }).pipe(Effect.scoped, Effect.provide(layer()))
  )

  it.effect("answers 500 to a fault of its own, of whatever kind, says so in its log, and lives", () => {
    const said: Array<unknown> = []
    const logger = Logger.replace(
      Logger.defaultLogger,
      Logger.make(({ logLevel, message }) => void said.push([logLevel.label, message]))
    )
    const broken = Layer.effect(
      World,
      Effect.map(makeWorld, (world) => ({ ...world, listMessages: () => Effect.die(new RangeError("out of order")) }))
    )
    const server = Server.layer.pipe(
      Layer.provideMerge(
        Layer.mergeAll(broken, ApiKeys.layer, RateLimiter.layer(), Faults.layer(), SocketCarrier.layer)
      ),
      Layer.provideMerge(Layer.mergeAll(Log.layer, Behaviour.layer())),
      Layer.provideMerge(
        HttpServer.layerTestClient.pipe(
          Layer.provide(NodeHttpClient.layerUndici),
          Layer.provideMerge(NodeServer.layer(0, "127.0.0.1"))
        )
      )
    )
    return Effect.gen(function* () {
      const { issue } = yield* ApiKeys.Keys
      const client = HttpClient.mapRequest(
        yield* HttpClient.HttpClient,
        HttpClientRequest.bearerToken(issue("scheduler"))
      )
      const statuses = yield* Effect.forEach(["/chats/chat_1/messages", "/chats/chat_1/messages", "/nowhere"], (path) =>
        Effect.map(client.get(path), ({ status }) => status)
      )
      assert.deepStrictEqual(statuses, [500, 500, 404])
      assert.deepStrictEqual(said, Array(2).fill(["ERROR", ["A request could not be handled"]]))
    }).pipe(Effect.provide(Layer.provideMerge(server, logger)))
  })

  it.effect("has every endpoint of the contract, and knows it in its log", () =>
    Effect.gen(function* () {
      const expected: Array<string> = []
      const sent: Array<
        Effect.Effect<{ readonly status: number; readonly body: string }, unknown, Emulator | HttpClient.HttpClient>
      > = []
      HttpApi.reflect(InventApi.InventApi, {
        onGroup: () => {},
        onEndpoint: ({ endpoint, group }) => {
          expected.push(`${group.identifier}.${endpoint.name}`)
          const body = endpoint.method === "GET" ? {} : { body: "{}" }
          sent.push(send(endpoint.method, endpoint.path.replaceAll(/:\w+/g, "none"), body))
        }
      })
      for (const { body, status } of yield* Effect.all(sent)) {
        assert.isBelow(status, 500)
        assert.notInclude(body, "There is no such endpoint")
      }
      assert.deepStrictEqual(
        (yield* requests).map(({ endpoint }) => endpoint),
        expected
      )
    }).pipe(Effect.provide(layer()))
  )

  it.effect("logs a request whose client went away, and lives", () =>
    Effect.gen(function* () {
      const { apiKey, url } = yield* Emulator
      const request = httpRequest(`${url}/chats/chat_1/state`, {
        method: "PATCH",
        headers: { authorization: `Bearer ${Redacted.value(apiKey("scheduler"))}`, "content-length": 100 }
      })
      request.on("error", () => {})
      request.write("{", () => request.destroy())
      const entries = yield* Effect.yieldNow().pipe(
        Effect.zipRight(requests),
        Effect.repeat({ until: (entries) => entries.length > 0 })
      )
      assert.deepStrictEqual(
        entries.map(({ applied, endpoint }) => [endpoint, applied]),
        [["state.update", false]]
      )
      assert.strictEqual((yield* send("GET", "/chats/chat_1/messages")).status, 404)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("closes at once, and the connection of a client that has sent half of its request", () =>
    Effect.gen(function* () {
      const cut = yield* Deferred.make<void>()
      const url = yield* Effect.gen(function* () {
        const { apiKey, url } = yield* Emulator
        yield* send("GET", "/no/such/path")
        // The server says "continue" once it has the head and waits for the body.
        yield* Effect.async<void>((resume) => {
          const authorization = `Bearer ${Redacted.value(apiKey("scheduler"))}`
          const headers = { authorization, "content-length": 100, expect: "100-continue" }
          httpRequest(`${url}/chats/chat_1/state`, { method: "PATCH", headers })
            .on("error", () => Deferred.unsafeDone(cut, Effect.void))
            .on("continue", () => resume(Effect.void))
            .flushHeaders()
        })
        return url
      }).pipe(Effect.provide(layerServer()))
      yield* Deferred.await(cut)
      const error = yield* Effect.flip(HttpClient.get(url))
      assert.strictEqual(error._tag, "RequestError")
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )
})

describe("an answer to HEAD", () => {
  it.effect("has the head of an answer to GET, and no body", () =>
    Effect.gen(function* () {
      const { chat_id } = yield* openChat
      const got = yield* send("GET", `/chats/${chat_id}/messages`)
      const head = yield* send("HEAD", `/chats/${chat_id}/messages`)
      assert.deepStrictEqual([head.status, head.body], [200, ""])
      for (const name of ["content-length", "content-type", "pagination-count"])
        assert.strictEqual(head.headers[name], got.headers[name])
    }).pipe(Effect.provide(layer()))
  )
})

describe("a body that no client should send", () => {
  it.effect("is refused with 413 before it is read, when it is longer than the bound", () =>
    Effect.gen(function* () {
      const { apiKey, url } = yield* Emulator
      const authorization = `Bearer ${Redacted.value(apiKey("scheduler"))}`
      const status = yield* Effect.async<number | undefined>((resume) => {
        const headers = { authorization, "content-length": longestBody + 1 }
        const request = httpRequest(`${url}/chats/chat_1/state`, { method: "PATCH", headers })
        request.on("error", () => {})
        request.on("response", ({ statusCode }) => {
          request.destroy()
          resume(Effect.succeed(statusCode))
        })
        request.flushHeaders()
      })
      assert.strictEqual(status, 413)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("is refused with 413 when its length was not announced, by clients that still send it", () =>
    Effect.gen(function* () {
      const { apiKey, url } = yield* Emulator
      const authorization = `Bearer ${Redacted.value(apiKey("scheduler"))}`
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const piece = Buffer.alloc(1024 * 1024, 32)
      const ask = (pieces: number) =>
        Effect.async<number | undefined>((resume) => {
          const request = httpRequest(`${url}/chats/chat_1/state`, {
            method: "PATCH",
            agent,
            headers: { authorization }
          })
          request.on("response", (response) => {
            response.resume()
            response.on("end", () => resume(Effect.succeed(response.statusCode)))
          })
          Readable.from(Array(pieces).fill(piece)).pipe(request)
        })
      assert.deepStrictEqual([yield* ask(80), yield* ask(1)], [413, 400])
      const body = new Blob(Array(80).fill(piece)).stream()
      const fetched = yield* Effect.promise(() =>
        fetch(`${url}/chats/chat_1/state`, {
          method: "PATCH",
          headers: { authorization, "content-type": "application/json" },
          body,
          duplex: "half"
        } as RequestInit)
      )
      assert.strictEqual(fetched.status, 413)
      agent.destroy()
    }).pipe(Effect.provide(layer()))
  )

  it.effect("is refused with 400 when it is nested too deeply, and when it is not called JSON", () =>
    Effect.gen(function* () {
      const { chat_id } = yield* openChat
      const deep = "[".repeat(100_000) + "]".repeat(100_000)
      assert.strictEqual((yield* send("PATCH", `/chats/${chat_id}/state`, { body: deep })).status, 400)
      const { apiKey, url } = yield* Emulator
      const bodies = [
        ["multipart/form-data; boundary=b", "--b\r\n"],
        ["application/x-www-form-urlencoded", "state=OPEN"],
        ["text/plain", "{}"],
        ["application/json; charset=utf-8", "{}"]
      ] as const
      const statuses = yield* Effect.forEach(bodies, ([type, body]) =>
        HttpClientRequest.patch(`${url}/chats/${chat_id}/state`).pipe(
          HttpClientRequest.bearerToken(apiKey("scheduler")),
          HttpClientRequest.bodyText(body, type),
          HttpClient.execute,
          Effect.map(({ status }) => status)
        )
      )
      assert.deepStrictEqual(statuses, [400, 400, 400, 200])
    }).pipe(Effect.provide(layer()))
  )
})
