import * as NodeContext from "@effect/platform-node/NodeContext"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { request as httpRequest } from "node:http"
import type { Socket } from "node:net"
import { Emulator } from "../src/Emulator.ts"
import * as Standalone from "../src/Program/Standalone.ts"

const token = Redacted.make("token")

const layer = Layer.provide(Standalone.layer({ token }), NodeContext.layer)

const call = Effect.fnUntraced(function* (method: string, path: string, body?: unknown) {
  const { apiKey, url } = yield* Emulator
  const secret = Redacted.value(path.startsWith("/_emulator") ? token : apiKey("test"))
  const init = body === undefined ? {} : { body: JSON.stringify(body) }
  const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" }
  const response = yield* Effect.promise(() => fetch(`${url}${path}`, { method, headers, ...init }))
  const text = yield* Effect.promise(() => response.text())
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) }
})

const setUp = (name: string, body: unknown) => call("POST", `/_emulator/setUp/${name}`, body)

const contactWithChat = Effect.gen(function* () {
  const contact = yield* call("POST", "/_emulator/contacts", { name: "Ada", channels: [{ type: "custom" }] })
  const [channel] = contact.body.channels
  const chat = yield* call("POST", "/_emulator/chats", { channel_id: channel.id })
  return { contact_id: contact.body.id, channel_id: channel.id, chat_id: chat.body.id }
})

describe("the control routes of setUp", () => {
  it.live("make what the endpoints can only use", () =>
    Effect.gen(function* () {
      const { body: workflow } = yield* setUp("addWorkflow", { name: "Onboarding" })
      const { body: segment } = yield* setUp("addSegment", { name: "VIP", color: "amber" })
      const { body: connection } = yield* setUp("addConnection", { options: ["Berlin"] })
      const { body: member } = yield* setUp("addMember", { name: "Grace" })
      const { body: org } = yield* setUp("addOrganization", { name: "Branch" })
      const { body: website } = yield* setUp("addWebsite", { title: "Docs" })
      const text = "It is on its way"
      const templates = [{ channel_type: "custom", text }]
      const { body: broadcast } = yield* setUp("addBroadcast", { name: "Shipped", templates })
      const { contact_id, chat_id } = yield* contactWithChat
      yield* setUp("addNote", { contact_id, content: "Prefers the phone" })
      yield* setUp("addField", { key: "birthday", type: "date" })
      yield* setUp("shareFile", { chat_id, filename: "a.pdf", mimetype: "application/pdf", size: 1 })
      const { body: assistants } = yield* call("GET", "/orgs/c/assistants")
      const [{ id: assistant_id }] = assistants
      yield* setUp("linkContent", { content_id: website.id, assistant_id })
      yield* setUp("changeAssistant", { assistant_id, enabled: false })
      yield* setUp("disableAiReplies", { contact_id })
      const used = [
        yield* call("POST", `/orgs/c/workflows/${workflow.id}/runs`, {}),
        yield* call("PATCH", `/orgs/c/segments/${segment.id}`, { name: "Very important" }),
        yield* call("POST", "/orgs/c/connections/actions/options", {
          action_id: "TOOLS:X",
          connection_id: connection.id
        }),
        yield* call("PATCH", `/chats/${chat_id}/state/assign`, { member_id: member.id }),
        yield* call("PATCH", `/orgs/c/orgs/${org.id}`, { name: "Office" }),
        yield* call("PATCH", `/orgs/c/knowledge/contents/${website.id}/url`, {}),
        yield* call("POST", `/orgs/c/broadcasts/${broadcast.id}/send`, { contact_id }),
        yield* call("GET", `/orgs/c/contacts/${contact_id}/notes`),
        yield* call("GET", "/orgs/c/contacts/fields"),
        yield* call("GET", `/chats/${chat_id}/files`),
        yield* call("GET", `/orgs/c/assistants/${assistant_id}/knowledge/contents`),
        yield* call("GET", "/orgs/c/contacts?status=AI_REPLIES_DISABLED")
      ]
      for (const { body, status } of used) assert.strictEqual(status, 200, JSON.stringify(body))
      const lists = used.slice(-5)
      assert.deepStrictEqual(
        lists.map(({ body }) => body.length),
        [1, 1, 1, 1, 1]
      )
      assert.isFalse((yield* call("GET", `/orgs/c/assistants/${assistant_id}`)).body.enabled)
    }).pipe(Effect.provide(layer))
  )

  it.live("let the assistant open a tool and request an approval, which are then answered", () =>
    Effect.gen(function* () {
      const { channel_id, chat_id, contact_id } = yield* contactWithChat
      const tool = yield* setUp("openTool", { chat_id, name: "connect" })
      const action = yield* setUp("requestApproval", { chat_id, name: "refund" })
      const messages = `/orgs/c/contacts/${contact_id}/channels/${channel_id}/chats/${chat_id}/messages`
      const answered = yield* call("POST", `${messages}/${tool.body.id}/tools/${tool.body.tool_call_id}/respond`, {
        type: "connection",
        connection_id: "con_1"
      })
      assert.deepStrictEqual([tool.status, action.status, answered.status], [200, 200, 200])
      const approval = `/chats/${chat_id}/messages/${action.body.id}/approvals/${action.body.tool_call_id}`
      const decided = yield* call("POST", approval, { decision: "accepted", background: true })
      assert.strictEqual(decided.status, 200)
    }).pipe(Effect.provide(layer))
  )

  it.live("refuse keys that they do not know, and ids that are unknown", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* setUp("addSegment", { name: "VIP", colour: "amber" })).status, 400)
      assert.strictEqual((yield* setUp("addNote", { contact_id: "contact_9", content: "" })).status, 404)
      assert.strictEqual((yield* setUp("openTool", { chat_id: "chat_9", name: "connect" })).status, 404)
      assert.strictEqual((yield* setUp("addNothing", {})).status, 404)
    }).pipe(Effect.provide(layer))
  )
})

/** Opens a WebSocket, and gives what it has received so far, as it came. */
const listen = Effect.fnUntraced(function* (path: string) {
  const { apiKey, url } = yield* Emulator
  const headers = {
    authorization: `Bearer ${Redacted.value(apiKey("test"))}`,
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA=="
  }
  const received: Array<string> = []
  yield* Effect.acquireRelease(
    Effect.async<Socket>((resume) => {
      const request = httpRequest(`${url}${path}`, { headers })
      request.on("upgrade", (_, socket) => {
        socket.on("data", (bytes) => received.push(bytes.toString("latin1")))
        resume(Effect.succeed(socket))
      })
      request.end()
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )
  return () => received.join("")
})

describe("an organization below", () => {
  it.live("has events of its own chats alone, and the control routes act on its chats", () =>
    Effect.gen(function* () {
      const mine = yield* contactWithChat
      const { body: org } = yield* setUp("addOrganization", { name: "Branch" })
      const at = `/orgs/${org.id}`
      yield* call("POST", `${at}/assistants`, { name: "Branch's" })
      yield* call("POST", `${at}/contacts`, { channel: { type: "custom", user_id: "bob" } })
      const { body: contacts } = yield* call("GET", `${at}/contacts`)
      const [{ channels, id: contact_id }] = contacts
      const chat = yield* call("POST", `${at}/contacts/${contact_id}/channels/${channels[0].id}/chats`, {})
      const received = yield* listen(`${at}/inbox/ws`)
      const write = (id: string) => call("POST", `/_emulator/chats/${id}/messages`, { text: "Hello" })
      const text = yield* Effect.all([write(mine.chat_id), write(chat.body.id)]).pipe(
        Effect.map(received),
        Effect.repeat({ until: (text) => text.includes(chat.body.id) })
      )
      assert.notInclude(text, mine.chat_id)
      const moves = [
        ["take-over", { text: "Hi" }],
        ["touch", {}],
        ["hand-back", {}],
        ["state", { state: "CLOSED" }],
        ["mute", { until: null }]
      ] as const
      for (const [move, body] of moves)
        assert.strictEqual((yield* call("POST", `/_emulator/chats/${chat.body.id}/${move}`, body)).status, 200, move)
      assert.strictEqual((yield* setUp("openTool", { chat_id: chat.body.id, name: "connect" })).status, 200)
    }).pipe(Effect.scoped, Effect.provide(layer))
  )
})

it.live("a chat is muted until an instant, and until nothing else", () =>
  Effect.gen(function* () {
    const { chat_id } = yield* contactWithChat
    const mute = (until: string) => call("POST", `/_emulator/chats/${chat_id}/mute`, { until })
    const answers = yield* Effect.forEach(["2030-03-01T10:00:00Z", "1 March 2030", "2030"], mute)
    assert.deepStrictEqual(
      answers.map(({ status }) => status),
      [200, 400, 400]
    )
  }).pipe(Effect.provide(layer))
)
