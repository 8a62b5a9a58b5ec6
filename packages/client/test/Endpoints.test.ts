import type * as InventClient from "@effect-invent/client/InventClient"
import { Blocking } from "@effect-invent/domain/api/Blocking"
import { CallableApi } from "@effect-invent/domain/api/InventApi"
import { WebSocket } from "@effect-invent/domain/api/WebSocket"
import * as Ids from "@effect-invent/domain/Ids"
import type { InventError } from "@effect-invent/domain/InventError"
import { text } from "@effect-invent/domain/Chat/MessagePart"
import { colors } from "@effect-invent/domain/Segment"
import { omit, Undecodable } from "@effect-invent/domain/schema/Undecodable"
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
import { it } from "../../../tools/testing/it.ts"
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
const action_id = Ids.AssistantActionId.make("action_1")
const kind = Ids.ActionKind.make("TOOLS:HTTP_REQUEST")
const content_id = Ids.ContentId.make("content_1")
const table_id = Ids.TableId.make("table_1")
const field_id = Ids.FieldId.make("field_1")
const view_id = Ids.ViewId.make("view_1")
const from_date = DateTime.unsafeMake("2026-01-01T00:00:00Z")

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
  "contacts.listFields": {
    call: ({ contacts }) => contacts.listFields(),
    sends: ["GET", "/orgs/c/contacts/fields"],
    answer: []
  },
  "contacts.update": {
    call: ({ contacts }) => contacts.update({ path: { contact_id }, payload: { name: null, blocked: true } }),
    sends: ["PATCH", contact, { name: null, blocked: true }]
  },
  "contacts.merge": {
    call: ({ contacts }) =>
      contacts.merge({ path: { contact_id }, payload: { source_contact_ids: [Ids.ContactId.make("b")] } }),
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
      contacts.updateChannel({
        path: { contact_id, channel_id },
        payload: { avatar: "https://a.b/c.png", email: null }
      }),
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
    call: ({ contacts }) =>
      contacts.sendMessageOnChannel({ path: { contact_id, channel_id, chat_id }, payload: { message } }),
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
  "messages.list": {
    call: ({ messages }) => messages.list({ path: { chat_id } }),
    sends: ["GET", "/chats/chat_1/messages"],
    answer: []
  },
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
  "state.markUnseen": {
    call: ({ state }) => state.markUnseen({ path: { chat_id } }),
    sends: ["POST", "/chats/chat_1/state/unseen"]
  },
  "state.info": { call: ({ state }) => state.info({ path: { chat_id } }), sends: ["GET", "/chats/chat_1/state/info"] },
  "files.list": {
    call: ({ files }) => files.list({ path: { chat_id }, urlParams: { search: "invoice", mimetype: "image/" } }),
    sends: ["GET", "/chats/chat_1/files?search=invoice&mimetype=image%2F"],
    answer: []
  },
  "memories.list": {
    call: ({ memories }) => memories.list({ path: { chat_id } }),
    sends: ["GET", "/chats/chat_1/memories"],
    answer: []
  },
  "memories.clear": {
    call: ({ memories }) => memories.clear({ path: { chat_id } }),
    sends: ["DELETE", "/chats/chat_1/memories"]
  },
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
  "assistants.list": {
    call: ({ assistants }) => assistants.list({ path: { org_id }, urlParams: { search: "Ada" } }),
    sends: ["GET", "/orgs/org_2/assistants?search=Ada"],
    answer: []
  },
  "assistants.create": {
    call: ({ assistants }) => assistants.create({ payload: { name: "Ada", config: { timezone: "Europe/Paris" } } }),
    sends: ["POST", "/orgs/c/assistants", { name: "Ada", config: { timezone: "Europe/Paris" } }]
  },
  "assistants.get": {
    call: ({ assistants }) => assistants.get({ path: { assistant_id } }),
    sends: ["GET", "/orgs/c/assistants/ast_1"]
  },
  "assistants.update": {
    call: ({ assistants }) =>
      assistants.update({
        path: { assistant_id },
        payload: { name: "Ada", enabled: false, config: { language: "es" } }
      }),
    sends: ["PATCH", "/orgs/c/assistants/ast_1", { name: "Ada", enabled: false, config: { language: "es" } }]
  },
  "assistants.rotateSecretKey": {
    call: ({ assistants }) => assistants.rotateSecretKey({ path: { assistant_id } }),
    sends: ["POST", "/orgs/c/assistants/ast_1/rotate-secret-key"]
  },
  "assistants.listActions": {
    call: ({ assistants }) => assistants.listActions({ path: { assistant_id }, urlParams: { take: 2 } }),
    sends: ["GET", "/orgs/c/assistants/ast_1/actions?take=2"],
    answer: []
  },
  "assistants.createAction": {
    call: ({ assistants }) =>
      assistants.createAction({
        path: { assistant_id },
        payload: { enabled: true, action_id: kind, config: { input: { url: "https://a.b" } } }
      }),
    sends: [
      "POST",
      "/orgs/c/assistants/ast_1/actions",
      { enabled: true, action_id: "TOOLS:HTTP_REQUEST", config: { input: { url: "https://a.b" } } }
    ]
  },
  "assistants.getAction": {
    call: ({ assistants }) => assistants.getAction({ path: { assistant_id, action_id } }),
    sends: ["GET", "/orgs/c/assistants/ast_1/actions/action_1"]
  },
  "assistants.updateAction": {
    call: ({ assistants }) =>
      assistants.updateAction({ path: { assistant_id, action_id }, payload: { connection_id: null } }),
    sends: ["PATCH", "/orgs/c/assistants/ast_1/actions/action_1", { connection_id: null }]
  },
  "assistants.reorderActions": {
    call: ({ assistants }) =>
      assistants.reorderActions({
        path: { assistant_id },
        urlParams: { page: 1 },
        payload: { positions: [{ id: action_id, position: 100 }] }
      }),
    sends: [
      "PATCH",
      "/orgs/c/assistants/ast_1/actions/reorder?page=1",
      { positions: [{ id: "action_1", position: 100 }] }
    ],
    answer: []
  },
  "broadcasts.list": {
    call: ({ broadcasts }) => broadcasts.list({ urlParams: { status: "ALL", search: "Spring" } }),
    sends: ["GET", "/orgs/c/broadcasts?search=Spring&status=ALL"],
    answer: []
  },
  "broadcasts.listRecipients": {
    call: ({ broadcasts }) => broadcasts.listRecipients({ path: { broadcast_id } }),
    sends: ["GET", "/orgs/c/broadcasts/broadcast_1/recipients"],
    answer: []
  },
  "broadcasts.dryRunEntries": {
    call: ({ broadcasts }) =>
      broadcasts.dryRunEntries({
        path: { broadcast_id },
        payload: { entries: [{ phone: "+44", values: { code: 7 } }] }
      }),
    sends: [
      "PATCH",
      "/orgs/c/broadcasts/broadcast_1/properties/entries/dry",
      { entries: [{ phone: "+44", values: { code: 7 } }] }
    ],
    answer: { valid: [{ phone: "+44" }], invalid: [] }
  },
  "knowledge.create": {
    call: ({ knowledge }) =>
      knowledge.create({ payload: { title: "Hours", content: { type: "TEXT", text: "9 to 5" } } }),
    sends: ["POST", "/orgs/c/knowledge/contents", { title: "Hours", content: { type: "TEXT", text: "9 to 5" } }]
  },
  "knowledge.get": {
    call: ({ knowledge }) => knowledge.get({ path: { content_id } }),
    sends: ["GET", "/orgs/c/knowledge/contents/content_1"]
  },
  "knowledge.updateUrl": {
    call: ({ knowledge }) =>
      knowledge.updateUrl({ path: { content_id }, payload: { include_path_patterns: ["/docs"] } }),
    sends: ["PATCH", "/orgs/c/knowledge/contents/content_1/url", { include_path_patterns: ["/docs"] }]
  },
  "knowledge.listChunks": {
    call: ({ knowledge }) => knowledge.listChunks({ path: { content_id }, urlParams: { status: "FAILED" } }),
    sends: ["GET", "/orgs/c/knowledge/contents/content_1/chunks?status=FAILED"],
    answer: []
  },
  "knowledge.listOfAssistant": {
    call: ({ knowledge }) => knowledge.listOfAssistant({ path: { assistant_id }, urlParams: { type: "URL" } }),
    sends: ["GET", "/orgs/c/assistants/ast_1/knowledge/contents?type=URL"],
    answer: []
  },
  "knowledge.listAvailable": {
    call: ({ knowledge }) => knowledge.listAvailable({ path: { assistant_id } }),
    sends: ["GET", "/orgs/c/assistants/ast_1/knowledge/contents/search"],
    answer: []
  },
  "tables.list": {
    call: ({ tables }) => tables.list({ urlParams: { type: "custom" } }),
    sends: ["GET", "/orgs/c/tables?type=custom"],
    answer: []
  },
  "tables.create": {
    call: ({ tables }) => tables.create({ payload: { name: "Leads", record_prefix: "LEAD" } }),
    sends: ["POST", "/orgs/c/tables", { name: "Leads", record_prefix: "LEAD" }]
  },
  "tables.updateField": {
    call: ({ tables }) =>
      tables.updateField({ path: { table_id, field_id }, payload: { key: "status", unique: true } }),
    sends: ["PATCH", "/orgs/c/tables/table_1/fields/field_1", { key: "status", unique: true }]
  },
  "tables.moveField": {
    call: ({ tables }) => tables.moveField({ path: { table_id }, payload: { field_id, after: "field_2" } }),
    sends: ["POST", "/orgs/c/tables/table_1/fields/move", { field_id: "field_1", after: "field_2" }]
  },
  "tables.importRecords": {
    call: ({ tables }) => tables.importRecords({ path: { table_id }, payload: { file: "name\nAda" } }),
    sends: ["POST", "/orgs/c/tables/table_1/records/import", { file: "name\nAda" }],
    answer: { created: 1, failed: 0, errors: [] }
  },
  "tables.orderViews": {
    call: ({ tables }) =>
      tables.orderViews({ path: { table_id }, payload: { positions: [{ id: view_id, position: 100 }] } }),
    sends: ["PATCH", "/orgs/c/tables/table_1/views/positions", { positions: [{ id: "view_1", position: 100 }] }],
    answer: []
  },
  "views.update": {
    call: ({ views }) =>
      views.update({ path: { view_id }, payload: { config: { table: { columns: [{ key: "name", width: 200 }] } } } }),
    sends: ["PATCH", "/orgs/c/views/view_1", { config: { table: { columns: [{ key: "name", width: 200 }] } } }]
  },
  "records.listActivities": {
    call: ({ records }) => records.listActivities({ path: { record_id: Ids.RecordId.make("record_1") } }),
    sends: ["GET", "/orgs/c/records/record_1/activities"],
    answer: []
  },
  "analytics.dashboard": {
    call: ({ analytics }) => analytics.dashboard(),
    sends: ["GET", "/orgs/c/analytics/dashboard"],
    answer: { total_contacts: 1 }
  },
  "analytics.listContactGrowth": {
    call: ({ analytics }) =>
      analytics.listContactGrowth({ urlParams: { interval: "week", timezone: "Europe/Paris", from_date } }),
    sends: [
      "GET",
      "/orgs/c/analytics/contacts/growth?from_date=2026-01-01T00%3A00%3A00Z&interval=week&timezone=Europe%2FParis"
    ],
    answer: []
  },
  "files.listOrg": { call: ({ files }) => files.listOrg(), sends: ["GET", "/orgs/c/files"], answer: [] },
  "files.uploadOrg": {
    call: ({ files }) => files.uploadOrg({ payload: { file: new Uint8Array([0, 255]), visibility: "PUBLIC" } }),
    sends: ["POST", "/orgs/c/files", { file: "AP8=", visibility: "PUBLIC" }]
  },
  "contacts.listDuplicates": {
    call: ({ contacts }) => contacts.listDuplicates(),
    sends: ["GET", "/orgs/c/contacts/duplicates"],
    answer: []
  },
  "contacts.dryRunCreate": {
    call: ({ contacts }) => contacts.dryRunCreate({ payload: { channels: [{ type: "email", email: "a@b.c" }] } }),
    sends: ["POST", "/orgs/c/contacts/bulk/dry", { channels: [{ type: "email", email: "a@b.c" }] }],
    answer: { created: [{ type: "email", email: "a@b.c" }], updated: [], invalid: [] }
  },
  "contacts.mergeTwo": {
    call: ({ contacts }) =>
      contacts.mergeTwo({ payload: { source_contact_id: Ids.ContactId.make("b"), target_contact_id: contact_id } }),
    sends: ["POST", "/orgs/c/contacts/merge", { source_contact_id: "b", target_contact_id: "contact_1" }]
  },
  "contacts.listFiles": {
    call: ({ contacts }) => contacts.listFiles({ path: { contact_id }, urlParams: { search: "invoice" } }),
    sends: ["GET", `${contact}/files?search=invoice`],
    answer: []
  },
  "orgs.create": {
    call: ({ orgs }) => orgs.create({ payload: { name: "Branch" } }),
    sends: ["POST", "/orgs/c/orgs", { name: "Branch" }]
  },
  "orgs.update": {
    call: ({ orgs }) =>
      orgs.update({
        path: { sub_org_id: org_id },
        payload: { config: { access: { allow_google: false } }, logo_id: null }
      }),
    sends: ["PATCH", "/orgs/c/orgs/org_2", { config: { access: { allow_google: false } }, logo_id: null }]
  },
  "orgs.updateBilling": {
    call: ({ orgs }) =>
      orgs.updateBilling({ path: { sub_org_id: org_id }, payload: { spending_cap: { enabled: true, amount: 100 } } }),
    sends: ["PATCH", "/orgs/c/orgs/org_2/billing", { spending_cap: { enabled: true, amount: 100 } }]
  },
  "orgs.join": {
    call: ({ orgs }) => orgs.join({ path: { sub_org_id: org_id }, payload: { role: "MANAGER" } }),
    sends: ["POST", "/orgs/c/orgs/org_2/join", { role: "MANAGER" }]
  },
  "orgs.listUsage": {
    call: ({ orgs }) => orgs.listUsage({ urlParams: { interval: "day", type: "run" } }),
    sends: ["GET", "/orgs/c/orgs/usage?interval=day&type=run"],
    answer: []
  },
  "broadcasts.create": {
    call: ({ broadcasts }) =>
      broadcasts.create({ payload: { name: "Spring", scheduled_at: null, segment_ids: [segment_id] } }),
    sends: ["POST", "/orgs/c/broadcasts", { name: "Spring", scheduled_at: null, segment_ids: ["segment_1"] }]
  },
  "broadcasts.sendMarketing": {
    call: ({ broadcasts }) => broadcasts.sendMarketing({ path: { broadcast_id } }),
    sends: ["POST", "/orgs/c/broadcasts/broadcast_1/send"]
  },
  "broadcasts.sendTransactional": {
    call: ({ broadcasts }) =>
      broadcasts.sendTransactional({
        path: { broadcast_id },
        payload: { phone: "+44", variables: { code: 7 }, background: true }
      }),
    sends: ["POST", "/orgs/c/broadcasts/broadcast_1/send", { phone: "+44", variables: { code: 7 }, background: true }]
  },
  "segments.list": {
    call: ({ segments }) => segments.list({ urlParams: { exclude_board_columns: true } }),
    sends: ["GET", "/orgs/c/segments?exclude_board_columns=true"],
    answer: []
  },
  "segments.update": {
    call: ({ segments }) => segments.update({ path: { segment_id }, payload: { color: "teal" } }),
    sends: ["PATCH", "/orgs/c/segments/segment_1", { color: "teal" }]
  },
  "connections.list": {
    call: ({ connections }) => connections.list(),
    sends: ["GET", "/orgs/c/connections"],
    answer: []
  },
  "connections.actionOptions": {
    call: ({ connections }) =>
      connections.actionOptions({
        urlParams: { search: "Ber", values: ["a", "b"] },
        payload: { action_id: kind, input: { city: "x" } }
      }),
    sends: [
      "POST",
      "/orgs/c/connections/actions/options?search=Ber&values=a&values=b",
      { action_id: "TOOLS:HTTP_REQUEST", input: { city: "x" } }
    ],
    answer: [{ label: "Berlin", value: "ber" }]
  },
  "workflows.run": {
    call: ({ workflows }) =>
      workflows.run({
        path: { workflow_id },
        payload: { input: { a: 1 }, background: true, workflow_version_id: "latest", identifier: "i" }
      }),
    sends: [
      "POST",
      "/orgs/c/workflows/workflow_1/runs",
      { input: { a: 1 }, background: true, workflow_version_id: "latest", identifier: "i" }
    ]
  },
  "workflows.listRuns": {
    call: ({ workflows }) => workflows.listRuns(),
    sends: ["GET", "/orgs/c/workflows/runs"],
    answer: []
  },
  "orgs.list": { call: ({ orgs }) => orgs.list(), sends: ["GET", "/orgs/c/orgs"], answer: [] }
}

const contract: Array<{
  readonly name: string
  readonly isSocket: boolean
  readonly blocks: (payload: unknown) => boolean
}> = []
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
        expect(yield* Effect.flip(call(invent))).toMatchObject({
          _tag: "InvalidRequest",
          issue: expect.stringMatching(field)
        })
        expect(seen).toEqual([])
      })
    )
  }
})

describe("what an endpoint does not take", () => {
  /** As code without types sends it. */
  const untyped = (method: unknown, request: object) =>
    (method as (request: object) => Effect.Effect<unknown, InventError>)(request)

  const refused: Record<string, (invent: Client) => Effect.Effect<unknown, InventError>> = {
    urlParams: ({ state }) => untyped(state.info, { path: { chat_id }, urlParams: { take: 2 } }),
    payload: ({ broadcasts }) => untyped(broadcasts.sendMarketing, { path: { broadcast_id }, payload: {} }),
    pyaload: ({ state }) => untyped(state.update, { path: { chat_id }, payload: {}, pyaload: {} }),
    assistant_config: ({ state }) =>
      untyped(state.update, { path: { chat_id }, payload: { assistant_config: { langauge: "es" } } }),
    config: ({ assistants }) =>
      untyped(assistants.update, { path: { assistant_id }, payload: { config: { conversation: { thread: "new" } } } }),
    tools: ({ chats }) => untyped(chats.update, { path: { chat_id }, payload: { tools: [{ nmae: "x" }] } })
  }

  for (const [part, call] of Object.entries(refused)) {
    it.scoped(`is refused and named, and not sent: ${part}`, () =>
      Effect.gen(function* () {
        const { invent, seen } = yield* Vendor.connect(() => json({}))
        const error = yield* Effect.flip(call(invent))
        expect(error).toMatchObject({ _tag: "InvalidRequest", issue: expect.stringContaining(part) })
        expect(seen).toEqual([])
      })
    )
  }

  it.scoped("names all values of an enum, and how they are nested", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => json({}))
      const mauve = untyped(invent.segments.update, { path: { segment_id }, payload: { color: "mauve" } })
      const error = yield* Effect.flip(mauve)
      const issue = error._tag === "InvalidRequest" ? error.issue : ""
      for (const color of colors) expect(issue).toContain(`"${color}"`)
      expect(issue).toMatch(/^color: Expected .*, actual "mauve"$/)
    })
  )

  it.scoped("is not what is undefined: that counts as left out", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* Vendor.connect(() => json({ id: "x" }))
      yield* invent.state.update({ path: { chat_id }, payload: { follow_up_at: undefined, csat_score: 2.5 } })
      yield* invent.contacts.list({ urlParams: { search: undefined, take: 1 } }).pipe(Effect.ignore)
      expect(seen.map(({ body, url }) => [url.search, body])).toEqual([
        ["", '{"csat_score":2.5}'],
        ["?take=1", ""]
      ])
    })
  )
})

describe("an entry of a list that cannot be read", () => {
  const withOddFile = { id: "message_2", messages: [{ parts: [{ type: "file", file: "a.png" }] }] }
  const odd = [{ id: "message_1" }, { id: 7 }, null, withOddFile]

  it.scoped("stays in its place with what came", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => json(odd))
      const messages = yield* invent.messages.list({ path: { chat_id } })
      expect(messages.length).toBe(4)
      expect(messages[1]).toMatchObject({ raw: { id: 7 }, issue: "id: Expected string, actual 7" })
      expect(messages[2]).toBeInstanceOf(Undecodable)
    })
  )

  it.scoped("is left out where only what was read counts, and ends no stream", () =>
    Effect.gen(function* () {
      const { invent } = yield* Vendor.connect(() => json(odd))
      const messages = yield* invent.messages.list({ path: { chat_id } })
      expect(omit(messages).map(({ id }) => id)).toEqual(["message_1", "message_2"])
      const streamed = yield* Stream.runCollect(invent.messages.stream({ path: { chat_id } }))
      expect(streamed.length).toBe(4)
    })
  )

  it.scoped("is what it has to be: a file that is a string, a user without an id, and a null cost nothing else", () =>
    Effect.gen(function* () {
      const parts = [{ type: "text", text: "Hello", file: "a.png" }]
      const message = { id: "m", member: { id: null, user: { name: "Ada" } }, messages: [{ parts }], features: 7 }
      const { invent } = yield* Vendor.connect(() => json([message]))
      const [read] = omit(yield* invent.messages.list({ path: { chat_id } }))
      expect(read?.member?.user?.name).toBe("Ada")
      expect(read?.messages?.[0]?.parts?.[0]).toMatchObject({ text: "Hello", file: { raw: "a.png" } })
      expect(read?.features).toBeInstanceOf(Undecodable)
    })
  )
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

  const run = (background?: boolean) => (invent: Client) =>
    invent.workflows.run({ path: { workflow_id }, payload: background === undefined ? {} : { background } })

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
      for (const call of [approval(), approval(false), transactional(), run()]) {
        const { error, seconds } = yield* endsAfter(call)
        expect([error._tag, seconds]).toEqual(["OutcomeUnknown", 600])
      }
    })
  )

  it.scoped("is that of any call where the work goes on in the background", () =>
    Effect.gen(function* () {
      for (const call of [approval(true), transactional(true), run(true)])
        expect((yield* endsAfter(call)).seconds).toBe(20)
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
      const lists = called
        .map(({ name }) => name.split(".") as [string, string])
        .filter(([, name]) => name.startsWith("list"))
      expect(lists.length).toBeGreaterThan(10)
      for (const [group, name] of lists) {
        expect(methods[group]![name.replace("list", "stream")], `${group}.${name}`).toBeTypeOf("function")
      }
    }).pipe(Effect.scoped, Effect.runPromise))

  it.scoped("reads the notes of a contact over all pages", () =>
    Effect.gen(function* () {
      const page = (seen: Vendor.Seen) => json(seen.nth === 1 ? [{ id: "n1" }, { id: "n2" }] : [{ id: "n3" }])
      const { invent, seen } = yield* Vendor.connect(page)
      const notes = yield* Stream.runCollect(
        invent.contacts.streamNotes({ path: { contact_id }, urlParams: { take: 2 } })
      )
      expect(omit(Chunk.toReadonlyArray(notes)).map(({ id }) => id)).toEqual(["n1", "n2", "n3"])
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
      expect(circle).toMatchObject({
        end: { left: { _tag: "UnexpectedResponse", issue: expect.stringContaining("chat_1") } },
        requests: 2
      })
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
        expect(seen.map(({ method, url }) => `${method} ${url.pathname}${url.search}`)).toEqual([
          "GET /orgs/c/orgs?take=1"
        ])
      })
    )
  }
})
