import type * as InventClient from "@effect-invent/client/InventClient"
import { Blocking } from "@effect-invent/domain/api/Blocking"
import { CallableApi } from "@effect-invent/domain/api/InventApi"
import { WebSocket } from "@effect-invent/domain/api/WebSocket"
import * as Ids from "@effect-invent/domain/Ids"
import type { InventError } from "@effect-invent/domain/InventError"
import { text } from "@effect-invent/domain/MessagePart"
import * as HttpApi from "@effect/platform/HttpApi"
import { describe, expect } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { it } from "../../../scripts/testing/it.ts"
import * as Vendor from "./Vendor.ts"

const { channel_id, chat_id, contact_id, json } = Vendor
const message_id = Ids.MessageId.make("message_1")
const tool_call_id = Ids.ToolCallId.make("call_1")
const assistant_id = Ids.AssistantId.make("ast_1")
const broadcast_id = Ids.BroadcastId.make("broadcast_1")
const segment_id = Ids.SegmentId.make("segment_1")
const memory_id = Ids.MemoryId.make("memory_1")
const workflow_id = Ids.WorkflowId.make("workflow_1")
const org_id = Ids.OrgId.make("org_2")

type Client = InventClient.InventClient["Type"]

interface Sample {
  readonly call: (invent: Client) => Effect.Effect<unknown, InventError>
  readonly sends: readonly [method: string, path: string, body?: unknown]
  readonly answer?: unknown
}

const message = text("hello")
const parts = { message: [{ type: "text", text: "hello" }] }
const contact = "/orgs/c/contacts/contact_1"

/** Each endpoint, with a request that uses what is particular about it. */
const samples: Record<string, Sample> = {
  "contacts.list": {
    call: ({ contacts }) =>
      contacts.list({ urlParams: { search: "Ada", unsubscribed: false, status: "BLOCKED", segment_id, page: 2 } }),
    sends: ["GET", "/orgs/c/contacts?search=Ada&unsubscribed=false&segment_id=segment_1&status=BLOCKED&page=2"],
    answer: []
  },
  "contacts.create": {
    call: ({ contacts }) =>
      contacts.create({ payload: { channel: { user_id: "u1", email: "a@b.c" }, segment_ids: [segment_id] } }),
    sends: ["POST", "/orgs/c/contacts", { channel: { user_id: "u1", email: "a@b.c" }, segment_ids: ["segment_1"] }]
  },
  "contacts.listFields": { call: ({ contacts }) => contacts.listFields(), sends: ["GET", "/orgs/c/contacts/fields"], answer: [] },
  "contacts.update": {
    call: ({ contacts }) => contacts.update({ path: { contact_id }, payload: { name: null, blocked: true } }),
    sends: ["PATCH", contact, { name: null, blocked: true }]
  },
  "contacts.merge": {
    call: ({ contacts }) => contacts.merge({ path: { contact_id }, payload: { source_contact_ids: [Ids.ContactId.make("b")] } }),
    sends: ["POST", `${contact}/merge`, { source_contact_ids: ["b"] }]
  },
  "contacts.listSegments": {
    call: ({ contacts }) => contacts.listSegments({ path: { contact_id, org_id } }),
    sends: ["GET", "/orgs/org_2/contacts/contact_1/segments"],
    answer: []
  },
  "contacts.addSegment": {
    call: ({ contacts }) => contacts.addSegment({ path: { contact_id, segment_id } }),
    sends: ["POST", `${contact}/segments/segment_1`]
  },
  "contacts.listNotes": {
    call: ({ contacts }) => contacts.listNotes({ path: { contact_id } }),
    sends: ["GET", `${contact}/notes`],
    answer: []
  },
  "contacts.listActivities": {
    call: ({ contacts }) => contacts.listActivities({ path: { contact_id }, urlParams: { type: "note_created" } }),
    sends: ["GET", `${contact}/activities?type=note_created`],
    answer: []
  },
  "contacts.uploadFile": {
    call: ({ contacts }) =>
      contacts.uploadFile({
        path: { contact_id },
        payload: { file: { data: new Uint8Array([0, 255]), name: "a.bin", type: "application/octet-stream" } }
      }),
    sends: ["POST", `${contact}/files`, { file: { data: "AP8=", name: "a.bin", type: "application/octet-stream" } }]
  },
  "contacts.updateChannel": {
    call: ({ contacts }) =>
      contacts.updateChannel({ path: { contact_id, channel_id }, payload: { avatar: "https://a.b/c.png", email: null } }),
    sends: ["PATCH", `${contact}/channels/channel_1`, { avatar: "https://a.b/c.png", email: null }]
  },
  "contacts.createChat": {
    call: ({ contacts }) => contacts.createChat({ path: { contact_id, channel_id }, payload: { assistant_id } }),
    sends: ["POST", `${contact}/channels/channel_1/chats`, { assistant_id: "ast_1" }]
  },
  "contacts.sendMessage": {
    call: ({ contacts }) => contacts.sendMessage({ path: { contact_id, chat_id }, payload: { message, channel_id } }),
    sends: ["POST", `${contact}/chats/chat_1/messages`, { ...parts, channel_id: "channel_1" }]
  },
  "contacts.sendMessageOnChannel": {
    call: ({ contacts }) => contacts.sendMessageOnChannel({ path: { contact_id, channel_id, chat_id }, payload: { message } }),
    sends: ["POST", `${contact}/channels/channel_1/chats/chat_1/messages`, parts]
  },
  "contacts.respondToTool": {
    call: ({ contacts }) =>
      contacts.respondToTool({
        path: { contact_id, channel_id, chat_id, message_id, tool_call_id },
        payload: { type: "connection", connection_id: Ids.ConnectionId.make("con_1") }
      }),
    sends: [
      "POST",
      `${contact}/channels/channel_1/chats/chat_1/messages/message_1/tools/call_1/respond`,
      { type: "connection", connection_id: "con_1" }
    ]
  },
  "contacts.decideApproval": {
    call: ({ contacts }) =>
      contacts.decideApproval({
        path: { contact_id, channel_id, chat_id, message_id, tool_call_id },
        payload: { decision: "accepted" }
      }),
    sends: [
      "POST",
      `${contact}/channels/channel_1/chats/chat_1/messages/message_1/approvals/call_1`,
      { decision: "accepted" }
    ]
  },
  "messages.list": { call: ({ messages }) => messages.list({ path: { chat_id } }), sends: ["GET", "/chats/chat_1/messages"], answer: [] },
  "messages.create": {
    call: ({ messages }) => messages.create({ path: { chat_id }, payload: { message } }),
    sends: ["POST", "/chats/chat_1/messages", parts]
  },
  "messages.get": {
    call: ({ messages }) => messages.get({ path: { chat_id, message_id } }),
    sends: ["GET", "/chats/chat_1/messages/message_1"]
  },
  "messages.edit": {
    call: ({ messages }) => messages.edit({ path: { chat_id, message_id }, payload: { message } }),
    sends: ["PATCH", "/chats/chat_1/messages/message_1", parts]
  },
  "messages.remove": {
    call: ({ messages }) => messages.remove({ path: { chat_id, message_id } }),
    sends: ["DELETE", "/chats/chat_1/messages/message_1"]
  },
  "messages.decideApproval": {
    call: ({ messages }) =>
      messages.decideApproval({
        path: { chat_id, message_id, tool_call_id },
        payload: { decision: "rejected", reason: "too dear", background: true }
      }),
    sends: [
      "POST",
      "/chats/chat_1/messages/message_1/approvals/call_1",
      { decision: "rejected", reason: "too dear", background: true }
    ]
  },
  "state.update": {
    call: ({ state }) => state.update({ path: { chat_id }, payload: { state: "CLOSED" } }),
    sends: ["PATCH", "/chats/chat_1/state", { state: "CLOSED" }]
  },
  "state.assign": {
    call: ({ state }) => state.assign({ path: { chat_id }, payload: { member_id: null } }),
    sends: ["PATCH", "/chats/chat_1/state/assign", { member_id: null }]
  },
  "state.markUnseen": { call: ({ state }) => state.markUnseen({ path: { chat_id } }), sends: ["POST", "/chats/chat_1/state/unseen"] },
  "state.info": { call: ({ state }) => state.info({ path: { chat_id } }), sends: ["GET", "/chats/chat_1/state/info"] },
  "files.list": {
    call: ({ files }) => files.list({ path: { chat_id }, urlParams: { search: "invoice", mimetype: "image/" } }),
    sends: ["GET", "/chats/chat_1/files?search=invoice&mimetype=image%2F"],
    answer: []
  },
  "memories.list": { call: ({ memories }) => memories.list({ path: { chat_id } }), sends: ["GET", "/chats/chat_1/memories"], answer: [] },
  "memories.clear": { call: ({ memories }) => memories.clear({ path: { chat_id } }), sends: ["DELETE", "/chats/chat_1/memories"] },
  "memories.remove": {
    call: ({ memories }) => memories.remove({ path: { chat_id, memory_id } }),
    sends: ["DELETE", "/chats/chat_1/memories/memory_1"]
  },
  "chats.list": { call: ({ chats }) => chats.list(), sends: ["GET", "/orgs/c/chats"], answer: [] },
  "chats.update": {
    call: ({ chats }) => chats.update({ path: { chat_id }, payload: { pinned: true, visibility: "PRIVATE" } }),
    sends: ["PATCH", "/chats/chat_1", { pinned: true, visibility: "PRIVATE" }]
  },
  "inbox.list": {
    call: ({ inbox }) => inbox.list({ urlParams: { integration_id: "messenger_bot", take: 50 } }),
    sends: ["GET", "/orgs/c/inbox?integration_id=messenger_bot&take=50"],
    answer: []
  },
  "assistants.list": { call: ({ assistants }) => assistants.list({ path: { org_id } }), sends: ["GET", "/orgs/org_2/assistants"], answer: [] },
  "assistants.create": {
    call: ({ assistants }) => assistants.create({ payload: { name: "Ada", config: { timezone: "Europe/Paris" } } }),
    sends: ["POST", "/orgs/c/assistants", { name: "Ada", config: { timezone: "Europe/Paris" } }]
  },
  "assistants.get": { call: ({ assistants }) => assistants.get({ path: { assistant_id } }), sends: ["GET", "/orgs/c/assistants/ast_1"] },
  "assistants.update": {
    call: ({ assistants }) => assistants.update({ path: { assistant_id }, payload: { config: { instructions: "Be brief" } } }),
    sends: ["PATCH", "/orgs/c/assistants/ast_1", { config: { instructions: "Be brief" } }]
  },
  "assistants.createChat": {
    call: ({ assistants }) => assistants.createChat({ path: { assistant_id }, payload: { title: "New" } }),
    sends: ["POST", "/orgs/c/assistants/ast_1/chats", { title: "New" }]
  },
  "broadcasts.create": {
    call: ({ broadcasts }) => broadcasts.create({ payload: { name: "Spring", scheduled_at: null, segment_ids: [segment_id] } }),
    sends: ["POST", "/orgs/c/broadcasts", { name: "Spring", scheduled_at: null, segment_ids: ["segment_1"] }]
  },
  "broadcasts.sendMarketing": {
    call: ({ broadcasts }) => broadcasts.sendMarketing({ path: { broadcast_id } }),
    sends: ["POST", "/orgs/c/broadcasts/broadcast_1/send"]
  },
  "broadcasts.sendTransactional": {
    call: ({ broadcasts }) =>
      broadcasts.sendTransactional({ path: { broadcast_id }, payload: { phone: "+44", variables: { code: 7 }, background: true } }),
    sends: ["POST", "/orgs/c/broadcasts/broadcast_1/send", { phone: "+44", variables: { code: 7 }, background: true }]
  },
  "segments.list": { call: ({ segments }) => segments.list({}), sends: ["GET", "/orgs/c/segments"], answer: [] },
  "segments.update": {
    call: ({ segments }) => segments.update({ path: { segment_id }, payload: { color: "teal" } }),
    sends: ["PATCH", "/orgs/c/segments/segment_1", { color: "teal" }]
  },
  "connections.list": { call: ({ connections }) => connections.list(), sends: ["GET", "/orgs/c/connections"], answer: [] },
  "connections.actionOptions": {
    call: ({ connections }) => connections.actionOptions({ payload: { action: "x" } }),
    sends: ["POST", "/orgs/c/connections/actions/options", { action: "x" }]
  },
  "workflows.run": {
    call: ({ workflows }) => workflows.run({ path: { workflow_id }, payload: { identifier: "i" } }),
    sends: ["POST", "/orgs/c/workflows/workflow_1/runs", { identifier: "i" }]
  },
  "workflows.listRuns": { call: ({ workflows }) => workflows.listRuns(), sends: ["GET", "/orgs/c/workflows/runs"], answer: [] },
  "orgs.list": { call: ({ orgs }) => orgs.list(), sends: ["GET", "/orgs/c/orgs"], answer: [] }
}

const contract: Array<{ readonly name: string; readonly isSocket: boolean; readonly blocks: (payload: unknown) => boolean }> = []
HttpApi.reflect(CallableApi, {
  onGroup: () => {},
  onEndpoint: ({ endpoint, group }) =>
    contract.push({
      name: `${group.identifier}.${endpoint.name}`,
      isSocket: Option.isSome(Context.getOption(endpoint.annotations, WebSocket)),
      blocks: Option.getOrElse(Context.getOption(endpoint.annotations, Blocking), () => () => false)
    })
})
const called = contract.filter(({ isSocket }) => !isSocket)

describe("the samples", () => {
  it("are of every endpoint that can be called", () => {
    expect(Object.keys(samples).sort()).toEqual(called.map(({ name }) => name).sort())
  })
})

for (const [name, { answer = { id: "x", brand_new: 1 }, call, sends }] of Object.entries(samples)) {
  const [method, path, body] = sends
  describe(name, () => {
    it.scoped("sends what its page says, once, and gives what came", () =>
      Effect.gen(function* () {
        const { invent, seen } = yield* Vendor.connect(() => json(answer))
        const given = yield* call(invent)
        expect(seen.map(({ method, url }) => [method, url.pathname + url.search])).toEqual([[method, path]])
        expect(seen[0]!.body === "" ? undefined : JSON.parse(seen[0]!.body)).toEqual(body)
        // Old pages show no authorization; their endpoints have it all the same.
        expect(seen[0]!.headers["authorization"]).toBe(`Bearer ${Vendor.apiKey}`)
        if (method !== "DELETE") expect(given).toEqual(answer)
      })
    )

    it.scoped("gives a value or a typed error, whatever JSON is answered", () =>
      Effect.gen(function* () {
        const bodies = FastCheck.sample(FastCheck.jsonValue({ maxDepth: 3 }), 10)
        const { invent } = yield* Vendor.connect(({ nth }) => json(bodies[nth - 1]))
        for (const body of bodies) {
          const result = yield* Effect.either(call(invent))
          if (Either.isLeft(result)) expect(result.left._tag, JSON.stringify(body)).toBe("UnexpectedResponse")
        }
      })
    )
  })
}

describe("a request outside a documented limit", () => {
  const broken: Record<string, (invent: Client) => Effect.Effect<unknown, InventError>> = {
    name: ({ contacts }) => contacts.update({ path: { contact_id }, payload: { name: "x".repeat(513) } }),
    source_contact_ids: ({ contacts }) => contacts.merge({ path: { contact_id }, payload: { source_contact_ids: [] } }),
    reason: ({ messages }) =>
      messages.decideApproval({
        path: { chat_id, message_id, tool_call_id },
        payload: { decision: "rejected", reason: "x".repeat(513) }
      }),
    take: ({ orgs }) => orgs.list({ urlParams: { take: 101 } }),
    memory_id: ({ memories }) => memories.remove({ path: { chat_id, memory_id: Ids.MemoryId.make("..") } })
  }
  for (const [field, call] of Object.entries(broken)) {
    it.scoped(`is InvalidRequest, names the field and is not sent: ${field}`, () =>
      Effect.gen(function* () {
        const { invent, seen } = yield* Vendor.connect(() => json({}))
        expect(yield* Effect.flip(call(invent))).toMatchObject({ _tag: "InvalidRequest", issue: expect.stringMatching(field) })
        expect(seen).toEqual([])
      })
    )
  }
})

describe("a deletion", () => {
  for (const name of Object.keys(samples).filter((name) => samples[name]!.sends[0] === "DELETE")) {
    it.scoped(`${name} is done whatever the body of a success is`, () =>
      Effect.gen(function* () {
        for (const answer of [Vendor.text(null, 204), Vendor.text(""), json({ deleted: true }), Vendor.text("<ok>")]) {
          const { invent } = yield* Vendor.connect(() => answer)
          expect(yield* samples[name]!.call(invent)).toBeUndefined()
        }
      })
    )
  }
})

describe("the deadline of an attempt", () => {
  const approval = (background?: boolean) => (invent: Client) =>
    invent.messages.decideApproval({
      path: { chat_id, message_id, tool_call_id },
      payload: { decision: "accepted", ...(background === undefined ? {} : { background }) }
    })
  const transactional = (background?: boolean) => (invent: Client) =>
    invent.broadcasts.sendTransactional({
      path: { broadcast_id },
      payload: { contact_id, ...(background === undefined ? {} : { background }) }
    })

  const endsAfter = (call: (invent: Client) => Effect.Effect<unknown, InventError>, options = {}) =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => Vendor.stalls, options)
      const fiber = yield* Effect.fork(Effect.flip(call(invent)))
      for (let seconds = 0; seconds <= 3600; seconds += 10) {
        if (yield* Vendor.isOver(fiber)) return { seconds, error: yield* Fiber.join(fiber) }
        yield* TestClock.adjust("10 seconds")
      }
      return yield* Effect.dieMessage("it never ends")
    })

  it.scoped("is ten minutes where the server answers when its work is done", () =>
    Effect.gen(function* () {
      for (const call of [approval(), approval(false), transactional()]) {
        const { error, seconds } = yield* endsAfter(call)
        expect([error._tag, seconds]).toEqual(["OutcomeUnknown", 600])
      }
    })
  )

  it.scoped("is that of any call where the work goes on in the background", () =>
    Effect.gen(function* () {
      for (const call of [approval(true), transactional(true)]) expect((yield* endsAfter(call)).seconds).toBe(20)
    })
  )

  it.scoped("can be set", () =>
    Effect.gen(function* () {
      const deadlines = { attempt: "10 seconds", blocking: "30 seconds", total: "20 seconds" }
      expect((yield* endsAfter(approval(), { deadlines })).seconds).toBe(30)
      expect((yield* endsAfter(approval(true), { deadlines })).seconds).toBe(10)
    })
  )
})

describe("the stream of a list", () => {
  it("is there for every list", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => json([]))
      const methods = invent as unknown as Record<string, Record<string, unknown>>
      const lists = called.map(({ name }) => name.split(".") as [string, string]).filter(([, name]) => name.startsWith("list"))
      expect(lists.length).toBeGreaterThan(10)
      for (const [group, name] of lists) {
        expect(methods[group]![name.replace("list", "stream")], `${group}.${name}`).toBeTypeOf("function")
      }
    }).pipe(Effect.scoped, Effect.runPromise))

  it.scoped("reads the notes of a contact over all pages", () =>
    Effect.gen(function* () {
      const page = (seen: Vendor.Seen) => json(seen.nth === 1 ? [{ id: "n1" }, { id: "n2" }] : [{ id: "n3" }])
      const { invent, seen } = yield* Vendor.connect(page)
      const notes = yield* Stream.runCollect(invent.contacts.streamNotes({ path: { contact_id }, urlParams: { take: 2 } }))
      expect(Chunk.toReadonlyArray(notes).map(({ id }) => id)).toEqual(["n1", "n2", "n3"])
      expect(seen.map(({ url }) => url.pathname + url.search)).toEqual([
        "/orgs/c/contacts/contact_1/notes?page=1&take=2",
        "/orgs/c/contacts/contact_1/notes?page=2&take=2"
      ])
    })
  )
})

describe("the newest chat of a conversation", () => {
  const following = (next: Record<string, string | null>) => {
    const answer = ({ url }: Vendor.Seen) => json({ newest_chat_id: next[url.pathname.split("/")[2]!] ?? null })
    return Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(answer)
      const end = yield* Vendor.within("1 minutes", Effect.either(invent.state.newestChat({ path: { chat_id } })))
      return { end, requests: seen.length }
    })
  }

  it.scoped("is the chat itself where no other is named, or it names itself", () =>
    Effect.gen(function* () {
      for (const next of [{}, { chat_1: "chat_1" }]) {
        expect(yield* following(next)).toMatchObject({ end: { _tag: "Right", right: "chat_1" }, requests: 1 })
      }
    })
  )

  it.scoped("is found over several chats", () =>
    Effect.gen(function* () {
      const next = { chat_1: "chat_2", chat_2: "chat_3", chat_3: "chat_3" }
      expect(yield* following(next)).toMatchObject({ end: { _tag: "Right", right: "chat_3" }, requests: 3 })
    })
  )

  it.scoped("is not looked for in a circle, and not without end", () =>
    Effect.gen(function* () {
      const circle = yield* following({ chat_1: "chat_2", chat_2: "chat_1" })
      expect(circle).toMatchObject({ end: { left: { _tag: "UnexpectedResponse", issue: expect.stringContaining("chat_1") } }, requests: 2 })
      const endless = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`chat_${n + 1}`, `chat_${n + 2}`]))
      expect(yield* following(endless)).toMatchObject({ end: { left: { _tag: "UnexpectedResponse" } }, requests: 20 })
    })
  )
})

describe("the server's time", () => {
  const times: ReadonlyArray<readonly [what: string, headers: Record<string, string>, at: string | undefined]> = [
    ["the Date of its answer", { date: "Wed, 15 Jul 2026 12:00:07 GMT" }, "2026-07-15T12:00:07.000Z"],
    ["unknown where it sends none", {}, undefined],
    ["unknown where that is no date", { date: "yesterday" }, undefined]
  ]
  for (const [what, headers, at] of times) {
    it.scoped(`is ${what}`, () =>
      Effect.gen(function* () {
        const { invent, seen } = yield* Vendor.connect(() => Vendor.json([], 200, headers))
        const end = yield* Vendor.within("1 minutes", Effect.either(invent.orgs.serverTime()))
        expect(end._tag === "Right" ? Option.getOrUndefined(Option.map(end.right, DateTime.formatIso)) : end).toBe(at)
        expect(seen.map(({ method, url }) => `${method} ${url.pathname}${url.search}`)).toEqual(["GET /orgs/c/orgs?take=1"])
      })
    )
  }
})
