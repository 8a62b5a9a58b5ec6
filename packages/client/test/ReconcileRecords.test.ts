import type * as Reconcile from "@effect-invent/client/Reconcile"
import * as Records from "@effect-invent/client/Reconcile/ReconcileRecords"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import * as Ids from "@effect-invent/domain/Ids"
import * as InventError from "@effect-invent/domain/InventError"
import { text } from "@effect-invent/domain/Chat/MessagePart"
import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import { channel_id, chat_id, type Client, contact_id, json, connect, reset, within } from "./Vendor.ts"

const sentAt = DateTime.unsafeMake("2026-03-04T10:00:00.500Z")
const created_at = DateTime.addDuration(sentAt, "1 seconds")
const long_ago = DateTime.subtractDuration(sentAt, "1 hours")

const unknown = new InventError.OutcomeUnknown({
  endpoint: "x",
  attempts: 1,
  fingerprint: "POST /x 1",
  sentAt,
  reason: "the body broke off",
  reconcile: "look"
})

type Case = readonly [
  what: string,
  tag: Reconcile.Verdict<unknown>["_tag"],
  verdict: Effect.Effect<Reconcile.Verdict<unknown>, unknown>
]

const list =
  (...items: ReadonlyArray<object>) =>
  () =>
    Stream.fromIterable(items as ReadonlyArray<never>)
const messages = (...items: ReadonlyArray<object>) => ({ messages: { stream: list(...items) } })
const user = { id: Ids.MemberId.make("member_1"), user: { id: Ids.UserId.make("user_1") } }
const asContact = { id: Ids.MemberId.make("member_2"), contact_channel: { id: channel_id } }
const said = (over: Partial<ChatMessage> = {}): ChatMessage => ({
  id: Ids.MessageId.make("m1"),
  role: "assistant",
  created_at,
  member: user,
  messages: [{ role: "assistant", parts: [{ type: "text", text: "hello" }] }],
  ...over
})
const say = { path: { chat_id }, payload: { message: text("hello") } }
const created = (...items: ReadonlyArray<object>) => Records.createMessageVerdict(messages(...items), say, unknown)

const tool_call_id = Ids.ToolCallId.make("call_1")
const decided = (status: string) =>
  Records.decideApprovalVerdict(
    messages({ id: "m1", messages: [{ role: "tool", tool_call_id, status }] }),
    { path: { chat_id, tool_call_id } },
    unknown
  )

const contact = (over: object = {}) => ({
  id: "new",
  created_at,
  channels: [{ id: "ch", user_id: "u1", created_at }],
  ...over
})
const contacts = (
  payload: Parameters<typeof Records.createContactVerdict>[1]["payload"],
  ...items: ReadonlyArray<object>
) => Records.createContactVerdict({ contacts: { stream: list(...items) } }, { payload }, unknown)
const u1 = { channel: { user_id: "u1" } }

const [b, c] = ["b", "c"].map((id) => Ids.ContactId.make(id)) as [Ids.ContactId, Ids.ContactId]
const merge = (
  ids: ReadonlyArray<string>,
  payload: { source_contact_ids?: ReadonlyArray<Ids.ContactId> } = { source_contact_ids: [b, c] }
) =>
  Records.mergeVerdict(
    { contacts: { stream: list(...ids.map((id) => ({ id }))) } },
    { path: { contact_id }, payload },
    unknown
  )

/** The list of contacts is read twice: the first time shows no source, the second time one. */
const mergeWhileShrinking = Effect.suspend(() => {
  const lists = [[contact_id], [contact_id, "c"]]
  const next = () => list(...(lists.shift() ?? []).map((id) => ({ id })))()
  return Records.mergeVerdict(
    { contacts: { stream: () => Stream.suspend(next) } },
    { path: { contact_id }, payload: { source_contact_ids: [b, c] } },
    unknown
  )
})

/** Finds by the whole value only, as a service does that keeps another form. */
const keptAs = (kept: { readonly email: string } | { readonly user_id: string }) => ({
  contacts: {
    stream: (request: { readonly urlParams?: object } = {}) =>
      JSON.stringify(request.urlParams) === JSON.stringify(kept)
        ? list(contact({ channels: [{ id: "ch", ...kept }] }))()
        : list()()
  }
})

const data = new Uint8Array([1, 2, 3])
const file = (over: object = {}) => ({ id: "f1", file_filename: "a.txt", file_size: 3, ...over })
const uploaded = (
  activities: ReadonlyArray<object>,
  payload: Parameters<typeof Records.uploadFileVerdict>[1]["payload"] = {
    file: { data, name: "a.txt", type: "text/plain" }
  }
) =>
  Records.uploadFileVerdict(
    { contacts: { streamActivities: list(...activities) } },
    { path: { contact_id }, payload },
    unknown
  )

const assistants = (...items: ReadonlyArray<object>) =>
  Records.createAssistantVerdict({ assistants: { stream: list(...items) } }, { payload: { name: "Ada" } }, unknown)

const workflow_id = Ids.WorkflowId.make("workflow_1")
const runs = (identifier: string | undefined, ...items: ReadonlyArray<object>) =>
  Records.runWorkflowVerdict(
    { workflows: { streamRuns: list(...items) } },
    { path: { workflow_id }, payload: { input: { order: 2 }, ...(identifier !== undefined && { identifier }) } },
    unknown
  )

const broadcast_id = Ids.BroadcastId.make("broadcast_1")
const fired = (...items: ReadonlyArray<object>) =>
  Records.sendTransactionalVerdict(
    messages(...items),
    { path: { broadcast_id }, payload: { contact_id } },
    chat_id,
    unknown
  )

const cases: ReadonlyArray<Case> = [
  ["a message of the staff's with these words", "Applied", created(said())],
  ["a message of the staff's an hour ago", "NotApplied", created(said({ created_at: long_ago }))],
  ["a contact's message with these words", "NotApplied", created(said({ member: asContact }))],
  ["a message with these words and no author", "StillUnknown", created({ ...said(), member: undefined })],
  ["two messages with these words", "StillUnknown", created(said(), said({ id: Ids.MessageId.make("m2") }))],
  ["an approval that is pending", "NotApplied", decided("pending")],
  ["an approval that is awaited", "NotApplied", decided("awaiting_approval")],
  [
    "an approval that is pending in one message and accepted in another",
    "StillUnknown",
    Records.decideApprovalVerdict(
      messages(
        { id: "m1", messages: [{ role: "tool", tool_call_id, status: "pending" }] },
        { id: "m2", messages: [{ role: "tool", tool_call_id, status: "accepted" }] }
      ),
      { path: { chat_id, tool_call_id } },
      unknown
    )
  ],
  ["an approval that is decided, nobody says by whom", "StillUnknown", decided("accepted")],
  ...["<p>hello</p>", "hello\n\nSent by Invent", "hel…", "Hello!"].map((shown): Case => [
    `a message that the server shows as ${JSON.stringify(shown)}`,
    "StillUnknown",
    created(said({ messages: [{ role: "assistant", parts: [{ type: "text", text: shown }] }] }))
  ]),
  [
    "a message with other words",
    "NotApplied",
    created(said({ messages: [{ role: "assistant", parts: [{ type: "text", text: "good-bye" }] }] }))
  ],
  ["a message that does not show its text", "StillUnknown", created(said({ messages: null }))],
  ["a message without parts", "StillUnknown", created(said({ messages: [{ role: "assistant", parts: [] }] }))],
  [
    "a message with a part that is no text",
    "StillUnknown",
    created(said({ messages: [{ role: "assistant", parts: [{ type: "text" }] }] }))
  ],
  [
    "a contact whose e-mail the server keeps in small letters",
    "StillUnknown",
    contacts({ channel: { email: "Ada@Example.com" } }, contact({ channels: [{ id: "ch", email: "ada@example.com" }] }))
  ],
  [
    "a contact whose number the server keeps without blanks",
    "StillUnknown",
    contacts({ channel: { user_id: "+44 20 7946" } }, contact({ channels: [{ id: "ch", user_id: "+44207946" }] }))
  ],
  [
    "a contact whom the service finds by an e-mail in small letters only",
    "StillUnknown",
    Records.createContactVerdict(
      keptAs({ email: "ada@example.com" }),
      { payload: { channel: { email: "Ada@Example.com" } } },
      unknown
    )
  ],
  [
    "a contact whom the service finds by the digits only",
    "StillUnknown",
    Records.createContactVerdict(
      keptAs({ user_id: "44207946" }),
      { payload: { channel: { user_id: "+44 (20) 7946" } } },
      unknown
    )
  ],
  [
    "a file of this size by another name",
    "StillUnknown",
    uploaded([{ id: "a", created_at, file: file({ file_filename: "a (1).txt" }) }])
  ],
  ["a contact with this address", "Applied", contacts(u1, contact())],
  ["no contact with this address", "NotApplied", contacts(u1)],
  [
    "a contact with this address from before",
    "NotApplied",
    contacts(u1, contact({ created_at: long_ago, channels: [{ id: "ch", user_id: "u1", created_at: long_ago }] }))
  ],
  [
    "a contact from before with a new channel of this address",
    "Applied",
    contacts(u1, contact({ created_at: long_ago }))
  ],
  ["a contact that shows no channel", "StillUnknown", contacts(u1, contact({ channels: [] }))],
  ["a contact that does not show its channels", "StillUnknown", contacts(u1, { id: "new", created_at })],
  ["a contact of a request without address", "StillUnknown", contacts({ channel: { name: "Ada" } }, contact())],
  [
    "a new channel of an old contact",
    "Applied",
    contacts({ channel: { user_id: "u1", contact_id } }, contact({ id: contact_id, created_at: long_ago }))
  ],
  ["a merge whose sources are gone", "Applied", merge([contact_id, "z"])],
  ["a merge whose sources are there", "NotApplied", merge([contact_id, "b", "c"])],
  ["a merge whose source one of two lists has skipped", "StillUnknown", mergeWhileShrinking],
  ["a merge of which one source is there", "StillUnknown", merge([contact_id, "c"])],
  ["a merge whose target is gone", "StillUnknown", merge(["z"])],
  ["a merge of whatever the server finds", "StillUnknown", merge([contact_id], {})],
  ["a file of this name and size", "Applied", uploaded([{ id: "a", created_at, file: file() }])],
  ["a file of another size", "NotApplied", uploaded([{ id: "a", created_at, file: file({ file_size: 4 }) }])],
  ["a file of an hour ago", "NotApplied", uploaded([{ id: "a", created_at: long_ago, file: file() }])],
  ["a file without a date", "StillUnknown", uploaded([{ id: "a", file: file() }])],
  ["a new entry without its file", "StillUnknown", uploaded([{ id: "a", created_at }])],
  [
    "a file that was given by address",
    "StillUnknown",
    uploaded([{ id: "a", created_at, file: file() }], { file_url: "https://a.b/c" })
  ],
  [
    "an assistant of this name",
    "Applied",
    assistants({ id: "a", name: "Ada", created_at }, { id: "b", name: "Bob", created_at })
  ],
  ["an assistant of this name from before", "NotApplied", assistants({ id: "a", name: "Ada", created_at: long_ago })],
  ["a run that names its workflow", "Applied", runs(undefined, { id: "r", started_at: created_at, workflow_id })],
  [
    "a run that names workflow and identifier",
    "Applied",
    runs("i", { id: "r", started_at: created_at, workflow_id, identifier: "i" })
  ],
  ["a run that names nothing", "StillUnknown", runs(undefined, { id: "r", started_at: created_at })],
  [
    "a run that shows another input",
    "StillUnknown",
    runs(undefined, { id: "r", started_at: created_at, workflow_id, input: { order: 1 } })
  ],
  ["no run", "NotApplied", runs("i")],
  ["a message of the broadcast", "Applied", fired(said({ broadcast_id }))],
  [
    "two messages of the broadcast",
    "StillUnknown",
    fired(said({ broadcast_id }), said({ id: Ids.MessageId.make("m2"), broadcast_id }))
  ],
  ["no message of the broadcast in this chat", "StillUnknown", fired(said())]
]

describe("the verdict on a record", () => {
  for (const [what, tag, verdict] of cases) {
    it.effect(`is ${tag}: ${what}`, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(DateTime.addDuration(sentAt, "1 minutes").epochMillis)
        expect((yield* verdict)._tag).toBe(tag)
      })
    )
  }
})

describe("a message of the staff's, exactly once", () => {
  it.scoped("is sent once where its answer is lost and it is listed, and its listed form is the result", () =>
    Effect.gen(function* () {
      let listed: ReadonlyArray<object> = []
      const { invent, seen } = yield* connect(({ method }) => {
        if (method === "GET") return json(listed)
        listed = [{ ...said(), created_at: "1970-01-01T00:00:01Z" }]
        return json({}, 502)
      })
      const message = yield* within("1 minutes", Records.createMessage(invent, say))
      expect(message.id).toBe("m1")
      expect(seen.filter(({ method }) => method === "POST").length).toBe(1)
    })
  )
})

describe("the chats of the inbox", () => {
  it.scoped("are what a lost createChat is looked for in", () =>
    Effect.gen(function* () {
      const { invent, seen } = yield* connect(() => json([{ id: "chat_9" }]))
      expect(yield* Records.inboxChats(invent)).toMatchObject([{ id: "chat_9" }])
      expect(seen[0]!.url.search).toContain("integration_id=custom")
    })
  )
})

/** A call that each verdict is on. */
const unsafe = {
  createMessageVerdict: ({ messages }) => messages.create(say),
  decideApprovalVerdict: ({ messages }) =>
    messages.decideApproval({
      path: { chat_id, message_id: Ids.MessageId.make("m1"), tool_call_id },
      payload: { decision: "accepted" }
    }),
  createContactVerdict: ({ contacts }) => contacts.create({ payload: u1 }),
  mergeVerdict: ({ contacts }) => contacts.merge({ path: { contact_id }, payload: { source_contact_ids: [b, c] } }),
  uploadFileVerdict: ({ contacts }) =>
    contacts.uploadFile({ path: { contact_id }, payload: { file: { data, name: "a.txt", type: "text/plain" } } }),
  createAssistantVerdict: ({ assistants }) => assistants.create({ payload: { name: "Ada" } }),
  runWorkflowVerdict: ({ workflows }) => workflows.run({ path: { workflow_id }, payload: {} }),
  sendTransactionalVerdict: ({ broadcasts }) =>
    broadcasts.sendTransactional({ path: { broadcast_id }, payload: { contact_id } })
} satisfies Record<
  Extract<keyof typeof Records, `${string}Verdict`>,
  (invent: Client) => Effect.Effect<unknown, InventError.InventError>
>

describe("an outcome that is unknown", () => {
  for (const [verdict, call] of Object.entries(unsafe)) {
    it.scoped(`names the verdict that finds it out: ${verdict}`, () =>
      Effect.gen(function* () {
        const { invent } = yield* connect(() => reset)
        const error = yield* within(0, Effect.flip<unknown, InventError.InventError, never>(call(invent)))
        expect(error._tag === "OutcomeUnknown" && error.reconcile).toContain(`: ReconcileRecords.${verdict} does`)
      })
    )
  }
})
