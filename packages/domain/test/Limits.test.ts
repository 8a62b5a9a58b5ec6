import * as AsContact from "@effect-invent/domain/api/AsContact"
import { DecideApproval } from "@effect-invent/domain/api/Approval"
import * as Analytics from "@effect-invent/domain/api/Analytics"
import * as AssistantActions from "@effect-invent/domain/api/AssistantActions"
import * as Assistants from "@effect-invent/domain/api/Assistants"
import * as Broadcasts from "@effect-invent/domain/api/Broadcasts"
import * as Chats from "@effect-invent/domain/api/Chats"
import * as Contacts from "@effect-invent/domain/api/Contacts"
import * as Files from "@effect-invent/domain/api/Files"
import * as Inbox from "@effect-invent/domain/api/Inbox"
import * as Knowledge from "@effect-invent/domain/api/Knowledge"
import * as Messages from "@effect-invent/domain/api/Messages"
import * as OfContact from "@effect-invent/domain/api/OfContact"
import * as Orgs from "@effect-invent/domain/api/Orgs"
import * as Segments from "@effect-invent/domain/api/Segments"
import * as State from "@effect-invent/domain/api/State"
import * as Tables from "@effect-invent/domain/api/Tables"
import { UploadFile } from "@effect-invent/domain/api/Upload"
import { ContactFile } from "@effect-invent/domain/Contact/ContactFile"
import { Field } from "@effect-invent/domain/Table/Field"
import * as Ids from "@effect-invent/domain/Ids"
import { Instant } from "@effect-invent/domain/schema/Instant"
import * as InventError from "@effect-invent/domain/InventError"
import * as MessagePart from "@effect-invent/domain/Chat/MessagePart"
import { Unknown } from "@effect-invent/domain/schema/Open"
import { Organization } from "@effect-invent/domain/Organization"
import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as JSONSchema from "effect/JSONSchema"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"

const isAccepted = <A, I>(schema: Schema.Schema<A, I>, value: A) =>
  Effect.map(Effect.either(Schema.encode(schema)(value)), Either.isRight)

const limit = <A, I>(schema: Schema.Schema<A, I>, inside: ReadonlyArray<unknown>, outside: ReadonlyArray<unknown>) =>
  [schema as unknown as Schema.Schema<never, never>, inside, outside] as const

describe("a documented limit", () => {
  it.effect("holds a title to 256 characters", () =>
    Effect.gen(function* () {
      expect(yield* isAccepted(AsContact.CreateChat, { title: "x".repeat(256) })).toBe(true)
      expect(yield* isAccepted(AsContact.CreateChat, { title: "x".repeat(257) })).toBe(false)
    })
  )

  it.effect("asks for at least one part", () =>
    Effect.gen(function* () {
      expect(yield* isAccepted(AsContact.SendMessage, { message: MessagePart.text("hello") })).toBe(true)
      const empty = [] as unknown as MessagePart.UserMessage
      expect(yield* isAccepted(AsContact.SendMessage, { message: empty })).toBe(false)
      expect(yield* isAccepted(AsContact.CreateChat, { message: empty })).toBe(false)
    })
  )

  it.effect("holds a csat score to the numbers from 1 to 5, whole or not", () =>
    Effect.gen(function* () {
      const scores = [0, 1, 5, 6, 2.5, Number.NaN]
      const accepted = yield* Effect.forEach(scores, (csat_score) => isAccepted(State.UpdateState, { csat_score }))
      expect(accepted).toEqual([false, true, true, false, true, false])
    })
  )

  it.effect("holds muted_until to one year after now", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 0, 1))
      const at = (iso: string) => DateTime.unsafeMake(iso)
      expect(yield* isAccepted(State.UpdateState, { muted_until: at("2027-01-01T00:00:00Z") })).toBe(true)
      expect(yield* isAccepted(State.UpdateState, { muted_until: at("2027-01-01T00:00:00.001Z") })).toBe(false)
      yield* TestClock.adjust("1 millis")
      expect(yield* isAccepted(State.UpdateState, { muted_until: at("2027-01-01T00:00:00.001Z") })).toBe(true)
    })
  )

  it.effect("lets null clear follow_up_at and muted_until, and keeps a key that was left out out", () =>
    Effect.gen(function* () {
      const cleared = { follow_up_at: null, muted_until: null }
      expect(yield* Schema.encode(State.UpdateState)(cleared)).toStrictEqual(cleared)
      expect(yield* Schema.encode(State.UpdateState)({})).toStrictEqual({})
    })
  )
})

const text = (length: number) => "x".repeat(length)
const ids = <A>(make: (id: string) => A, length: number) => Array.from({ length }, (_, n) => make(String(n)))

/** What is just inside each documented limit, and just outside. */
const limits: Record<
  string,
  readonly [Schema.Schema<never, never>, inside: ReadonlyArray<unknown>, outside: ReadonlyArray<unknown>]
> = {
  "512 characters of a contact's name, or null": limit(
    Contacts.UpdateContact,
    [{ name: text(512) }, { name: null }, { name: "" }, {}],
    [{ name: text(513) }, { blocked: null }, { unsubscribed: "yes" }]
  ),
  "256 characters of a channel's name, phone and username, or null": limit(
    OfContact.UpdateChannel,
    [
      { name: text(256), phone: text(256), username: text(256) },
      { name: null, phone: null, username: null }
    ],
    [{ name: text(257) }, { phone: text(257) }, { username: text(257) }, { user_id: "u" }]
  ),
  "an e-mail of 256 characters, or null": limit(
    OfContact.UpdateChannel,
    [{ email: `${text(252)}@b.c` }, { email: null }],
    [{ email: `${text(253)}@b.c` }, { email: "ada" }, { email: "a b@c" }, { email: "" }]
  ),
  "an avatar's URI of 2048 characters, or null": limit(
    OfContact.UpdateChannel,
    [{ avatar: `https://a.b/${text(2036)}` }, { avatar: null }],
    [{ avatar: `https://a.b/${text(2037)}` }, { avatar: "a.png" }]
  ),
  "1 to 50 contacts of a merge, or none named": limit(
    Contacts.MergeContacts,
    [{ source_contact_ids: ids(Ids.ContactId.make, 1) }, { source_contact_ids: ids(Ids.ContactId.make, 50) }, {}],
    [{ source_contact_ids: [] }, { source_contact_ids: ids(Ids.ContactId.make, 51) }, { source_contact_ids: null }]
  ),
  "255 allowed types of 255 characters, and nothing about a file's name, type and address": limit(
    UploadFile,
    [
      { file: new Uint8Array([1]), allowed_types: ids(() => text(255), 255) },
      { file: { data: new Uint8Array(), name: text(1000), type: text(1000) } },
      { file_url: text(5000) },
      { file: new Uint8Array([1]), file_url: "https://a.b/c" },
      {}
    ],
    [
      { file: new Uint8Array([1]), allowed_types: ids(String, 256) },
      { file: new Uint8Array([1]), allowed_types: [text(256)] },
      { file: { data: new Uint8Array(), nmae: "a", type: "a/b" } },
      { file_ulr: "https://a.b/c" }
    ]
  ),
  "the statuses of a list of contacts": limit(
    Contacts.ContactFilter,
    [
      { status: "ALL" },
      { status: "SUBSCRIBED" },
      { status: "UNSUBSCRIBED" },
      { status: "BLOCKED" },
      { status: "AI_REPLIES_DISABLED" }
    ],
    [{ status: "all" }, { email: "ada" }, { serach: "Ada" }]
  ),
  "pages from 1, of at most 100": limit(
    Contacts.ContactFilter,
    [
      { page: 1, take: 1 },
      { page: 1_000_000, take: 100 }
    ],
    [{ page: 0 }, { page: 1.5 }, { take: 0 }, { take: 101 }]
  ),
  "512 characters of an approval's reason, and two decisions": limit(
    DecideApproval,
    [{ decision: "accepted" }, { decision: "rejected", reason: text(512), background: true }],
    [{}, { decision: "accept" }, { decision: "rejected", reason: text(513) }, { decision: "rejected", reason: null }]
  ),
  "an assignment that names a member or null": limit(
    State.Assign,
    [{ member_id: null }, { member_id: Ids.OrgMemberId.make("m") }],
    [{}, { member_id: undefined }]
  ),
  "256 characters of a file search": limit(Files.FileFilter, [{ search: text(256) }], [{ search: text(257) }]),
  "nothing about a search for the files of a contact": limit(
    OfContact.ContactFileFilter,
    [{ search: text(257), mimetype: "image/" }],
    [{ serach: "a" }]
  ),
  "the form of an e-mail address that contacts are looked for by, and not how long it is": limit(
    Contacts.ContactFilter,
    [{ email: `${text(253)}@b.c` }],
    [{ email: "ada" }]
  ),
  "ALL among the statuses of a list of broadcasts": limit(
    Broadcasts.BroadcastFilter,
    [{ status: "ALL" }, { status: "CANCELLED" }],
    [{ status: "CANCELED" }]
  ),
  "ALL among the types and statuses of a list of contents": limit(
    Knowledge.ContentFilter,
    [
      { type: "ALL", status: "ALL" },
      { type: "URL", status: "PROCESSED" }
    ],
    [{ type: "text" }]
  ),
  "1 to 1024 characters of an assistant's name": limit(
    Assistants.CreateAssistant,
    [{ name: "x" }, { name: text(1024) }],
    [{ name: "" }, { name: text(1025) }, {}]
  ),
  "1 to 255 characters of a broadcast's name, and 10 segments": limit(
    Broadcasts.CreateBroadcast,
    [{ name: text(255), segment_ids: ids(Ids.SegmentId.make, 10), scheduled_at: null }],
    [{ name: "" }, { name: text(256) }, {}, { name: "x", segment_ids: ids(Ids.SegmentId.make, 11) }]
  ),
  "256 characters of a transactional broadcast's phone, e-mail and name": limit(
    Broadcasts.SendTransactional,
    [{ phone: text(256), email: text(256), name: text(256) }],
    [{ phone: text(257) }, { email: text(257) }, { name: text(257) }, { variables: [] }]
  ),
  "the colours of a segment": limit(
    Segments.UpdateSegment,
    [{ color: "red" }, { color: "neutral" }],
    [{ color: "mauve" }]
  ),
  "1 to 128 characters of a segment's name": limit(
    Segments.UpdateSegment,
    [{ name: "x" }, { name: text(128) }, {}],
    [{ name: "" }, { name: text(129) }]
  ),
  "64 characters of an action's name, and 1024 of its instructions when it is created": limit(
    AssistantActions.CreateAction,
    [{ enabled: true, action_id: "TOOLS:HTTP_REQUEST", config: {}, name: text(64), instructions: text(1024) }],
    [
      { enabled: true, action_id: "TOOLS:HTTP_REQUEST", config: {}, name: text(65) },
      { enabled: true, action_id: "TOOLS:HTTP_REQUEST", config: {}, instructions: text(1025) },
      { enabled: true, action_id: "TOOLS:HTTP_REQUEST" },
      { enabled: true, action_id: "TOOLS:HTTP_REQUEST", config: { inputs: {} } }
    ]
  ),
  "64 characters of an action's name, and 2048 of its instructions when it is changed": limit(
    AssistantActions.UpdateAction,
    [{ name: text(64), instructions: text(2048), connection_id: null }, {}],
    [{ name: text(65) }, { instructions: text(2049) }, { instructions: null }]
  ),
  "25 actions that are put in order": limit(
    AssistantActions.ReorderActions,
    [{ positions: ids((id) => ({ id: Ids.AssistantActionId.make(id), position: 100 }), 25) }],
    [{ positions: ids((id) => ({ id: Ids.AssistantActionId.make(id), position: 100 }), 26) }, {}]
  ),
  "2,097,152 characters of a text, and 1 to 255 of its title, if it has one": limit(
    Knowledge.CreateContent,
    [
      { content: { type: "TEXT", text: "" } },
      { title: "x", content: { type: "TEXT", text: text(2_097_152) } },
      { title: text(255), content: { type: "TEXT", text: "" } }
    ],
    [
      { title: "x", content: { type: "TEXT", text: text(2_097_153) } },
      { title: "", content: { type: "TEXT", text: "" } },
      { title: text(256), content: { type: "TEXT", text: "" } }
    ]
  ),
  "256 paths of 2048 characters": limit(
    Knowledge.UpdateContentUrl,
    [{ include_path_patterns: ids(() => text(2048), 256) }, { exclude_path_patterns: ids(() => text(2048), 256) }],
    [{ include_path_patterns: ids(String, 257) }, { exclude_path_patterns: [text(2049)] }]
  ),
  "256 characters of a search for contents and for broadcasts": limit(
    Schema.Union(Knowledge.ContentFilter, Broadcasts.BroadcastFilter),
    [{ search: text(256) }],
    [{ search: text(257) }]
  ),
  "1 to 128 characters of a table's name, 512 of its description, and its prefix": limit(
    Tables.CreateTable,
    [{ name: text(128), description: text(512), record_prefix: `A${"9".repeat(15)}` }, { name: "x" }],
    [
      { name: "" },
      { name: text(129) },
      { name: "x", description: text(513) },
      ...["", "9A", "a", `A${"9".repeat(16)}`].map((record_prefix) => ({ name: "x", record_prefix }))
    ]
  ),
  "1 to 64 characters of a field's key": limit(
    Tables.UpdateField,
    [{ key: "a" }, { key: `a${"_".repeat(63)}` }],
    [{ key: "" }, { key: "9" }, { key: "A" }, { key: `a${"_".repeat(64)}` }, { config: { sink: {} } }]
  ),
  "128 characters of a field that is moved, and 1024 of its neighbours": limit(
    Tables.MoveField,
    [{ field_id: text(128), after: text(1024), before: text(1024) }],
    [{ field_id: text(129) }, { field_id: "f", after: text(1025) }, { field_id: "f", before: text(1025) }, {}]
  ),
  "8192 characters of an import's mapping": limit(
    Tables.ImportRecords,
    [{ file: text(10_000), mapping: text(8192) }],
    [{ file: "", mapping: text(8193) }, {}]
  ),
  "10,000 contacts of a dry run": limit(
    Contacts.DryRunCreate,
    [{ channels: ids(() => ({}), 10_000) }],
    [{ channels: ids(() => ({}), 10_001) }, {}, { channels: [{ mail: "a" }] }]
  ),
  "50,000 lines of a dry run": limit(
    Broadcasts.DryRunEntries,
    [{ entries: ids(() => ({}), 50_000) }],
    [{ entries: ids(() => ({}), 50_001) }, {}]
  ),
  "2 to 64 characters of an organization's name": limit(
    Orgs.UpdateOrg,
    [{ name: "xx" }, { name: text(64) }, { logo_id: null }],
    [{ name: "x" }, { name: text(65) }, { config: { acces: {} } }, { features: { enterprise: true } }]
  ),
  "an interval that a list of usage must have": limit(
    Orgs.UsageFilter,
    [{ interval: "hour" }, { interval: "year", type: "broadcast_sms" }],
    [{}, { interval: "minute" }, { interval: "day", type: "letters" }]
  ),
  "the intervals of a growth, and none": limit(
    Analytics.GrowthFilter,
    [{}, { interval: "month" }],
    [{ interval: "hour" }]
  ),
  "nothing about an enum of which its page shows one value": limit(
    State.UpdateState,
    [{ assistant_config: { language: "es", knowledge_scope: "some", conversation: { thread_mode: "resume" } } }],
    [
      { assistant_config: { langauge: "es" } },
      { assistant_config: { conversation: { enable_ai_replys: true } } },
      { assistant_config: { tts: { voice: "x" } } },
      { assistant_config: { model: null } }
    ]
  ),
  "no key of a tool that is misspelt": limit(
    Chats.UpdateChat,
    [{ tools: [{ name: "x", parameters: { anything: 1 } }] }],
    [{ tools: [{ nmae: "x" }] }]
  ),
  "undefined as left out": limit(
    Contacts.UpdateContact,
    [{ name: undefined, blocked: undefined, unsubscribed: undefined }],
    [{ nmae: undefined }]
  ),
  "at least one part of a message": limit(
    Messages.CreateMessage,
    [{ message: MessagePart.text("") }],
    [{ message: [] }, {}, { message: [{ type: "file" }] }]
  ),
  "the visibilities of a chat": limit(
    Chats.UpdateChat,
    [{ visibility: "PUBLIC_READ" }, {}],
    [{ visibility: "PUBLIC" }, { titel: "x" }]
  ),
  "the integrations of an inbox": limit(
    Inbox.InboxFilter,
    [{ integration_id: "tiktok_dm" }],
    [{ integration_id: "signal_bot" }]
  )
}

describe("each documented limit", () => {
  for (const [name, [schema, inside, outside]] of Object.entries(limits)) {
    it.effect(`lets in what is inside and nothing that is outside: ${name}`, () =>
      Effect.gen(function* () {
        for (const value of inside)
          expect(yield* isAccepted(schema, value as never), JSON.stringify(value).slice(0, 80)).toBe(true)
        for (const value of outside)
          expect(yield* isAccepted(schema, value as never), JSON.stringify(value).slice(0, 80)).toBe(false)
      })
    )
  }
})

describe("an enum of an answer", () => {
  const enums: ReadonlyArray<
    readonly [string, Schema.Schema<never, never>, key: string, values: ReadonlyArray<string>]
  > = [
    ["the plan of an organization", Organization as never, "plan", ["free", "business"]],
    ["the kind of a field", Field as never, "kind", ["system"]],
    ["the source of a contact's file", ContactFile as never, "source", ["direct", "note", "chat"]]
  ]
  for (const [name, schema, key, values] of enums) {
    it(`has as values what its page lists, and anything else as Unknown: ${name}`, () => {
      const read = (value: string) =>
        (Schema.decodeUnknownSync(schema)({ id: "x", [key]: value }) as Record<string, unknown>)[key]
      expect(values.map(read)).toEqual(values)
      expect(read("other")).toEqual(new Unknown({ value: "other" }))
      expect(JSON.stringify(JSONSchema.make(schema))).toContain(`"examples":${JSON.stringify(values)}`)
    })
  }
})

describe("an instant", () => {
  const decode = Schema.decodeEither(Instant)

  it("is written in whole seconds unless it has milliseconds", () => {
    const write = (iso: string) => Schema.encodeSync(Instant)(DateTime.unsafeMake(iso))
    expect(write("2026-03-10T12:00:00.000Z")).toBe("2026-03-10T12:00:00Z")
    expect(write("2026-03-10T12:00:00.250Z")).toBe("2026-03-10T12:00:00.250Z")
  })

  it("reads a bare date and a time without offset as UTC", () => {
    const millis = (text: string) => Either.getOrThrow(decode(text)).epochMillis
    expect(millis("2023-12-25")).toBe(Date.UTC(2023, 11, 25))
    expect(millis("2023-12-25T10:00:00")).toBe(Date.UTC(2023, 11, 25, 10))
    expect(millis("2023-12-25T10:00:00+02:00")).toBe(Date.UTC(2023, 11, 25, 8))
  })

  it("is written as it was read, whatever the calendar makes of it", () => {
    const texts = [
      "2026-03-10T12:00:00Z",
      "2026-03-10T12:00:00.000Z",
      "2026-03-10T12:00:00.120Z",
      "2026-03-10T12:00:00.123456+02:00",
      "2026-03-10t12:00:00z",
      "2026-03-10T24:00:00Z",
      "2026-02-30T00:00:00Z",
      "2024-02-29T00:00:00Z",
      "2026-03-10"
    ]
    expect(texts.map((text) => Schema.encodeSync(Instant)(Either.getOrThrow(decode(text))))).toEqual(texts)
  })

  it("is not written in a year that has not four digits", () => {
    const write = (iso: string) => Either.isRight(Schema.encodeEither(Instant)(DateTime.unsafeMake(iso)))
    expect(["9999-12-31T23:59:59Z", "+010000-01-01T00:00:00Z", "-000001-01-01T00:00:00Z"].map(write)).toEqual([
      true,
      false,
      false
    ])
  })

  it("refuses text that is no date-time", () => {
    for (const text of ["", "soon", "1700000000", "2023-13-01T00:00:00Z", "2023", "25/12/2023"]) {
      expect(Either.isLeft(decode(text)), text).toBe(true)
    }
  })
})

describe("an error", () => {
  it("that leaves the outcome open never counts as retryable", () => {
    const call = { endpoint: "contacts.sendMessage", attempts: 1 }
    const unknown = new InventError.OutcomeUnknown({
      ...call,
      fingerprint: "POST / 0",
      sentAt: DateTime.unsafeMake(0),
      reason: "ECONNRESET",
      reconcile: "list"
    })
    expect(InventError.isRetryable(unknown)).toBe(false)
    expect(InventError.isRetryable(new InventError.ConnectionFailed({ ...call, reason: "ECONNREFUSED" }))).toBe(true)
    expect(InventError.isRetryable(new InventError.InvalidRequest({ endpoint: "state.update", issue: "x" }))).toBe(
      false
    )
  })
})

describe("ids", () => {
  it("are the vendor's strings, unchanged", () => {
    expect(Ids.ChatId.make("chat_1")).toBe("chat_1")
  })
})
