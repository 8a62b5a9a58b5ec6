/**
 * Answers that are lost on a real connection, in front of a stateful server that has applied the request, or has not.
 */
import * as Reconcile from "@effect-invent/client/Reconcile"
import { ConnectionId } from "@effect-invent/domain/Ids"
import * as MessagePart from "@effect-invent/domain/Chat/MessagePart"
import * as Emulator from "@effect-invent/emulator/Emulator"
import { pendingTool } from "@effect-invent/emulator/PendingTool"
import * as Reply from "@effect-invent/emulator/Reply"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { describe, expect, it } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as http from "node:http"
import type { AddressInfo, Socket } from "node:net"
import * as Sockets from "./Sockets.ts"

/** How many bytes of the raw answer get through; none forwarded at all when "unsent". */
type Cut = "unsent" | ((headers: number, body: number) => number)

const raw = (answer: http.IncomingMessage, body: Buffer) => {
  const kept = Object.entries(answer.headers).filter(
    ([name]) => name !== "transfer-encoding" && name !== "content-length"
  )
  const lines = kept.map(([name, value]) => `${name}: ${String(value)}\r\n`).join("")
  const head = `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${lines}content-length: ${body.length}\r\n\r\n`
  return { head: Buffer.from(head, "latin1"), body }
}

/** Forwards each request whole. Cuts the answers to the first POSTs, one cut each. */
const proxy = (target: string, cuts: ReadonlyArray<Cut>) =>
  Effect.acquireRelease(
    Effect.async<{ server: http.Server; baseUrl: string; posts: () => number }>((resume) => {
      let posts = 0
      const forward = (request: http.IncomingMessage, sent: Buffer, socket: Socket, cut: Cut | undefined) => {
        const { headers, method } = request
        const onward = http.request(`${target}${request.url}`, { method, headers, agent: false }, (answer) => {
          const chunks: Array<Buffer> = []
          answer.on("data", (chunk: Buffer) => chunks.push(chunk))
          answer.on("end", () => {
            const { body, head } = raw(answer, Buffer.concat(chunks))
            const whole = Buffer.concat([head, body])
            if (typeof cut !== "function") return void socket.write(whole)
            socket.write(whole.subarray(0, Math.floor(cut(head.length, body.length))), () => socket.end())
          })
        })
        onward.end(sent)
      }
      const server = http.createServer((request) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          const cut = request.method === "POST" ? cuts[posts++] : undefined
          if (cut === "unsent") request.socket.destroy()
          else forward(request, Buffer.concat(chunks), request.socket, cut)
        })
      })
      server.on("connection", (socket) => socket.on("error", () => {}))
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        resume(Effect.succeed({ server, baseUrl: `http://127.0.0.1:${port}`, posts: () => posts }))
      })
    }),
    ({ server }) =>
      Effect.async<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )

const places: Record<string, Cut> = {
  "before it is forwarded": "unsent",
  "before the headers": () => 0,
  "inside the headers": (headers) => headers / 2,
  "after the headers": (headers) => headers,
  "after a quarter of the body": (headers, body) => headers + body / 4,
  "after half of the body": (headers, body) => headers + body / 2,
  "after three quarters of the body": (headers, body) => headers + (body * 3) / 4,
  "before the last byte": (headers, body) => headers + body - 1
}

const quick = { visibleWithin: "200 millis", looks: 3 } as const
const hello = MessagePart.text("Hello, again")
const script: Reply.Script = ({ contactText }) => (contactText === "connect" ? Reply.Tool("connect") : Reply.Silence)
const layer = Emulator.layerServer({ script, replyDelay: 0, runDelay: 0 })

/** Ada's chat in a local Invent, and a client that reaches it through such a proxy. */
const setUp = (cuts: ReadonlyArray<Cut>) =>
  Effect.gen(function* () {
    const { apiKey, log, url, world } = yield* Emulator.Emulator
    const ada = yield* world.addContact({ name: "Ada", channels: [{ type: "custom" }] })
    const path = { contact_id: ada.id, channel_id: ada.channels[0]!.id }
    const chat = yield* world.createChat(path, {})
    const { baseUrl, posts } = yield* proxy(url, cuts)
    const invent = yield* Sockets.connect(baseUrl, NodeHttpClient.layerUndici, { apiKey: apiKey("ada") })
    const messages = Effect.map(world.listMessages(chat.id, { take: 100 }), (page) => page.messages)
    const applied = Effect.map(
      log.entries,
      (entries) =>
        entries.filter((entry) => entry.kind === "request" && entry.method === "POST" && entry.applied).length
    )
    return { invent, world, log, posts, messages, applied, path: { ...path, chat_id: chat.id } }
  })

for (const [where, cut] of Object.entries(places)) {
  const sends = cut === "unsent" ? 2 : 1

  describe(`an answer that is cut ${where}`, () => {
    it.scopedLive("leaves a message that was sent once", () =>
      Effect.gen(function* () {
        const { applied, invent, messages, path, posts } = yield* setUp([cut])
        const message = yield* Reconcile.sendMessage(invent, { path, payload: { message: hello } }, quick)
        expect((yield* messages).map(({ id }) => id)).toEqual([message.id])
        expect({ applied: yield* applied, posts: posts() }).toEqual({ applied: 1, posts: sends })
      }).pipe(Effect.provide(layer))
    )

    it.scopedLive("leaves a message on a channel that was sent once, though it is the second of these words", () =>
      Effect.gen(function* () {
        const { applied, invent, messages, path, posts, world } = yield* setUp([cut])
        const earlier = yield* world.sendMessage(path, { message: hello })
        const request = { path, payload: { message: hello } }
        const message = yield* Reconcile.sendMessageOnChannel(invent, request, quick)
        expect((yield* messages).map(({ id }) => id)).toEqual([earlier.id, message.id])
        expect({ applied: yield* applied, posts: posts() }).toEqual({ applied: 1, posts: sends })
      }).pipe(Effect.provide(layer))
    )

    it.scopedLive("leaves a tool that was answered once", () =>
      Effect.gen(function* () {
        const { applied, invent, messages, path, posts, world } = yield* setUp([cut])
        yield* world.sendMessage(path, { message: MessagePart.text("connect") })
        const asked = yield* Effect.flatMap(messages, (all) =>
          Arr.findFirst(all, (message) => Option.isSome(pendingTool(message)))
        ).pipe(Effect.retry(Schedule.spaced("5 millis")))
        const tool = Option.getOrThrow(pendingTool(asked))
        const answer = yield* Reconcile.respondToTool(
          invent,
          {
            path: { ...path, message_id: asked.id, tool_call_id: tool.tool_call_id },
            payload: { type: "connection", connection_id: ConnectionId.make("con_1") }
          },
          quick
        )
        expect(JSON.stringify(answer.messages)).toContain("con_1")
        expect({ applied: yield* applied, posts: posts() }).toEqual({ applied: 1, posts: sends })
      }).pipe(Effect.provide(layer))
    )

    it.scopedLive("leaves a chat that was created once, where chats can be looked up", () =>
      Effect.gen(function* () {
        const { applied, invent, log, path, posts, world } = yield* setUp([cut])
        const findChat = Effect.flatMap(log.entries, (entries) =>
          Effect.forEach(
            entries.flatMap((entry) => (entry.kind === "chat" ? [entry.chat_id] : [])),
            (id) => world.snapshot(id)
          )
        )
        const before = (yield* findChat).map(({ id }) => id)
        const request = { path, payload: { title: "A new one", message: hello } }
        const chat = yield* Reconcile.createChat(invent, request, { ...quick, findChat })
        expect((yield* findChat).map(({ id }) => id)).toEqual([...before, chat.id])
        expect({ applied: yield* applied, posts: posts() }).toEqual({ applied: 1, posts: sends })
      }).pipe(Effect.provide(layer))
    )
  })
}

describe("a request that never comes through", () => {
  it.scopedLive("is OutcomeUnknown after as many sends as allowed", () =>
    Effect.gen(function* () {
      const { applied, invent, path, posts } = yield* setUp(["unsent", "unsent", "unsent", "unsent"])
      const request = { path, payload: { message: hello } }
      const error = yield* Effect.flip(Reconcile.sendMessage(invent, request, { ...quick, maxSends: 3 }))
      expect(error._tag).toBe("OutcomeUnknown")
      expect({ applied: yield* applied, posts: posts() }).toEqual({ applied: 0, posts: 3 })
    }).pipe(Effect.provide(layer))
  )
})
