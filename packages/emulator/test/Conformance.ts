/** What every way of running the emulator must do, as a function of the layer that runs it. */
import * as InventApi from "@effect-invent/domain/api/InventApi"
import { ConnectionId, OrgId } from "@effect-invent/domain/Ids"
import { text } from "@effect-invent/domain/Chat/MessagePart"
import * as HttpApiClient from "@effect/platform/HttpApiClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type { HttpMethod } from "@effect/platform/HttpMethod"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { Emulator, type Settings } from "../src/Emulator.ts"
import * as Log from "../src/Log.ts"
import { pendingTool } from "../src/Assistant/PendingTool.ts"
import * as Reply from "../src/Assistant/Reply.ts"
import { World } from "../src/World.ts"
import * as PrintedKeys from "./PrintedKeys.ts"
import { addAda, read, stateOf, summary } from "./Fixtures.ts"

/** An emulator, the client that reaches it, and its world. */
export type Start = (settings?: Settings) => Layer.Layer<Emulator | HttpClient.HttpClient | World, unknown>

/**
 * With the emulator's world as a service of its own, as the fixtures want it. For faults, which change answers on
 * purpose.
 */
export const withWorldUnchecked = <E>(
  emulator: Layer.Layer<Emulator | HttpClient.HttpClient, E>
): Layer.Layer<Emulator | HttpClient.HttpClient | World, E> =>
  Layer.provideMerge(
    Layer.effect(
      World,
      Effect.map(Emulator, ({ world }) => world)
    ),
    emulator
  )

/** The same with a client that dies of an answer with a key that no page prints. */
export const withWorld = <E>(
  emulator: Layer.Layer<Emulator | HttpClient.HttpClient, E>
): Layer.Layer<Emulator | HttpClient.HttpClient | World, E> =>
  withWorldUnchecked(Layer.map(emulator, PrintedKeys.checked))

export const api = Effect.gen(function* () {
  const { apiKey, url } = yield* Emulator
  return yield* HttpApiClient.make(InventApi.InventApi, {
    baseUrl: url,
    transformClient: HttpClient.mapRequest(HttpClientRequest.bearerToken(apiKey("customers")))
  })
})

/** Sends exactly this, with the key named `scheduler` unless another header says otherwise. */
export const send = Effect.fnUntraced(function* (
  method: HttpMethod,
  path: string,
  options: { readonly body?: string; readonly authorization?: string } = {}
) {
  const { apiKey, url } = yield* Emulator
  const authorization = options.authorization ?? `Bearer ${Redacted.value(apiKey("scheduler"))}`
  const response = yield* HttpClientRequest.make(method)(`${url}${path}`).pipe(
    HttpClientRequest.setHeader("authorization", authorization),
    options.body === undefined ? (request) => request : HttpClientRequest.bodyText(options.body, "application/json"),
    HttpClient.execute
  )
  const bytes = new Uint8Array(yield* response.arrayBuffer)
  return { status: response.status, headers: response.headers, bytes, body: new TextDecoder().decode(bytes) }
})

export const openChat = Effect.gen(function* () {
  const ada = yield* addAda
  const invent = yield* api
  const path = { org_id: OrgId.make("c"), contact_id: ada.contact_id, channel_id: ada.channel_id }
  const chat = yield* invent.contacts.createChat({ path, payload: { title: "Order", message: text("Hello") } })
  return { ...path, chat_id: chat.id }
})

export const requests = Effect.gen(function* () {
  const { log } = yield* Emulator
  return (yield* log.entries).flatMap((entry) => (entry.kind === "request" ? [entry] : []))
})

export const conforms = (layer: Start) => {
  describe("the endpoints", () => {
    it.effect("answer with what the contract says, in a whole conversation", () =>
      Effect.gen(function* () {
        const { world } = yield* Emulator
        const invent = yield* api
        const path = yield* openChat
        yield* TestClock.adjust("1 second")
        const [opening, reply] = read(yield* invent.messages.list({ path, urlParams: {} }))
        assert(opening !== undefined && reply !== undefined)
        assert.deepStrictEqual(summary([opening, reply]), ["user COMPLETED", "assistant COMPLETED"])
        const call = Option.getOrThrow(pendingTool(reply))
        yield* invent.contacts.respondToTool({
          path: { ...path, message_id: reply.id, tool_call_id: call.tool_call_id },
          payload: { type: "connection", connection_id: ConnectionId.make("con_1") }
        })
        const payload = { message: text("And now?") }
        const first = yield* invent.contacts.sendMessage({ path, payload })
        const second = yield* invent.contacts.sendMessageOnChannel({ path, payload })
        assert.deepStrictEqual(
          [first, second].map(({ role }) => role),
          ["user", "user"]
        )
        const chat = yield* invent.state.update({ path, payload: { state: "SNOOZED", csat_score: 5 } })
        assert.deepStrictEqual(chat, yield* world.snapshot(path.chat_id))
        assert.deepInclude(chat.state, { state: "SNOOZED", csat_score: 5, ai_enabled: true })
      }).pipe(Effect.provide(layer({ script: () => Reply.Tool("connect") })))
    )

    it.effect("count the messages in headers", () =>
      Effect.gen(function* () {
        const { chat_id } = yield* openChat
        const { body, headers } = yield* send("GET", `/chats/${chat_id}/messages?page=2&take=1`)
        assert.strictEqual(body, "[]")
        assert.deepInclude(headers, { "pagination-count": "1", "pagination-page": "2", "pagination-take": "1" })
      }).pipe(Effect.provide(layer()))
    )

    it.effect("take `c` or the real id as the organization, and no other", () =>
      Effect.gen(function* () {
        const { orgId } = yield* Emulator
        const { channel_id, contact_id } = yield* openChat
        const statuses = yield* Effect.forEach(["c", orgId, "org_other"], (org) =>
          send("POST", `/orgs/${org}/contacts/${contact_id}/channels/${channel_id}/chats`, { body: "{}" })
        )
        assert.deepStrictEqual(
          statuses.map(({ status }) => status),
          [200, 200, 404]
        )
      }).pipe(Effect.provide(layer()))
    )
  })

  describe("a refused request", () => {
    it.effect("has status 401 without a key that was issued, before anything else is looked at", () =>
      Effect.gen(function* () {
        const { chat_id } = yield* openChat
        const paths = [`/chats/${chat_id}/messages`, "/no/such/path"]
        const headers = ["", "Bearer ", "Bearer wrong", "Basic emulator_key"]
        for (const path of paths) {
          for (const authorization of headers)
            assert.strictEqual((yield* send("GET", path, { authorization })).status, 401)
        }
      }).pipe(Effect.provide(layer()))
    )

    it.effect("has status 404 for an unknown path, method or chat", () =>
      Effect.gen(function* () {
        const { chat_id } = yield* openChat
        const answers = [
          yield* send("GET", "/no/such/path"),
          yield* send("DELETE", `/chats/${chat_id}/state`),
          yield* send("GET", "/chats/chat_none/messages"),
          yield* send("PATCH", "/chats/chat_none/state", { body: "{}" }),
          // An id that is empty, or whose bytes are no text; a path that only looks like one of the contract.
          yield* send("GET", "/chats//messages"),
          yield* send("GET", "/chats/%ff/messages"),
          yield* send("GET", `/chats/${chat_id}/messages/`),
          yield* send("GET", `/Chats/${chat_id}/messages`)
        ]
        assert.deepStrictEqual(
          answers.map(({ status }) => status),
          Array(answers.length).fill(404)
        )
        assert.strictEqual((yield* send("GET", `/chats/${encodeURIComponent(chat_id)}/messages`)).status, 200)
      }).pipe(Effect.provide(layer()))
    )

    it.effect("has status 400 when its body or query breaks a documented limit, and changes nothing", () =>
      Effect.gen(function* () {
        const { channel_id, chat_id, contact_id } = yield* openChat
        const before = yield* stateOf(chat_id)
        const patches = [
          "",
          "not JSON",
          "[]",
          '{"state":"open"}',
          '{"csat_score":0}',
          '{"csat_score":6}',
          '{"csat_score":null}',
          '{"follow_up_at":"tomorrow"}',
          '{"muted_until":"1971-01-01T00:00:00.001Z"}',
          '{"follow_up":null}'
        ]
        for (const body of patches) {
          assert.strictEqual((yield* send("PATCH", `/chats/${chat_id}/state`, { body })).status, 400, body)
        }
        assert.deepStrictEqual(yield* stateOf(chat_id), before)
        const chats = `/orgs/c/contacts/${contact_id}/channels/${channel_id}/chats`
        for (const body of [`{"title":"${"x".repeat(257)}"}`, '{"message":[]}', '{"message":[{"type":"file"}]}']) {
          assert.strictEqual((yield* send("POST", chats, { body })).status, 400, body)
        }
        for (const query of ["take=0", "take=101", "take=x", "page=0", "from_date=yesterday"]) {
          assert.strictEqual((yield* send("GET", `/chats/${chat_id}/messages?${query}`)).status, 400, query)
        }
        assert.isTrue((yield* requests).slice(1).every((entry) => !entry.applied))
      }).pipe(Effect.provide(layer()))
    )

    it.effect("is not refused at the documented limits themselves", () =>
      Effect.gen(function* () {
        const { channel_id, chat_id, contact_id } = yield* openChat
        const answers = [
          yield* send("PATCH", `/chats/${chat_id}/state`, { body: '{"csat_score":1}' }),
          yield* send("PATCH", `/chats/${chat_id}/state`, { body: '{"csat_score":5}' }),
          yield* send("PATCH", `/chats/${chat_id}/state`, { body: '{"muted_until":"1971-01-01T00:00:00Z"}' }),
          yield* send("GET", `/chats/${chat_id}/messages?take=100`),
          yield* send("POST", `/orgs/c/contacts/${contact_id}/channels/${channel_id}/chats`, {
            body: `{"title":"${"x".repeat(256)}"}`
          })
        ]
        assert.deepStrictEqual(
          answers.map(({ status }) => status),
          [200, 200, 200, 200, 200]
        )
      }).pipe(Effect.provide(layer()))
    )

    it.effect("carries the longest text that the contract allows, each of its characters escaped", () =>
      Effect.gen(function* () {
        const content = { type: "TEXT", text: "\n".repeat(2_097_152) }
        const body = JSON.stringify({ title: "Blank lines", content }).replaceAll("\\n", "\\u000a")
        const { status } = yield* send("POST", "/orgs/c/knowledge/contents", { body })
        assert.strictEqual(status, 200)
      }).pipe(Effect.provide(layer()))
    )

    for (const [errorBody, contentType] of [
      ["json", "application/json"],
      ["text", "text/plain"],
      ["html", "text/html"],
      ["empty", undefined]
    ] as const) {
      it.effect(`has a body of kind ${errorBody} when the option says so, for every status`, () =>
        Effect.gen(function* () {
          const answers = [
            yield* send("GET", "/chats/chat_none/messages"),
            yield* send("GET", "/no/such/path"),
            yield* send("PATCH", "/chats/chat_none/state", { body: "not JSON" }),
            yield* send("GET", "/chats/chat_none/messages", { authorization: "Bearer wrong" })
          ]
          assert.deepStrictEqual(
            answers.map(({ status }) => status),
            [404, 404, 400, 401]
          )
          for (const { body, headers } of answers) {
            assert.strictEqual(headers["content-type"]?.split(";")[0], contentType)
            assert.strictEqual(body === "", errorBody === "empty")
          }
        }).pipe(Effect.provide(layer({ behaviour: { errorBody } })))
      )
    }
  })

  describe("the limit", () => {
    const twice = { limit: 2, window: "60 seconds" } as const

    it.effect("answers 429 beyond it and lets requests in again in the next window; 401s do not count", () =>
      Effect.gen(function* () {
        const get = send("GET", "/chats/chat_none/messages")
        yield* send("GET", "/chats/chat_none/messages", { authorization: "Bearer wrong" })
        const first = yield* Effect.replicateEffect(get, 4)
        assert.deepStrictEqual(
          first.map(({ status }) => status),
          [404, 404, 429, 429]
        )
        assert.isUndefined(first[2]?.headers["retry-after"])
        yield* TestClock.adjust("60 seconds")
        assert.strictEqual((yield* get).status, 404)
      }).pipe(Effect.provide(layer({ limit: twice })))
    )

    it.effect("names the seconds to wait when the option says so", () =>
      Effect.gen(function* () {
        const get = send("GET", "/chats/chat_none/messages")
        yield* Effect.replicateEffect(get, 2)
        yield* TestClock.adjust("17500 millis")
        assert.strictEqual((yield* get).headers["retry-after"], "43")
      }).pipe(Effect.provide(layer({ limit: { ...twice, retryAfter: "seconds" } })))
    )
  })

  describe("the log of requests", () => {
    it.effect("has every request with its endpoint, chat, key's name and outcome, and never a secret", () =>
      Effect.gen(function* () {
        const { apiKey, log } = yield* Emulator
        const { chat_id } = yield* openChat
        yield* send("PATCH", `/chats/${chat_id}/state`, { body: '{"ai_enabled":false}' })
        yield* send("PATCH", `/chats/${chat_id}/state`, { body: "{}" })
        yield* send("GET", `/chats/${chat_id}/messages?take=1`)
        yield* send("GET", "/no/such/path", { authorization: "Bearer a-wrong-secret" })
        const logged = (yield* requests).map((entry) => [
          entry.key,
          entry.endpoint,
          entry.chat_id,
          entry.status,
          entry.applied
        ])
        assert.deepStrictEqual(logged, [
          ["customers", "contacts.createChat", chat_id, 200, true],
          ["scheduler", "state.update", chat_id, 200, true],
          ["scheduler", "state.update", chat_id, 200, false],
          ["scheduler", "messages.list", chat_id, 200, false],
          [null, null, null, 401, false]
        ])
        const lines = Log.toJsonLines(yield* log.entries)
        for (const secret of [
          Redacted.value(apiKey("customers")),
          Redacted.value(apiKey("scheduler")),
          "a-wrong-secret"
        ]) {
          assert.notInclude(lines, secret)
        }
        const changes = (yield* log.entries).flatMap((entry) => (entry.kind === "state" ? [entry.by] : []))
        assert.deepStrictEqual(changes, ["contact", "scheduler"])
      }).pipe(Effect.provide(layer()))
    )
  })
}
