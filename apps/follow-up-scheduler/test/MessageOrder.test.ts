/**
 * Whole-second dates, lists in either order and messages without a date: the place in the list shows who wrote last.
 */
import * as InventClient from "@effect-invent/client/InventClient"
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import { ChatId } from "@effect-invent/domain/Ids"
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Reply from "@effect-invent/emulator/Reply"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as ChatReader from "../src/ChatReader.ts"
import * as ChatSnapshot from "../src/Decide/ChatSnapshot.ts"
import * as Decide from "../src/Decide.ts"
import * as Ledger from "../src/Ledger.ts"
import { ActivePolicy } from "../src/Policy.ts"
import * as ArmedState from "../src/Plan/ArmedState.ts"
import * as Databases from "./Databases.ts"
import * as Build from "./Build.ts"

const { after, chat_id, hour, messageId, minute, policy, second, wireChat, wireMessage } = Build

const named = (author: ChatSnapshot.Author, id: string, at: number, fields: Partial<ChatMessage> = {}) =>
  wireMessage(author, at, { id: messageId(id), ...fields })
const undated = { created_at: null, updated_at: null }

const question = named("contact", "question", -minute)
const answer = named("assistant", "answer", 0)
const reply = named("contact", "reply", 0)

const readOnly = (listed: ReadonlyArray<ChatMessage>) => ChatSnapshot.make(chat_id, undefined, listed)
const ids = ({ messages }: ChatSnapshot.ChatSnapshot) => messages.map(({ id }) => id)
const decide = (chat: ChatSnapshot.ChatSnapshot, now = after(2 * hour)) =>
  Decide.decide({ policy: policy(), chat, taken: [], now })
const replied = Decide.Decision.Stop({ reason: "replied" })
const due = { _tag: "Act", step: 1 }

describe("messages of the same second", () => {
  it("listed oldest first keep the order of the list: a reply to our message is a reply", () => {
    expect(ids(readOnly([question, answer, reply]))).toEqual(["question", "answer", "reply"])
    expect(decide(readOnly([question, answer, reply]))).toEqual(replied)
  })

  it("listed newest first are taken from the end of the list: a reply to our message is a reply", () => {
    expect(ids(readOnly([reply, answer, question]))).toEqual(["question", "answer", "reply"])
    expect(decide(readOnly([reply, answer, question]))).toEqual(replied)
  })

  it("end with our message where it is the newest, in either order of the list", () => {
    const early = named("assistant", "greeting", -minute)
    const ask = named("contact", "ask", 0)
    for (const listed of [
      [early, ask, answer],
      [answer, ask, early]
    ]) {
      expect(ids(readOnly(listed))).toEqual(["greeting", "ask", "answer"])
      expect(decide(readOnly(listed))).toMatchObject(due)
    }
  })

  it("are ordered by the chat's last message where no time in the list differs", () => {
    const ask = named("contact", "ask", 0)
    const whole = (last: ChatMessage, listed: ReadonlyArray<ChatMessage>) =>
      ids(ChatSnapshot.make(chat_id, wireChat({}, { last_message: last }), listed))
    expect(whole(answer, [ask, answer])).toEqual(["ask", "answer"])
    expect(whole(answer, [answer, ask])).toEqual(["ask", "answer"])
    expect(whole(reply, [reply, answer])).toEqual(["answer", "reply"])
    expect(whole(reply, [answer])).toEqual(["answer", "reply"])
  })

  it("that nothing orders end with the contact's: a contact who may be waiting is not written to", () => {
    for (const listed of [
      [answer, reply],
      [reply, answer]
    ])
      expect(decide(readOnly(listed))).toEqual(replied)
  })

  it("stay in their order when they are listed once more, in part, in either order", () => {
    const before = readOnly([question, answer])
    for (const listed of [
      [answer, reply],
      [reply, answer]
    ]) {
      expect(ids(ChatSnapshot.withListed(before, listed))).toEqual(["question", "answer", "reply"])
    }
    const known = readOnly([question, answer, reply])
    for (const listed of [
      [answer, reply],
      [reply, answer]
    ]) {
      expect(ids(ChatSnapshot.withListed(known, listed))).toEqual(["question", "answer", "reply"])
      expect(ids(ChatSnapshot.refresh(known, wireChat({}, { last_message: reply })))).toEqual([
        "question",
        "answer",
        "reply"
      ])
    }
  })

  it("that are new in a list which nothing orders follow in the order that other lists have shown", () => {
    const before = readOnly([question, named("assistant", "first", -second)])
    const newMessages = (direction: "ascending" | "descending", listed: ReadonlyArray<ChatMessage>) =>
      ids(ChatSnapshot.withListed(before, listed, direction)).slice(2)
    expect(newMessages("ascending", [reply, answer])).toEqual(["reply", "answer"])
    expect(newMessages("descending", [answer, reply])).toEqual(["reply", "answer"])
  })
})

describe("a message without any date", () => {
  it("keeps its place in the list and counts: a reply is a reply", () => {
    const timeless = { ...reply, ...undated }
    for (const listed of [
      [question, answer, timeless],
      [timeless, answer, question]
    ]) {
      expect(ids(readOnly(listed))).toEqual(["question", "answer", "reply"])
      expect(decide(readOnly(listed))).toEqual(replied)
    }
  })

  it("counts when a human of the staff wrote it", () => {
    const timeless = named("human", "a word", 0, undated)
    for (const listed of [[question, answer, timeless], [question, timeless, answer], [timeless]]) {
      expect(decide(readOnly(listed))).toEqual(Decide.Decision.Stop({ reason: "human_takeover" }))
    }
  })

  it("counts as the chat's last message, too", () => {
    const timeless = { ...reply, ...undated }
    const last = wireChat({}, { last_message: timeless })
    expect(decide(ChatSnapshot.make(chat_id, last, [question, answer]))).toEqual(replied)
    expect(decide(ChatSnapshot.refresh(readOnly([question, answer]), last))).toEqual(replied)
    expect(decide(ChatSnapshot.withListed(readOnly([question, answer]), [timeless]))).toEqual(replied)
  })

  it("stays between its neighbours", () => {
    const thanks = named("contact", "thanks", 0, undated)
    const later = named("assistant", "later", minute)
    for (const listed of [
      [question, answer, thanks, later],
      [later, thanks, answer, question]
    ]) {
      expect(ids(readOnly(listed))).toEqual(["question", "answer", "thanks", "later"])
    }
  })

  it("of ours begins a silence that has lasted for an unknown time: it is not followed up before it was seen for that long", () => {
    const now = after(100 * hour)
    const greeting = named("assistant", "greeting", -hour)
    const decision = decide(readOnly([greeting, question, { ...answer, ...undated }]), now)
    expect(decision).toMatchObject({ _tag: "Wait", step: 1, until: after(101 * hour - 15 * second), reason: "silence" })
  })

  it("is the awaited follow-up where the `follow_up_at` that requested it is gone, and not while it is set", () => {
    const timeless = named("assistant", "follow-up", 0, undated)
    const armed = Build.followUp({ after_id: answer.id })
    const read = (follow_up_at: typeof armed.follow_up_at) =>
      ArmedState.read(
        armed,
        ChatSnapshot.make(chat_id, wireChat({ follow_up_at }), [question, answer, timeless]),
        policy()
      )
    expect(read(null)).toMatchObject({ _tag: "Sent", message: { id: "follow-up" } })
    expect(read(armed.follow_up_at)).toEqual(ArmedState.ArmedState.Invalidated({ reason: "superseded" }))
  })
})

const ledger = Layer.provide(Ledger.layer, Databases.sqlite)
const readOnlyReader = Layer.provide(ChatReader.layerReadOnly, ledger)

describe("a reader that reads with GET only", () => {
  const lists = new Map([
    ["chat_1", [reply, answer, question]],
    ["chat_2", [answer, { ...reply, id: messageId("ask") }]]
  ])
  const invent = InventClient.layerMock({
    messages: { stream: ({ path }) => Stream.fromIterable(lists.get(path.chat_id) ?? []) },
    contacts: { stream: () => Stream.empty },
    inbox: { stream: () => Stream.empty },
    chats: { stream: () => Stream.empty }
  })
  const reader = readOnlyReader.pipe(Layer.provide([invent, Layer.succeed(ActivePolicy, policy())]))
  const read = (id: string) => Effect.flatMap(ChatReader.ChatReader, ({ read }) => read(ChatId.make(id)))

  it.effect("takes the order of a list that does not show it from the lists it has read before", () =>
    Effect.gen(function* () {
      expect(ids(yield* read("chat_2"))).toEqual(["answer", "ask"])
      expect(decide(yield* read("chat_1"))).toEqual(replied)
      expect(ids(yield* read("chat_2"))).toEqual(["ask", "answer"])
      expect(decide(yield* read("chat_2"))).toMatchObject(due)
    }).pipe(Effect.provide(reader))
  )
})

describe.each(["ascending", "descending"] as const)(
  "a service with whole-second dates and %s lists",
  (messageOrder) => {
    const emulator = Emulator.layer({
      behaviour: { timestamps: "seconds", messageOrder },
      script: ({ contactText }) => (contactText === "Thanks" ? Reply.Silence : Reply.Text("On its way."))
    })
    const whole = Layer.provide(ChatReader.layer, ledger)
    const readBy = (
      chat: ChatId,
      by: Layer.Layer<ChatReader.ChatReader, unknown, InventClient.InventClient | ActivePolicy>
    ) =>
      Effect.flatMap(ChatReader.ChatReader, ({ read }) => read(chat)).pipe(
        Effect.provide(by),
        Effect.provide([InventClient.layer(Emulator.client), Layer.succeed(ActivePolicy, policy())])
      )

    it.scoped.each([
      { reader: "dry", by: readOnlyReader },
      { reader: "whole", by: whole }
    ])("shows the $reader reader who wrote last within a second", ({ by }) =>
      Effect.gen(function* () {
        const { world } = yield* Emulator.Emulator
        const { channels } = yield* world.addContact({ name: "Ada", channels: [{ type: "custom" }] })
        const { id } = yield* world.startChat({ channelId: channels[0]!.id, text: "Where is it?" })
        yield* TestClock.adjust("10 seconds")
        yield* world.contactWrites(id, "And the other one?")
        yield* TestClock.adjust("600 millis")
        const answered = yield* readBy(id, by)
        expect(answered.messages.map(({ at }) => at.epochMillis)).toEqual([0, 0, 10_000, 10_000])
        expect(decide(answered)).toMatchObject(due)
        yield* world.contactWrites(id, "Thanks")
        yield* TestClock.adjust("100 millis")
        expect(decide(yield* readBy(id, by))).toEqual(replied)
      }).pipe(Effect.provide(emulator))
    )
  }
)

it("a chat without any date at all is left alone by a policy that is newer than the service's oldest instant", () => {
  const chat: Chat = wireChat({}, { last_message: { ...answer, ...undated } })
  const asked = {
    policy: policy({ effective_from: "2026-01-01" }),
    chat: ChatSnapshot.make(chat_id, chat, []),
    taken: [],
    now: after(0)
  }
  expect(Decide.decide(asked)).toEqual(Decide.Decision.Stop({ reason: "before_effective_from" }))
})
