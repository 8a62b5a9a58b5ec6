import * as InventClient from "@effect-invent/client/InventClient"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServer from "@effect/platform/HttpServer"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import { describe, expect, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { createServer } from "node:http"
import { connect } from "./Sockets.ts"

const chat = (id: string) => ({ id, updated_at: "2026-03-04T10:00:00Z" })

type Client = InventClient.InventClient["Type"]

/** Each is done when the client has emitted this many changes. */
interface Emitted {
  readonly one: Deferred.Deferred<void>
  readonly two: Deferred.Deferred<void>
}

const serve = (path: "inbox" | "chats", handshakes: Array<string | undefined>, emitted: Emitted) =>
  HttpRouter.empty.pipe(
    HttpRouter.get(`/orgs/c/${path}`, HttpServerResponse.json([chat("listed")])),
    HttpRouter.get(
      `/orgs/c/${path}/ws`,
      Effect.gen(function* () {
        handshakes.push((yield* HttpServerRequest.HttpServerRequest).headers["authorization"])
        const socket = yield* HttpServerRequest.upgrade
        const write = yield* socket.writer
        const nth = handshakes.length
        const push = write(JSON.stringify({ data: chat(`pushed ${nth}`) }))
        yield* Effect.forkScoped(Effect.zipRight(Deferred.await(emitted.one), push))
        // The first connection is closed by the server.
        const end = nth === 1 ? Deferred.await(emitted.two) : Effect.never
        yield* Effect.raceFirst(
          socket.runRaw(() => {}),
          end
        )
        return HttpServerResponse.empty()
      }).pipe(Effect.scoped)
    ),
    HttpServer.serve(),
    Layer.provideMerge(NodeHttpServer.layer(() => createServer(), { host: "127.0.0.1", port: 0 }))
  )

const streams = [
  ["inbox", "inbox.events", (invent: Client) => invent.inbox.events()],
  ["chats", "chats.events", (invent: Client) => invent.chats.events()]
] as const

describe("over a real socket", () => {
  for (const [path, name, events] of streams) {
    it.scopedLive(`${name} sends the key in the handshake, and comes back when the server closes`, () =>
      Effect.gen(function* () {
        const handshakes: Array<string | undefined> = []
        const emitted: Emitted = { one: yield* Deferred.make<void>(), two: yield* Deferred.make<void>() }
        const server = yield* Layer.build(serve(path, handshakes, emitted))
        const url = yield* Effect.provide(HttpServer.addressFormattedWith(Effect.succeed), server)
        const invent: Client = yield* connect(url, NodeHttpClient.layerUndici)
        let count = 0
        const countOne = Effect.suspend(() => Deferred.succeed(++count === 1 ? emitted.one : emitted.two, undefined))
        const changes = yield* events(invent).pipe(
          Stream.tap(() => countOne),
          Stream.take(3),
          Stream.runCollect,
          Effect.provide(NodeSocket.layerWebSocketConstructor)
        )
        expect(
          Chunk.toReadonlyArray(changes).map((change) =>
            "chat" in change ? `${change._tag} ${change.chat.id}` : change
          )
        ).toEqual(["Listed listed", "Pushed pushed 1", "Pushed pushed 2"])
        expect(handshakes).toEqual(["Bearer key-1", "Bearer key-1"])
      })
    )
  }
})
