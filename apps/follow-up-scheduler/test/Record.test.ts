import * as InventClient from "@effect-invent/client/InventClient"
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import { AssistantId, ChatId, MessageId, UserId } from "@effect-invent/domain/Ids"
import * as InventError from "@effect-invent/domain/InventError"
import { describe, expect } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Backtest from "../src/Simulation/Backtest.ts"
import * as RecordedConversation from "../src/Simulation/RecordedConversation.ts"
import * as FromChat from "../src/Simulation/FromChat.ts"
import * as ChatRows from "../src/Watch/ChatRows.ts"
import * as Recorder from "../src/Simulation/Recorder.ts"
import * as Build from "./Build.ts"

const { after, chat_id, day, hour, minute } = Build

const contact = { id: "member_1", contact_channel: { id: "channel_1", name: "Zoë 李", country: "PT" } } as NonNullable<
  ChatMessage["member"]
>
const wrote = (id: string, at: number, fields: Partial<ChatMessage> = {}): ChatMessage => ({
  id: MessageId.make(id),
  role: "assistant",
  status: "COMPLETED",
  created_at: after(at),
  messages: [{ parts: [{ type: "text", text: `this is ${id}` }] }],
  ...fields
})
const messages = [
  wrote("question", -minute, { role: "user", member: contact }),
  wrote("answer", 0),
  wrote("nudge", 4 * hour)
]

const chatWith = (state: Partial<NonNullable<Chat["state"]>>): Chat => ({
  id: chat_id,
  updated_at: after(6 * hour),
  state: { id: "state_1", assistant_id: AssistantId.make("ast_1"), ...state }
})
const recordOf = (chat: Chat, ours: ReadonlyArray<string> = [], listed = messages) =>
  FromChat.make(chat_id, chat, listed, new Set(ours.map((id) => MessageId.make(id))), after(day))

describe("the record of a chat that the API returns", () => {
  it("has what was written, by whom, in order, up to the time of reading", () => {
    const { chat, events, names, until } = recordOf(chatWith({}), [], messages.toReversed())
    expect(events.map(({ writes }) => writes)).toEqual(["contact", "assistant", "assistant"])
    expect([chat.country, chat.zone === undefined, names?.["contact.name"], until]).toEqual([
      "PT",
      true,
      "Zoë 李",
      after(day)
    ])
  })

  it("marks the follow-ups in the ledger, and only those", () => {
    expect(recordOf(chatWith({}), ["nudge"]).events.map(({ isFollowUp }) => isFollowUp ?? false)).toEqual([
      false,
      false,
      true
    ])
  })

  it("has the human from when one was assigned", () => {
    const { events } = recordOf(chatWith({ assigned_user: { id: UserId.make("user_1") }, assigned_at: after(hour) }))
    expect(events[2]).toEqual({ at: after(hour), becomes: { isAssigned: true } })
  })

  it("has a closed chat closed when it was last updated", () => {
    expect(recordOf(chatWith({ state: "CLOSED" })).events.at(-1)).toEqual({
      at: after(6 * hour),
      becomes: { state: "CLOSED" }
    })
  })

  it("leaves out a message that the assistant is still writing", () => {
    expect(
      recordOf(chatWith({}), [], [...messages, wrote("running", 5 * hour, { status: "RUNNING" })]).events
    ).toHaveLength(3)
  })

  it("has no events where nothing was written, and can be played", () => {
    const test = Backtest.make(Build.policy())
    expect(test.add(recordOf(chatWith({}), [], []))).toBe(0)
    expect(test.report().ends).toEqual({ empty: 1 })
  })

  it("survives its file, and without names holds no text and no name", () => {
    const conversation = recordOf(chatWith({}))
    expect(JSON.parse(RecordedConversation.toLine(conversation))).toMatchObject({
      chat_id,
      names: { "contact.name": "Zoë 李" }
    })
    expect(RecordedConversation.toLine(RecordedConversation.withoutNames(conversation))).not.toMatch(/Zoë|this is/)
  })
})

const gone = new InventError.NotFound({ endpoint: "state.update", attempts: 1, status: 404, excerpt: "" })

describe("recording", () => {
  const recording = (mock: InventClient.Mock) =>
    Layer.provideMerge(
      Layer.merge(
        ChatRows.layer,
        Layer.succeed(Recorder.OwnFollowUps, () => Effect.succeed(new Set<MessageId>()))
      ),
      InventClient.layerMock(mock)
    )
  const listed = { stream: () => Stream.fromIterable(messages) }

  it.effect("reads all chats of the inbox by listing alone", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(after(day).epochMillis)
      const conversations = Chunk.toReadonlyArray(yield* Stream.runCollect(Recorder.ofInbox))
      expect(conversations).toEqual([recordOf(chatWith({}))])
    }).pipe(Effect.provide(recording({ inbox: { stream: () => Stream.make(chatWith({})) }, messages: listed })))
  )

  it.effect("reads named chats by listing alone, in their order", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(after(day).epochMillis)
      const other = { ...chatWith({}), id: ChatId.make("chat_other") }
      const inbox = { stream: () => Stream.make(chatWith({}), other) }
      const recorded = Stream.runCollect(Recorder.ofChats([other.id, chat_id])).pipe(
        Effect.provide(recording({ inbox, messages: listed }))
      )
      expect(Chunk.toReadonlyArray(yield* recorded).map(({ chat_id }) => chat_id)).toEqual([other.id, chat_id])
    })
  )

  const none = { stream: () => Stream.empty }

  it.effect("reads a chat that no list shows by an update that changes nothing", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(after(day).epochMillis)
      expect(Chunk.toReadonlyArray(yield* Stream.runCollect(Recorder.ofChats([chat_id])))).toEqual([
        recordOf(chatWith({}))
      ])
    }).pipe(
      Effect.provide(
        recording({
          inbox: none,
          chats: none,
          messages: listed,
          state: {
            update: ({ payload }) => {
              expect(payload).toEqual({})
              return Effect.succeed(chatWith({}))
            }
          }
        })
      )
    )
  )

  it.effect("leaves out a chat that is gone", () =>
    Effect.gen(function* () {
      expect(Chunk.size(yield* Stream.runCollect(Recorder.ofChats([chat_id])))).toBe(0)
    }).pipe(
      Effect.provide(
        recording({ inbox: none, chats: none, state: { update: () => Effect.fail(gone) }, messages: listed })
      )
    )
  )
})
