import * as AsContact from "@effect-invent/domain/api/AsContact"
import { DecideApproval } from "@effect-invent/domain/api/Approval"
import * as Assistants from "@effect-invent/domain/api/Assistants"
import * as Broadcasts from "@effect-invent/domain/api/Broadcasts"
import * as Chats from "@effect-invent/domain/api/Chats"
import * as Contacts from "@effect-invent/domain/api/Contacts"
import * as Files from "@effect-invent/domain/api/Files"
import * as Inbox from "@effect-invent/domain/api/Inbox"
import * as Messages from "@effect-invent/domain/api/Messages"
import * as Segments from "@effect-invent/domain/api/Segments"
import * as State from "@effect-invent/domain/api/State"
import * as Ids from "@effect-invent/domain/Ids"
import { Instant } from "@effect-invent/domain/Instant"
import * as InventError from "@effect-invent/domain/InventError"
import * as MessagePart from "@effect-invent/domain/MessagePart"
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"

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

  it.effect("holds a csat score to the whole numbers from 1 to 5", () =>
    Effect.gen(function* () {
      const scores = [0, 1, 5, 6, 2.5, Number.NaN]
      const accepted = yield* Effect.forEach(scores, (csat_score) => isAccepted(State.UpdateState, { csat_score }))
      expect(accepted).toEqual([false, true, true, false, false, false])
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
const limits: Record<string, readonly [Schema.Schema<never, never>, inside: ReadonlyArray<unknown>, outside: ReadonlyArray<unknown>]> = {
  "512 characters of a contact's name, or null": limit(
    Contacts.UpdateContact,
    [{ name: text(512) }, { name: null }, { name: "" }, {}],
    [{ name: text(513) }, { blocked: null }, { unsubscribed: "yes" }]
  ),
  "256 characters of a channel's name, phone and username, or null": limit(
    Contacts.UpdateChannel,
    [{ name: text(256), phone: text(256), username: text(256) }, { name: null, phone: null, username: null }],
    [{ name: text(257) }, { phone: text(257) }, { username: text(257) }, { user_id: "u" }]
  ),
  "an e-mail of 256 characters, or null": limit(
    Contacts.UpdateChannel,
    [{ email: `${text(252)}@b.c` }, { email: null }],
    [{ email: `${text(253)}@b.c` }, { email: "ada" }, { email: "a b@c" }, { email: "" }]
  ),
  "an avatar's URI of 2048 characters, or null": limit(
    Contacts.UpdateChannel,
    [{ avatar: `https://a.b/${text(2036)}` }, { avatar: null }],
    [{ avatar: `https://a.b/${text(2037)}` }, { avatar: "a.png" }]
  ),
  "1 to 50 contacts of a merge, or none named": limit(
    Contacts.MergeContacts,
    [{ source_contact_ids: ids(Ids.ContactId.make, 1) }, { source_contact_ids: ids(Ids.ContactId.make, 50) }, {}],
    [{ source_contact_ids: [] }, { source_contact_ids: ids(Ids.ContactId.make, 51) }, { source_contact_ids: null }]
  ),
  "255 allowed types of 255 characters, and one file": limit(
    Contacts.UploadFile,
    [
      { file: new Uint8Array([1]), allowed_types: ids(() => text(255), 255) },
      { file: { data: new Uint8Array(), name: text(255), type: text(255) } },
      { file_url: `https://a.b/${text(2036)}` }
    ],
    [
      {},
      { file: new Uint8Array([1]), file_url: "https://a.b/c" },
      { file: new Uint8Array([1]), allowed_types: ids(String, 256) },
      { file: new Uint8Array([1]), allowed_types: [text(256)] },
      { file: { data: new Uint8Array(), name: text(256), type: "a/b" } },
      { file: { data: new Uint8Array(), name: "a", type: text(256) } },
      { file_url: `https://a.b/${text(2037)}` }
    ]
  ),
  "the statuses of a list of contacts": limit(
    Contacts.ContactFilter,
    [{ status: "ALL" }, { status: "SUBSCRIBED" }, { status: "UNSUBSCRIBED" }, { status: "BLOCKED" }, { status: "AI_REPLIES_DISABLED" }],
    [{ status: "all" }, { email: "ada" }, { serach: "Ada" }]
  ),
  "pages from 1, of at most 100": limit(
    Contacts.ContactFilter,
    [{ page: 1, take: 1 }, { page: 1_000_000, take: 100 }],
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
  "the colours of a segment": limit(Segments.UpdateSegment, [{ color: "red" }, { color: "neutral" }], [{ color: "mauve" }]),
  "at least one part of a message": limit(
    Messages.CreateMessage,
    [{ message: MessagePart.text("") }],
    [{ message: [] }, {}, { message: [{ type: "file" }] }]
  ),
  "the visibilities of a chat": limit(Chats.UpdateChat, [{ visibility: "PUBLIC_READ" }, {}], [{ visibility: "PUBLIC" }, { titel: "x" }]),
  "the integrations of an inbox": limit(Inbox.InboxFilter, [{ integration_id: "tiktok_dm" }], [{ integration_id: "signal_bot" }])
}

describe("each documented limit", () => {
  for (const [name, [schema, inside, outside]] of Object.entries(limits)) {
    it.effect(`lets in what is inside and nothing that is outside: ${name}`, () =>
      Effect.gen(function* () {
        for (const value of inside) expect(yield* isAccepted(schema, value as never), JSON.stringify(value).slice(0, 80)).toBe(true)
        for (const value of outside) expect(yield* isAccepted(schema, value as never), JSON.stringify(value).slice(0, 80)).toBe(false)
      })
    )
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
    expect(["9999-12-31T23:59:59Z", "+010000-01-01T00:00:00Z", "-000001-01-01T00:00:00Z"].map(write)).toEqual([true, false, false])
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
    expect(InventError.isRetryable(new InventError.InvalidRequest({ endpoint: "state.update", issue: "x" }))).toBe(false)
  })
})

describe("ids", () => {
  it("are the vendor's strings, unchanged", () => {
    expect(Ids.ChatId.make("chat_1")).toBe("chat_1")
  })
})
