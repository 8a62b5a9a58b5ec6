import type * as InventClient from "@effect-invent/client/InventClient"
import * as Reconcile from "@effect-invent/client/Reconcile"
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import * as Ids from "@effect-invent/domain/Ids"
import * as InventError from "@effect-invent/domain/InventError"
import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Vendor from "./Vendor.ts"

const { channel_id, chat_id, contact_id, within } = Vendor

const { Applied, NotApplied } = Reconcile.Verdict

const at = { contact_id, chat_id, channel_id }
const toolAt = { ...at, message_id: Ids.MessageId.make("message_1"), tool_call_id: Ids.ToolCallId.make("tool_1") }
const payload = { message: [{ type: "text", text: "hello" }] } as const

/** An unsafe call of each kind that has a verdict. */
const unsafe = {
  createChatVerdict: ({ contacts }) => contacts.createChat({ path: at, payload: {} }),
  sendMessageVerdict: ({ contacts }) => contacts.sendMessage({ path: at, payload }),
  sendMessageOnChannelVerdict: ({ contacts }) => contacts.sendMessageOnChannel({ path: at, payload }),
  respondToToolVerdict: ({ contacts }) =>
    contacts.respondToTool({
      path: toolAt,
      payload: { type: "connection", connection_id: Ids.ConnectionId.make("con_1") }
    })
} satisfies Record<
  Extract<Exclude<keyof typeof Reconcile, "Verdict">, `${string}Verdict`>,
  (invent: InventClient.InventClient["Type"]) => Effect.Effect<unknown, InventError.InventError>
>

describe("an outcome that is unknown", () => {
  for (const [verdict, call] of Object.entries(unsafe)) {
    it.scoped(`names the verdict that finds it out: ${verdict}`, () =>
      Effect.gen(function* () {
        const { invent } = yield* Vendor.connect(() => Vendor.reset)
        const error = yield* within(0, Effect.flip<unknown, InventError.InventError, never>(call(invent)))
        expect(error._tag === "OutcomeUnknown" && error.reconcile).toBe(
          `look at what exists since 1970-01-01T00:00:00.000Z before sending it again: Reconcile.${verdict} does`
        )
      })
    )
  }
})

const sentAt = DateTime.unsafeMake("2026-03-04T10:00:00.500Z")
const after = (duration: Duration.DurationInput) => DateTime.addDuration(sentAt, duration)
const earlier = (duration: Duration.DurationInput) => DateTime.subtractDuration(sentAt, duration)

const unknown = new InventError.OutcomeUnknown({
  endpoint: "contacts.sendMessage",
  attempts: 1,
  fingerprint: "POST /x 1",
  sentAt,
  reason: "the body broke off",
  reconcile: "look"
})

const member = (contact = "contact_1", channel = "channel_1") => ({
  id: Ids.MemberId.make("member_1"),
  contact_channel: { id: Ids.ChannelId.make(channel), contact: { id: Ids.ContactId.make(contact) } }
})

const words = (...texts: ReadonlyArray<string>) => [
  { role: "user" as const, parts: texts.map((text) => ({ type: "text" as const, text })) }
]

const message = (over: Partial<ChatMessage> & { readonly name?: string } = {}): ChatMessage => {
  const { name = "m1", ...rest } = over
  return {
    id: Ids.MessageId.make(name),
    created_at: after("1 seconds"),
    member: member(),
    messages: words("hello", "you"),
    ...rest
  }
}

const request = {
  path: { contact_id, chat_id },
  payload: {
    message: [
      { type: "text", text: "hello" },
      { type: "text", text: "you" }
    ]
  }
} as const

const lists = (...messages: ReadonlyArray<ChatMessage>): Reconcile.Lists => ({
  messages: { stream: () => Stream.fromIterable(messages) }
})

const verdict = (
  listed: Reconcile.Lists,
  options?: Reconcile.MessageOptions,
  at: Duration.DurationInput = "1 minutes"
) =>
  Effect.zipRight(
    TestClock.setTime(after(at).epochMillis),
    Reconcile.sendMessageVerdict(listed, request, unknown, options)
  )

const staff = { id: Ids.MemberId.make("member_2"), user: { id: Ids.UserId.make("user_1") } }
const noMember = ({ member: _, ...rest }: ChatMessage): ChatMessage => rest

describe("the verdict on a message", () => {
  const applied: Record<string, readonly [ReadonlyArray<ChatMessage>, Reconcile.MessageOptions?]> = {
    "same contact, parts and time": [[message()]],
    "a server's clock that is two minutes late": [[message({ created_at: earlier("2 minutes") })]],
    "a server's clock that is two minutes early": [[message({ created_at: after("2 minutes") })]],
    "an equal one that was known": [[message({ name: "old" }), message()], { known: [Ids.MessageId.make("old")] }],
    "an equal one of long ago": [[message({ name: "old", created_at: earlier("3 minutes") }), message()]],
    "a page that shifted and shows it twice": [[message(), message()]],
    "others' messages of the same words": [
      [
        message({ name: "a", member: member("contact_2", "channel_2") }),
        message({ name: "b", member: staff }),
        message()
      ]
    ],
    "two sends and two equal ones": [[message({ name: "m0" }), message()], { sends: 2 }]
  }
  for (const [what, [messages, options]] of Object.entries(applied)) {
    it.effect(`is Applied: ${what}`, () =>
      Effect.gen(function* () {
        const found = yield* verdict(lists(...messages), options)
        expect(found).toMatchObject({ _tag: "Applied", result: { id: "m1" } })
      })
    )
  }

  const notApplied: Record<string, ReadonlyArray<ChatMessage>> = {
    nothing: [],
    "other words": [message({ messages: words("hello") })],
    "the same words of the assistant": [noMember(message({ role: "assistant" }))],
    "the same words of another contact": [message({ member: member("contact_2") })],
    "an equal one before the margin": [message({ created_at: earlier("3 minutes") })],
    "an equal one with the bare date of the day before": [message({ created_at: DateTime.unsafeMake("2026-03-03") })]
  }
  for (const [what, messages] of Object.entries(notApplied)) {
    it.effect(`is NotApplied when it had its time: ${what}`, () =>
      Effect.gen(function* () {
        expect(yield* verdict(lists(...messages))).toEqual(NotApplied())
        expect((yield* verdict(lists(...messages), {}, "9 seconds"))._tag).toBe("StillUnknown")
      })
    )
  }

  const stillUnknown: Record<string, readonly [ReadonlyArray<ChatMessage>, Reconcile.MessageOptions?]> = {
    "two equal ones": [[message({ name: "m0" }), message()]],
    "two sends and one equal": [[message()], { sends: 2 }],
    "no author": [[noMember(message({ role: "user" }))]],
    "no date": [[message({ created_at: null })]],
    "a bare date": [[message({ created_at: DateTime.unsafeMake("2026-03-04") })]],
    "the same words in one part": [[message({ messages: words("hello you") })]],
    "the same words with other blanks": [[message({ messages: words("hello ", "you\r\n") })]]
  }
  for (const [what, [messages, options]] of Object.entries(stillUnknown)) {
    it.effect(`is StillUnknown: ${what}`, () =>
      Effect.gen(function* () {
        expect((yield* verdict(lists(...messages), options))._tag).toBe("StillUnknown")
      })
    )
  }

  it.effect("goes by the channel where the request names one", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(after("1 minutes").epochMillis)
      const onChannel = { path: { ...request.path, channel_id }, payload: request.payload }
      const merged = lists(message({ member: member("contact_9") }))
      expect((yield* Reconcile.sendMessageOnChannelVerdict(merged, onChannel, unknown))._tag).toBe("Applied")
      const elsewhere = lists(message({ member: member("contact_1", "channel_2") }))
      expect(yield* Reconcile.sendMessageOnChannelVerdict(elsewhere, onChannel, unknown)).toEqual(NotApplied())
    })
  )
})

const tool_call_id = Ids.ToolCallId.make("call_1")
const respond = {
  path: { contact_id, channel_id, chat_id, message_id: Ids.MessageId.make("tool"), tool_call_id },
  payload: { type: "connection", connection_id: Ids.ConnectionId.make("con_1") }
} as const
const inner = (keys: object): NonNullable<ChatMessage["messages"]> => [{ role: "tool", ...keys }]
const tool = (status: string) =>
  message({ name: "tool", member: null, role: "assistant", messages: inner({ tool_call_id, status }) })
const answer = (keys: object, over: Partial<ChatMessage> = {}) =>
  message({ name: "answer", messages: inner({ deep: [{ tool_call_id, ...keys }] }), ...over })

describe("the verdict on a tool", () => {
  const cases: Record<string, readonly [ReadonlyArray<ChatMessage>, Reconcile.Verdict<unknown>["_tag"]]> = {
    "answered by this contact with this connection": [
      [tool("answered"), answer({ connection_id: "con_1" })],
      "Applied"
    ],
    "still pending": [[tool("pending")], "NotApplied"],
    "answered with another connection": [[tool("answered"), answer({ connection_id: "con_2" })], "StillUnknown"],
    "answered by somebody else": [
      [tool("answered"), answer({ connection_id: "con_1" }, { member: staff })],
      "StillUnknown"
    ],
    "answered, and nobody says how": [[tool("answered")], "StillUnknown"],
    "not to be found": [[], "StillUnknown"]
  }
  for (const [what, [messages, tag]] of Object.entries(cases)) {
    it.effect(`is ${tag} where it is ${what}`, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(after("1 minutes").epochMillis)
        expect((yield* Reconcile.respondToToolVerdict(lists(...messages), respond, unknown))._tag).toBe(tag)
      })
    )
  }
})

describe("the verdict on a chat", () => {
  it.effect("without a lookup is StillUnknown, and says what is missing", () =>
    Effect.gen(function* () {
      const found = yield* Reconcile.createChatVerdict({ path: { contact_id, channel_id }, payload: {} }, unknown)
      expect(found).toMatchObject({ _tag: "StillUnknown", reason: expect.stringMatching(/findChat.*2026-03-04T09:58/) })
    })
  )

  it.effect("goes by channel, assistant, title and time", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(after("1 minutes").epochMillis)
      const wanted = {
        path: { contact_id, channel_id },
        payload: { title: "New", assistant_id: Ids.AssistantId.make("ast_1") }
      }
      const chat = {
        id: chat_id,
        title: "New",
        members: [member()],
        created_at: sentAt,
        state: { id: "s", assistant_id: Ids.AssistantId.make("ast_1") }
      }
      const others = [
        { ...chat, title: "Old" },
        { ...chat, members: [member("contact_1", "channel_2")] },
        { ...chat, created_at: earlier("1 hours") },
        { ...chat, state: { id: "s", assistant_id: Ids.AssistantId.make("ast_2") } }
      ]
      const look = (...chats: ReadonlyArray<Chat>) =>
        Reconcile.createChatVerdict(wanted, unknown, { findChat: Effect.succeed(chats) })
      expect(yield* look(...others, chat)).toEqual(Applied({ result: chat }))
      expect(yield* look(...others)).toEqual(NotApplied())
      expect((yield* look({ ...chat, members: [{ id: Ids.MemberId.make("m") }] }))._tag).toBe("StillUnknown")
      expect((yield* look({ ...chat, members: [] }))._tag).toBe("StillUnknown")
      expect(yield* look({ ...chat, created_at: DateTime.unsafeMake("2026-03-05") })).toMatchObject({ _tag: "Applied" })
      expect(
        (yield* Reconcile.createChatVerdict(wanted, unknown, { findChat: Effect.succeed([{ id: chat_id }]) }))._tag
      ).toBe("StillUnknown")
    })
  )
})

describe("exactly once", () => {
  const exactly = (verdicts: ReadonlyArray<Reconcile.Verdict<string>>, patience?: Reconcile.Patience) => {
    const seen = { sends: 0, looks: 0 }
    const send = Effect.suspend(() => (seen.sends++, Effect.fail(unknown)))
    const look = () => Effect.sync(() => verdicts[Math.min(seen.looks++, verdicts.length - 1)]!)
    return { seen, call: Reconcile.exactlyOnce(send, look, patience) }
  }
  const waiting = Reconcile.Verdict.StillUnknown({ reason: "not yet" })

  it.effect("gives the result as soon as it shows, and sends no more", () =>
    Effect.gen(function* () {
      const { call, seen } = exactly([waiting, NotApplied(), Applied({ result: "it" })])
      expect(yield* within("7 seconds", call)).toBe("it")
      expect(seen).toEqual({ sends: 1, looks: 3 })
    })
  )

  it.effect("sends again only where it was not applied at the end of the wait", () =>
    Effect.gen(function* () {
      const { call, seen } = exactly([NotApplied()])
      expect(yield* within("21 seconds", Effect.flip(call))).toBe(unknown)
      expect(seen).toEqual({ sends: 2, looks: 8 })
    })
  )

  it.effect("sends no more while it is still unknown", () =>
    Effect.gen(function* () {
      const { call, seen } = exactly([NotApplied(), NotApplied(), NotApplied(), waiting])
      expect(yield* within("11 seconds", Effect.flip(call))).toBe(unknown)
      expect(seen).toEqual({ sends: 1, looks: 4 })
    })
  )

  it.effect("looks once, at the end, when asked to look once", () =>
    Effect.gen(function* () {
      const { call, seen } = exactly([NotApplied()], { looks: 1, visibleWithin: "3 seconds", maxSends: 1 })
      expect(yield* within("3 seconds", Effect.flip(call))).toBe(unknown)
      expect(seen).toEqual({ sends: 1, looks: 1 })
    })
  )

  it.effect("takes a look that fails for no evidence", () =>
    Effect.gen(function* () {
      let sends = 0
      const send = Effect.suspend(() => (sends++, Effect.fail(unknown)))
      const call = Reconcile.exactlyOnce(send, () => Effect.fail("the list is down"))
      expect(yield* within("11 seconds", Effect.flip(call))).toBe(unknown)
      expect(sends).toBe(1)
    })
  )

  it.effect("leaves every other error as it is", () =>
    Effect.gen(function* () {
      const call = Reconcile.exactlyOnce(Effect.fail("refused" as const), () => Effect.succeed(NotApplied()))
      expect(yield* Effect.flip(call)).toBe("refused")
    })
  )
})
