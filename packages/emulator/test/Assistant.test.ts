import { ConnectionId, MessageId, ToolCallId } from "@effect-invent/domain/Ids"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import { pendingTool } from "../src/Assistant/PendingTool.ts"
import * as Reply from "../src/Assistant/Reply.ts"
import { World } from "../src/World.ts"
import { fromNow, layer, messagesOf, openChat, summary, words, write } from "./Fixtures.ts"

const connection = { type: "connection", connection_id: ConnectionId.make("con_1") } as const

describe("a reply", () => {
  it.effect("appears RUNNING after the reply delay and is COMPLETED after the run delay", () =>
    Effect.gen(function* () {
      const chat = yield* openChat
      yield* write(chat, "Where is my order?")
      yield* TestClock.adjust("1999 millis")
      assert.deepStrictEqual(summary(yield* messagesOf(chat.chat_id)), ["user COMPLETED"])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(summary(yield* messagesOf(chat.chat_id)), ["user COMPLETED", "assistant RUNNING"])
      yield* TestClock.adjust("3 seconds")
      const messages = yield* messagesOf(chat.chat_id)
      assert.deepStrictEqual(summary(messages), ["user COMPLETED", "assistant COMPLETED"])
      assert.strictEqual(words(messages[1]), "You wrote: Where is my order?")
      assert.isUndefined(messages[1]?.member)
    }).pipe(Effect.provide(layer()))
  )

  it.effect("is chosen by the script from the turn and the text", () => {
    const script: Reply.Script = ({ contactText, turn }) =>
      turn === 1 ? Reply.Silence : turn === 2 ? Reply.Failure("no model") : Reply.Text(`${turn}: ${contactText}`)
    return Effect.gen(function* () {
      const chat = yield* openChat
      for (const body of ["a", "b", "c"]) {
        yield* write(chat, body)
        yield* TestClock.adjust("1 minute")
      }
      const messages = yield* messagesOf(chat.chat_id)
      assert.deepStrictEqual(summary(messages), [
        "user COMPLETED",
        "user COMPLETED",
        "assistant FAILED",
        "user COMPLETED",
        "assistant COMPLETED"
      ])
      assert.strictEqual(messages[2]?.error, "no model")
      assert.strictEqual(words(messages[4]), "3: c")
    }).pipe(Effect.provide(layer({}, { script })))
  })

  for (const [mutedAssistant, written] of [
    ["answers", ["user COMPLETED", "assistant COMPLETED"]],
    ["silent", ["user COMPLETED"]]
  ] as const) {
    it.effect(`in a muted chat is as the option says: ${mutedAssistant}`, () =>
      Effect.gen(function* () {
        const world = yield* World
        const chat = yield* openChat
        yield* world.mute(chat.chat_id, yield* fromNow("1 hour"))
        yield* write(chat)
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(summary(yield* messagesOf(chat.chat_id)), [...written])
      }).pipe(Effect.provide(layer({ mutedAssistant })))
    )
  }

  it.effect("is not written where the assistant is off, the chat is not open, or the contact is blocked", () =>
    Effect.gen(function* () {
      const world = yield* World
      const [off, closed, blocked] = [yield* openChat, yield* openChat, yield* openChat]
      for (const chat of [off, closed, blocked]) yield* write(chat)
      yield* world.updateState(off.chat_id, { ai_enabled: false }, "test")
      yield* world.setState(closed.chat_id, "CLOSED")
      yield* world.block(blocked.contact_id)
      yield* TestClock.adjust("1 minute")
      for (const chat of [off, closed, blocked]) {
        assert.deepStrictEqual(summary(yield* messagesOf(chat.chat_id)), ["user COMPLETED"])
      }
    }).pipe(Effect.provide(layer()))
  )

  it.effect("still comes after the script threw for an earlier message", () => {
    const script: Reply.Script = ({ turn }) => {
      if (turn === 1) throw new Error("a broken script")
      return Reply.Text("fine")
    }
    return Effect.gen(function* () {
      const chat = yield* openChat
      yield* write(chat)
      yield* TestClock.adjust("1 minute")
      yield* write(chat)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(words((yield* messagesOf(chat.chat_id))[2]), "fine")
    }).pipe(Effect.provide(layer({}, { script })))
  })
})

describe("an interactive tool", () => {
  const openTool = Effect.gen(function* () {
    const chat = yield* openChat
    yield* write(chat)
    yield* TestClock.adjust("1 minute")
    const message = (yield* messagesOf(chat.chat_id))[1]
    assert(message !== undefined)
    const call = Option.getOrThrow(pendingTool(message))
    return { ...chat, message_id: message.id, tool_call_id: call.tool_call_id, name: call.name }
  })
  const settings = { script: () => Reply.Tool("connect_calendar") }

  it.effect("waits in the assistant's message, is answered as the contact, and the assistant goes on", () =>
    Effect.gen(function* () {
      const world = yield* World
      const tool = yield* openTool
      assert.strictEqual(tool.name, "connect_calendar")
      const response = yield* world.respondToTool(tool, connection)
      assert.strictEqual(response.member?.contact_channel?.id, tool.channel_id)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(summary(yield* messagesOf(tool.chat_id)).at(-1), "assistant RUNNING")
      yield* TestClock.adjust("3 seconds")
      const messages = yield* messagesOf(tool.chat_id)
      assert.strictEqual(summary(messages).at(-1), "assistant COMPLETED")
      assert.isTrue(messages.every((message) => Option.isNone(pendingTool(message))))
    }).pipe(Effect.provide(layer({}, settings)))
  )

  it.effect("is not found under another id, another message, or another channel", () =>
    Effect.gen(function* () {
      const world = yield* World
      const tool = yield* openTool
      const attempts = [
        { ...tool, tool_call_id: ToolCallId.make("call_none") },
        { ...tool, message_id: MessageId.make("message_none") },
        { ...tool, channel_id: tool.whatsapp_id }
      ].map((path) => Effect.flip(world.respondToTool(path, connection)))
      const refusals = yield* Effect.all(attempts)
      assert.deepStrictEqual(
        refusals.map(({ status }) => status),
        [404, 404, 404]
      )
    }).pipe(Effect.provide(layer({}, settings)))
  )

  for (const status of [400, 404, 409] as const) {
    it.effect(`refuses a second answer with ${status} when the option says so`, () =>
      Effect.gen(function* () {
        const world = yield* World
        const tool = yield* openTool
        yield* world.respondToTool(tool, connection)
        const refusal = yield* Effect.flip(world.respondToTool(tool, connection))
        assert.strictEqual(refusal.status, status)
      }).pipe(Effect.provide(layer({ toolNoLongerPending: status }, settings)))
    )
  }
})
