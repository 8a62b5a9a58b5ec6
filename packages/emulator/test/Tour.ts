/** Every endpoint called once, in a world in which each has something to answer with. */
import { AssistantId, BoardId } from "@effect-invent/domain/Ids"
import type { HttpMethod } from "@effect/platform/HttpMethod"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import type { Json } from "../../domain/test/Pages.ts"
import { Emulator } from "../src/Emulator.ts"
import { action, pendingTool } from "../src/Assistant/PendingTool.ts"
import { openChat, send } from "./Conformance.ts"

/** A request, by the endpoint that it is for. */
export type Call = readonly [endpoint: string, method: HttpMethod, path: string, body?: object]

/** For a script that opens a tool, asks for two approvals, and then says no more. */
export const setUp = Effect.gen(function* () {
  const { world } = yield* Emulator
  const board = { board_id: BoardId.make("board_1"), board_name: "Sales", column_id: "column_1" }
  const segment = yield* world.setUp.addSegment({ name: "VIP", boards: [board] })
  const path = yield* openChat
  yield* TestClock.adjust("1 second")
  for (const words of ["And now?", "And then?"]) {
    yield* world.contactWrites(path.chat_id, words)
    yield* TestClock.adjust("1 second")
  }
  const { messages } = yield* world.listMessages(path.chat_id)
  const tool = messages.find((message) => Option.isSome(pendingTool(message)))
  const approvals = messages.filter((message) => Option.isSome(action(message)))
  const other = yield* world.addContact({ name: "Ada again", channels: [{ type: "custom", user_id: "same" }] })
  const twin = yield* world.addContact({ name: "Ada once more", channels: [{ type: "custom", user_id: "same" }] })
  const third = yield* world.addContact({ name: "Ada at last", channels: [{ type: "custom" }] })
  yield* world.setUp.addNote(path.contact_id, "Prefers the phone")
  yield* world.setUp.addField("birthday", "date")
  yield* world.setUp.shareFile(path.chat_id, { filename: "a.pdf", mimetype: "application/pdf", size: 1 })
  const connection = yield* world.setUp.addConnection(["Berlin"])
  const workflow = yield* world.setUp.addWorkflow("Onboarding")
  const org = yield* world.setUp.addOrganization("Branch")
  const { id: broadcast } = yield* world.setUp.addBroadcast("Shipped", [
    { channel_type: "custom", text: "Hi {{name}}" }
  ])
  const website = yield* world.knowledge.addWebsite("Docs")
  const { id: content } = yield* world.knowledge.create({ title: "Hours", content: { type: "TEXT", text: "9 to 5" } })
  yield* world.knowledge.linkContent(content, world.assistantId)
  const { id: acting } = yield* world.assistants.actions.create(world.assistantId, {
    enabled: true,
    action_id: "TOOLS:HTTP_REQUEST" as never,
    config: { input: { url: "https://a.b" }, definitions: [{ path: "url", definition: {} }] }
  })
  const table = yield* world.tables.create({ name: "Leads", record_prefix: "LEAD" })
  yield* world.tables.importRecords(table.id, { file: "name\nAda" })
  const [record] = world.tables.recordsOf(table.id)
  const [field] = table.fields ?? []
  yield* Effect.forEach(Array.from({ length: 9 }), () => world.contactWrites(path.chat_id, "Hm"))
  const [memory] = (yield* world.memories.list(path.chat_id, {})).entries
  const mine = yield* world.messages.create(path.chat_id, [{ type: "text", text: "We look into it" }], "staff")
  return {
    ...path,
    approvals,
    acting,
    broadcast,
    connection,
    content,
    field,
    memory,
    mine,
    org,
    other,
    record,
    segment,
    table,
    third,
    tool,
    twin,
    website,
    workflow
  }
})

/** A request to every endpoint. */
export const callsOf = (
  at: Effect.Effect.Success<typeof setUp>,
  assistantId: AssistantId,
  viewId: string
): ReadonlyArray<Call> => {
  const org = "/orgs/c"
  const contact = `${org}/contacts/${at.contact_id}`
  const chat = `/chats/${at.chat_id}`
  const channel = `${contact}/channels/${at.channel_id}`
  const assistant = `${org}/assistants/${assistantId}`
  const actions = `${assistant}/actions`
  const message = { message: [{ type: "text", text: "Hello" }] }
  const toolId = at.tool && Option.getOrThrow(pendingTool(at.tool)).tool_call_id
  const [first, second] = at.approvals.map(
    (message) => `messages/${message.id}/approvals/${Option.getOrThrow(action(message)).tool_call_id}`
  )
  const table = `${org}/tables/${at.table.id}`
  return [
    [
      "contacts.create",
      "POST",
      `${org}/contacts`,
      { channel: { type: "custom", user_id: "new", email: "a@b.c" }, segment_ids: [at.segment] }
    ],
    ["contacts.addSegment", "POST", `${contact}/segments/${at.segment}`],
    ["contacts.uploadFile", "POST", `${contact}/files`, { file: "aGk=" }],
    ["contacts.list", "GET", `${org}/contacts`],
    ["contacts.listFields", "GET", `${org}/contacts/fields`],
    ["contacts.listDuplicates", "GET", `${org}/contacts/duplicates`],
    [
      "contacts.dryRunCreate",
      "POST",
      `${org}/contacts/bulk/dry`,
      { channels: [{ type: "email", email: "x@y.z", name: "X" }, {}] }
    ],
    ["contacts.update", "PATCH", contact, { blocked: true }],
    ["contacts.merge", "POST", `${contact}/merge`, { source_contact_ids: [at.third.id] }],
    [
      "contacts.mergeTwo",
      "POST",
      `${org}/contacts/merge`,
      { source_contact_id: at.twin.id, target_contact_id: at.other.id }
    ],
    ["contacts.listSegments", "GET", `${contact}/segments`],
    ["contacts.listNotes", "GET", `${contact}/notes`],
    ["contacts.listActivities", "GET", `${contact}/activities`],
    ["contacts.listFiles", "GET", `${contact}/files`],
    ["contacts.updateChannel", "PATCH", channel, { phone: "+49" }],
    ["contacts.createChat", "POST", `${channel}/chats`, message],
    ["contacts.sendMessage", "POST", `${contact}/chats/${at.chat_id}/messages`, message],
    ["contacts.sendMessageOnChannel", "POST", `${channel}/chats/${at.chat_id}/messages`, message],
    [
      "contacts.respondToTool",
      "POST",
      `${channel}/chats/${at.chat_id}/messages/${at.tool?.id}/tools/${toolId}/respond`,
      { type: "connection", connection_id: at.connection }
    ],
    ["contacts.decideApproval", "POST", `${channel}/chats/${at.chat_id}/${first}`, { decision: "rejected" }],
    ["messages.decideApproval", "POST", `${chat}/${second}`, { decision: "accepted", background: true }],
    ["messages.list", "GET", `${chat}/messages`],
    ["messages.create", "POST", `${chat}/messages`, message],
    ["messages.get", "GET", `${chat}/messages/${at.mine.id}`],
    ["messages.edit", "PATCH", `${chat}/messages/${at.mine.id}`, message],
    ["messages.remove", "DELETE", `${chat}/messages/${at.mine.id}`],
    [
      "state.update",
      "PATCH",
      `${chat}/state`,
      { csat_score: 4, assistant_config: { language: "es", conversation: { enable_ai_replies: true } } }
    ],
    ["state.assign", "PATCH", `${chat}/state/assign`, { member_id: "org_member_000001" }],
    ["state.markUnseen", "POST", `${chat}/state/unseen`],
    ["state.info", "GET", `${chat}/state/info`],
    ["files.list", "GET", `${chat}/files`],
    ["files.uploadOrg", "POST", `${org}/files`, { file_url: "https://a.b/c.png", visibility: "PUBLIC" }],
    ["files.listOrg", "GET", `${org}/files`],
    ["memories.list", "GET", `${chat}/memories`],
    ["memories.remove", "DELETE", `${chat}/memories/${at.memory?.id}`],
    ["memories.clear", "DELETE", `${chat}/memories`],
    ["chats.update", "PATCH", chat, { title: "Order", tools: [{ name: "x", parameters: { a: 1 } }] }],
    ["chats.list", "GET", `${org}/chats`],
    ["inbox.list", "GET", `${org}/inbox`],
    [
      "assistants.create",
      "POST",
      `${org}/assistants`,
      { name: "Night", config: { timezone: "Europe/Paris" }, generate_secret_key: true }
    ],
    [
      "assistants.update",
      "PATCH",
      assistant,
      { name: "Day", boards: [{ board_id: "board_1", initial_segment_id: at.segment }] }
    ],
    ["assistants.rotateSecretKey", "POST", `${assistant}/rotate-secret-key`],
    ["assistants.get", "GET", assistant],
    ["assistants.list", "GET", `${org}/assistants`],
    ["assistants.createAction", "POST", actions, { enabled: true, action_id: "TOOLS:WEB_SEARCH", config: {} }],
    ["assistants.getAction", "GET", `${actions}/${at.acting}`],
    ["assistants.updateAction", "PATCH", `${actions}/${at.acting}`, { name: "Fetch", connection_id: null }],
    ["assistants.reorderActions", "PATCH", `${actions}/reorder`, { positions: [{ id: at.acting, position: 300 }] }],
    ["assistants.listActions", "GET", actions],
    ["knowledge.create", "POST", `${org}/knowledge/contents`, { title: "More", content: { type: "TEXT", text: "x" } }],
    ["knowledge.get", "GET", `${org}/knowledge/contents/${at.content}`],
    [
      "knowledge.updateUrl",
      "PATCH",
      `${org}/knowledge/contents/${at.website}/url`,
      { include_path_patterns: ["/docs"] }
    ],
    ["knowledge.listChunks", "GET", `${org}/knowledge/contents/${at.content}/chunks`],
    ["knowledge.listOfAssistant", "GET", `${assistant}/knowledge/contents`],
    ["knowledge.listAvailable", "GET", `${assistant}/knowledge/contents/search`],
    ["connections.list", "GET", `${org}/connections`],
    [
      "connections.actionOptions",
      "POST",
      `${org}/connections/actions/options`,
      { action_id: "TOOLS:X", connection_id: at.connection }
    ],
    ["segments.list", "GET", `${org}/segments`],
    ["segments.update", "PATCH", `${org}/segments/${at.segment}`, { color: "teal" }],
    [
      "broadcasts.create",
      "POST",
      `${org}/broadcasts`,
      { name: "Spring", send_to_all: true, segment_ids: [at.segment] }
    ],
    [
      "broadcasts.sendTransactional",
      "POST",
      `${org}/broadcasts/${at.broadcast}/send`,
      { contact_id: at.other.id, name: "Ada" }
    ],
    ["broadcasts.list", "GET", `${org}/broadcasts`],
    ["broadcasts.listRecipients", "GET", `${org}/broadcasts/${at.broadcast}/recipients`],
    [
      "broadcasts.dryRunEntries",
      "PATCH",
      `${org}/broadcasts/${at.broadcast}/properties/entries/dry`,
      { entries: [{ user_id: "same" }, { phone: "0" }] }
    ],
    ["broadcasts.sendMarketing", "POST", `${org}/broadcasts/broadcast_000002/send`],
    ["workflows.run", "POST", `${org}/workflows/${at.workflow}/runs`, { input: { a: 1 }, background: true }],
    ["workflows.listRuns", "GET", `${org}/workflows/runs`],
    ["orgs.create", "POST", `${org}/orgs`, { name: "New" }],
    [
      "orgs.update",
      "PATCH",
      `${org}/orgs/${at.org}`,
      { name: "Branch 2", config: { access: { allow_google: true }, modules: { enable_inbox: true } } }
    ],
    ["orgs.updateBilling", "PATCH", `${org}/orgs/${at.org}/billing`, { spending_cap: { enabled: true, amount: 100 } }],
    ["orgs.join", "POST", `${org}/orgs/${at.org}/join`, { role: "ADMIN" }],
    ["orgs.list", "GET", `${org}/orgs`],
    ["orgs.listUsage", "GET", `${org}/orgs/usage?interval=day`],
    ["tables.create", "POST", `${org}/tables`, { name: "Deals", record_prefix: "DEAL" }],
    ["tables.list", "GET", `${org}/tables`],
    ["tables.updateField", "PATCH", `${table}/fields/${(at.field as { id?: string }).id}`, { key: "full_name" }],
    ["tables.moveField", "POST", `${table}/fields/move`, { field_id: (at.field as { id?: string }).id }],
    [
      "tables.importRecords",
      "POST",
      `${table}/records/import`,
      { file: "n\nAda\nToo,many", mapping: '{"n":"full_name"}' }
    ],
    ["tables.orderViews", "PATCH", `${table}/views/positions`, { positions: [{ id: viewId, position: 200 }] }],
    [
      "views.update",
      "PATCH",
      `${org}/views/${viewId}`,
      { config: { board: { key: "full_name" } }, sort: { key: "full_name" }, filter: { key: "full_name", value: 1 } }
    ],
    ["records.listActivities", "GET", `${org}/records/${at.record}/activities`],
    ["analytics.dashboard", "GET", `${org}/analytics/dashboard`],
    ["analytics.listContactGrowth", "GET", `${org}/analytics/contacts/growth?interval=month`]
  ]
}

export interface Answer {
  readonly endpoint: string
  readonly hasBody: boolean
  readonly status: number
  /** Null where the body is no JSON. */
  readonly json: Json
}

/** The answers, in the order of the calls. */
export const answers = Effect.gen(function* () {
  const { world } = yield* Emulator
  const at = yield* setUp
  return yield* Effect.forEach(callsOf(at, world.assistantId, "view_000001"), ([endpoint, method, path, body]) =>
    Effect.map(send(method, path, body === undefined ? {} : { body: JSON.stringify(body) }), (answer): Answer => ({
      endpoint,
      hasBody: body !== undefined,
      status: answer.status,
      json: answer.body === "" ? null : (JSON.parse(answer.body) as Json)
    }))
  )
})
