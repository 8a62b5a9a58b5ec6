import * as InventClient from "@effect-invent/client/InventClient"
import * as Ids from "@effect-invent/domain/Ids"
import { omit } from "@effect-invent/domain/schema/Undecodable"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { readFileSync } from "node:fs"
import { type Reply, serve } from "./PlainServer.ts"

const fixture = (name: string) =>
  readFileSync(new URL(`../../domain/test/fixtures/${name}.json`, import.meta.url), "utf8")

const verbatim =
  (name: string): Reply =>
  (_, response) => {
    response.writeHead(200, { "content-type": "application/json; charset=utf-8" }).end(fixture(name))
  }

const ids = {
  org_id: Ids.OrgId.make("org_1"),
  contact_id: Ids.ContactId.make("contact_1"),
  channel_id: Ids.ChannelId.make("channel_1"),
  chat_id: Ids.ChatId.make("chat_1"),
  message_id: Ids.MessageId.make("message_1"),
  tool_call_id: Ids.ToolCallId.make("call_1")
}
const { chat_id, channel_id, contact_id, message_id, org_id, tool_call_id } = ids
const parts = [{ type: "text", text: "<string>", start_timestamp: 123, end_timestamp: 123 }] as const
const published = DateTime.unsafeMake("2023-11-07T05:31:56Z")

type Client = InventClient.InventClient["Type"]

interface Published {
  readonly call: (invent: Client) => Effect.Effect<{ readonly id: string }, unknown>
  readonly method: string
  readonly url: string
  readonly request?: string
  readonly response: string
}

const endpoints: Record<string, Published> = {
  "contacts.createChat": {
    call: (invent) =>
      invent.contacts.createChat({
        path: { org_id, contact_id, channel_id },
        payload: { assistant_id: Ids.AssistantId.make("<string>"), title: "<string>", message: parts }
      }),
    method: "POST",
    url: "/orgs/org_1/contacts/contact_1/channels/channel_1/chats",
    request: "create-chat.request",
    response: "create-chat.response"
  },
  "contacts.sendMessage": {
    call: (invent) =>
      invent.contacts.sendMessage({
        path: { org_id, contact_id, chat_id },
        payload: { message: parts, channel_id: Ids.ChannelId.make("<string>") }
      }),
    method: "POST",
    url: "/orgs/org_1/contacts/contact_1/chats/chat_1/messages",
    request: "send-message.request",
    response: "send-message.response"
  },
  "contacts.respondToTool": {
    call: (invent) =>
      invent.contacts.respondToTool({
        path: { org_id, contact_id, channel_id, chat_id, message_id, tool_call_id },
        payload: { type: "connection", connection_id: Ids.ConnectionId.make("<string>") }
      }),
    method: "POST",
    url: "/orgs/org_1/contacts/contact_1/channels/channel_1/chats/chat_1/messages/message_1/tools/call_1/respond",
    request: "respond-to-tool.request",
    response: "respond-to-tool.response"
  },
  "state.update": {
    call: (invent) =>
      invent.state.update({
        path: { chat_id },
        payload: { ai_enabled: true, follow_up_at: published, muted_until: published, csat_score: 3 }
      }),
    method: "PATCH",
    url: "/chats/chat_1/state",
    request: "update-state.request",
    response: "update-state.response"
  },
  "messages.list": {
    call: (invent) =>
      Effect.map(
        invent.messages.list({ path: { chat_id }, urlParams: { from_date: published, page: 2, take: 50 } }),
        (page) => omit(page)[0]!
      ),
    method: "GET",
    url: "/chats/chat_1/messages?from_date=2023-11-07T05%3A31%3A56Z&page=2&take=50",
    response: "list-messages.response"
  }
}

const transports: Record<string, Layer.Layer<HttpClient.HttpClient>> = {
  undici: NodeHttpClient.layerUndici,
  fetch: FetchHttpClient.layer
}

for (const [transport, httpClient] of Object.entries(transports)) {
  const connect = (baseUrl: string) =>
    Layer.provide(InventClient.layer({ apiKey: Redacted.make("key-1"), baseUrl, retry: { baseDelay: 1 } }), httpClient)

  describe(`over ${transport}`, () => {
    for (const [name, { call, method, request, response, url }] of Object.entries(endpoints)) {
      it.scopedLive(`${name} sends what its page publishes and reads what its page publishes`, () =>
        Effect.gen(function* () {
          const { baseUrl, received } = yield* serve(verbatim(response))
          const answer = yield* Effect.flatMap(InventClient.InventClient, call).pipe(Effect.provide(connect(baseUrl)))
          expect(answer.id).toBe("<string>")
          expect(received.length).toBe(1)
          const sent = received[0]!
          expect({ method: sent.method, url: sent.url }).toEqual({ method, url })
          expect(sent.headers["authorization"]).toBe("Bearer key-1")
          if (request === undefined) {
            expect(sent.body).toBe("")
          } else {
            expect(sent.headers["content-type"]).toBe("application/json")
            expect(JSON.parse(sent.body)).toStrictEqual(JSON.parse(fixture(request)))
          }
        })
      )
    }

    it.scopedLive("messages.list without parameters has no query", () =>
      Effect.gen(function* () {
        const { baseUrl, received } = yield* serve(verbatim("list-messages.response"))
        yield* Effect.flatMap(InventClient.InventClient, (invent) => invent.messages.list({ path: { chat_id } })).pipe(
          Effect.provide(connect(baseUrl))
        )
        expect(received[0]?.url).toBe("/chats/chat_1/messages")
      })
    )

    it.scopedLive(
      "a socket that is closed after the request was read is OutcomeUnknown, and the request came once",
      () =>
        Effect.gen(function* () {
          const { baseUrl, received } = yield* serve((_, response) => response.socket?.destroy())
          const error = yield* Effect.flatMap(InventClient.InventClient, (invent) =>
            Effect.flip(invent.contacts.createChat({ path: { contact_id, channel_id }, payload: {} }))
          ).pipe(Effect.provide(connect(baseUrl)))
          expect(error._tag).toBe("OutcomeUnknown")
          expect(received.length).toBe(1)
        })
    )

    it.scopedLive("a body that breaks off is OutcomeUnknown, and the request came once", () =>
      Effect.gen(function* () {
        const { baseUrl, received } = yield* serve((_, response) => {
          response.writeHead(200, { "content-type": "application/json", "content-length": "1000" })
          response.write(`{"id":"chat`, () => response.socket?.destroy())
        })
        const error = yield* Effect.flatMap(InventClient.InventClient, (invent) =>
          Effect.flip(invent.contacts.createChat({ path: { contact_id, channel_id }, payload: {} }))
        ).pipe(Effect.provide(connect(baseUrl)))
        expect(error._tag).toBe("OutcomeUnknown")
        expect(received.length).toBe(1)
      })
    )

    it.scopedLive("a port where nobody listens is ConnectionFailed", () =>
      Effect.gen(function* () {
        const baseUrl = yield* Effect.scoped(
          Effect.map(serve(verbatim("create-chat.response")), ({ baseUrl }) => baseUrl)
        )
        const error = yield* Effect.flatMap(InventClient.InventClient, (invent) =>
          Effect.flip(invent.contacts.createChat({ path: { contact_id, channel_id }, payload: {} }))
        ).pipe(Effect.provide(connect(baseUrl)))
        expect(error).toMatchObject({ _tag: "ConnectionFailed", reason: "ECONNREFUSED", attempts: 4 })
      })
    )
  })
}
