import type { UpdateState } from "@effect-invent/domain/api/State"
import { text } from "@effect-invent/domain/Chat/MessagePart"
import { AssistantId, ChannelId, ChatId, ContactId } from "@effect-invent/domain/Ids"
import { assert, describe } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import type { Overrides } from "../src/Behaviour.ts"
import type { Refusal } from "../src/Refusal.ts"
import * as Reply from "../src/Assistant/Reply.ts"
import { World } from "../src/World.ts"
import { addAda, fromNow, layer, messagesOf, openChat, stateOf, words, write } from "./Fixtures.ts"

const test = (name: string, body: Effect.Effect<void, Refusal, World>, behaviour?: Overrides) =>
  it.effect(name, () => body.pipe(Effect.provide(layer(behaviour, { script: () => Reply.Silence }))))

/** The status with which this is refused. */
const refusal = <A>(effect: Effect.Effect<A, Refusal, World>) =>
  Effect.matchEffect(effect, {
    onFailure: ({ status }) => Effect.succeed(status),
    onSuccess: () => Effect.dieMessage("expected a refusal")
  })

describe("creating a chat", () => {
  test(
    "makes the contact's channel the sole member and the opening message the contact's",
    Effect.gen(function* () {
      const world = yield* World
      const ada = yield* addAda
      const chat = yield* world.createChat(ada, { title: "Order 17", message: text("Where is it?") })
      assert.strictEqual(chat.title, "Order 17")
      assert.strictEqual(chat.org_id, world.orgId)
      assert.isString(chat.state?.conversation_id)
      assert.strictEqual(chat.members?.length, 1)
      assert.deepInclude(chat.members?.[0]?.contact_channel, { id: ada.channel_id, type: "custom", country: "GB" })
      assert.deepInclude(chat.members?.[0]?.contact_channel?.contact, {
        id: ada.contact_id,
        blocked: false,
        is_admin: false
      })
      assert.strictEqual(chat.last_message?.role, "user")
      assert.strictEqual(chat.last_message?.member?.contact_channel?.id, ada.channel_id)
      assert.strictEqual(words(chat.last_message ?? undefined), "Where is it?")
    })
  )

  test(
    "is refused on a channel that is not custom",
    Effect.gen(function* () {
      const world = yield* World
      const { contact_id, whatsapp_id } = yield* addAda
      assert.strictEqual(yield* refusal(world.createChat({ contact_id, channel_id: whatsapp_id }, {})), 400)
    })
  )

  test(
    "is not found for an unknown contact, channel or assistant, or someone else's channel",
    Effect.gen(function* () {
      const world = yield* World
      const ada = yield* addAda
      const other = yield* addAda
      const attempts = [
        world.createChat({ ...ada, contact_id: ContactId.make("nobody") }, {}),
        world.createChat({ ...ada, channel_id: ChannelId.make("nowhere") }, {}),
        world.createChat({ ...ada, channel_id: other.channel_id }, {}),
        world.createChat(ada, { assistant_id: AssistantId.make("ast_none") })
      ]
      assert.deepStrictEqual(yield* Effect.all(attempts.map((attempt) => refusal(attempt))), [404, 404, 404, 404])
    })
  )

  test(
    "keeps a second chat of the same contact and assistant in the same conversation",
    Effect.gen(function* () {
      const world = yield* World
      const { channel_id, chat_id, contact_id } = yield* openChat
      const first = yield* stateOf(chat_id)
      const second = yield* world.createChat({ channel_id, contact_id }, {})
      assert.notStrictEqual(second.id, chat_id)
      assert.strictEqual(second.state?.conversation_id, first?.conversation_id)
    })
  )

  test(
    "is refused to a blocked contact when the option says so",
    Effect.gen(function* () {
      const world = yield* World
      const ada = yield* addAda
      yield* world.block(ada.contact_id)
      assert.strictEqual(yield* refusal(world.createChat(ada, {})), 400)
    }),
    { blockedContact: "refused" }
  )
})

describe("sending as the contact", () => {
  test(
    "implies the channel when the contact has one custom channel on the chat",
    Effect.gen(function* () {
      const world = yield* World
      const chat = yield* openChat
      yield* world.joinChat(chat.chat_id, chat.whatsapp_id)
      const message = yield* write(chat)
      assert.strictEqual(message.member?.contact_channel?.id, chat.channel_id)
    })
  )

  test(
    "requires channel_id when the contact has more than one custom channel on the chat",
    Effect.gen(function* () {
      const world = yield* World
      const ada = yield* world.addContact({ name: "Ada", channels: [{ type: "custom" }, { type: "custom" }] })
      const [first, second] = ada.channels.map((channel) => channel.id)
      assert(first !== undefined && second !== undefined)
      const { id: chat_id } = yield* world.createChat({ contact_id: ada.id, channel_id: first }, {})
      const path = { contact_id: ada.id, chat_id }
      assert.strictEqual(yield* refusal(world.sendMessage(path, { message: text("Hi"), channel_id: second })), 404)
      yield* world.joinChat(chat_id, second)
      assert.strictEqual(yield* refusal(write(path)), 400)
      const message = yield* world.sendMessage(path, { message: text("Hi"), channel_id: second })
      assert.strictEqual(message.member?.contact_channel?.id, second)
    })
  )

  test(
    "is refused on a chat without a custom channel",
    Effect.gen(function* () {
      const world = yield* World
      const { contact_id, whatsapp_id } = yield* addAda
      const { id: chat_id } = yield* world.startChat({ channelId: whatsapp_id, text: "Hi" })
      assert.strictEqual(yield* refusal(write({ contact_id, chat_id })), 400)
      const named = world.sendMessage({ contact_id, chat_id }, { message: text("Hi"), channel_id: whatsapp_id })
      assert.strictEqual(yield* refusal(named), 400)
      yield* world.contactWrites(chat_id, "I can")
      assert.strictEqual((yield* messagesOf(chat_id)).length, 2)
    })
  )

  test(
    "is not found for an unknown chat, or someone else's",
    Effect.gen(function* () {
      const { chat_id, contact_id } = yield* openChat
      const other = yield* addAda
      const attempts = [
        write({ contact_id, chat_id: ChatId.make("chat_none") }),
        write({ contact_id: other.contact_id, chat_id })
      ]
      assert.deepStrictEqual(yield* Effect.all(attempts.map((attempt) => refusal(attempt))), [404, 404])
    })
  )

  test(
    "reopens a closed chat",
    Effect.gen(function* () {
      const world = yield* World
      const chat = yield* openChat
      yield* world.setState(chat.chat_id, "CLOSED")
      yield* write(chat)
      assert.strictEqual((yield* stateOf(chat.chat_id))?.state, "OPEN")
    })
  )

  test(
    "leaves a closed chat closed when the option says so",
    Effect.gen(function* () {
      const world = yield* World
      const chat = yield* openChat
      yield* world.setState(chat.chat_id, "CLOSED")
      yield* write(chat)
      assert.strictEqual((yield* stateOf(chat.chat_id))?.state, "CLOSED")
    }),
    { contactMessageReopens: { closed: false } }
  )
})

describe("updating the state", () => {
  test(
    "leaves the keys that are absent, and clears with null",
    Effect.gen(function* () {
      const world = yield* World
      const { chat_id } = yield* openChat
      const [follow_up_at, muted_until] = [yield* fromNow("1 hour"), yield* fromNow("2 hours")]
      yield* world.updateState(chat_id, { follow_up_at, muted_until, csat_score: 4 }, "scheduler")
      yield* world.updateState(chat_id, { ai_enabled: false }, "scheduler")
      assert.deepInclude(yield* stateOf(chat_id), {
        state: "OPEN",
        ai_enabled: false,
        follow_up_at,
        muted_until,
        csat_score: 4
      })
      const { state } = yield* world.updateState(chat_id, { follow_up_at: null }, "scheduler")
      assert.deepInclude(state, { follow_up_at: null, muted_until })
      yield* world.updateState(chat_id, { muted_until: null, state: "SNOOZED" }, "scheduler")
      assert.deepInclude(yield* stateOf(chat_id), { muted_until: null, state: "SNOOZED", csat_score: 4 })
    })
  )

  test(
    "with no key reads the chat",
    Effect.gen(function* () {
      const world = yield* World
      const { chat_id } = yield* openChat
      assert.deepStrictEqual(yield* world.updateState(chat_id, {}, "scheduler"), yield* world.snapshot(chat_id))
    })
  )

  /** Whether updates with and without a key move `updated_at`. */
  const touching = Effect.gen(function* () {
    const world = yield* World
    const { chat_id } = yield* openChat
    const touches = (patch: UpdateState) =>
      Effect.gen(function* () {
        const before = yield* world.snapshot(chat_id)
        yield* TestClock.adjust("1 second")
        const after = yield* world.updateState(chat_id, patch, "scheduler")
        return before.updated_at?.epochMillis !== after.updated_at?.epochMillis
      })
    return [yield* touches({}), yield* touches({ state: "SNOOZED" })]
  })

  test(
    "moves `updated_at`, also with no key",
    Effect.map(touching, (touched) => assert.deepStrictEqual(touched, [true, true]))
  )

  test(
    "leaves `updated_at` as it is when the option says so",
    Effect.map(touching, (touched) => assert.deepStrictEqual(touched, [false, false])),
    { stateUpdateTouches: false }
  )

  test(
    "with no key is refused when the option says so",
    Effect.gen(function* () {
      const world = yield* World
      const { chat_id } = yield* openChat
      assert.strictEqual(yield* refusal(world.updateState(chat_id, {}, "scheduler")), 400)
    }),
    { emptyPatch: "refuse" }
  )

  test(
    "refuses a follow-up in the past when the option says so, and changes nothing",
    Effect.gen(function* () {
      const world = yield* World
      const { chat_id } = yield* openChat
      const past = yield* fromNow("0 seconds")
      yield* TestClock.adjust("1 second")
      const patch = { follow_up_at: past, state: "CLOSED" } as const
      assert.strictEqual(yield* refusal(world.updateState(chat_id, patch, "scheduler")), 400)
      assert.deepInclude(yield* stateOf(chat_id), { follow_up_at: null, state: "OPEN" })
    }),
    { pastFollowUp: "refused" }
  )
})

describe("listing messages", () => {
  const threeMessages = Effect.gen(function* () {
    const chat = yield* openChat
    for (const body of ["one", "two", "three"]) {
      yield* write(chat, body)
      yield* TestClock.adjust("1 second")
    }
    return chat.chat_id
  })

  test(
    "pages from 1, oldest first, and counts all",
    Effect.gen(function* () {
      const world = yield* World
      const chatId = yield* threeMessages
      const first = yield* world.listMessages(chatId, { take: 2 })
      const second = yield* world.listMessages(chatId, { take: 2, page: 2 })
      const third = yield* world.listMessages(chatId, { take: 2, page: 3 })
      assert.deepStrictEqual(
        [first, second, third].map(({ messages }) => messages.map(words)),
        [["one", "two"], ["three"], []]
      )
      assert.deepInclude(second, { count: 3, page: 2, take: 2 })
    })
  )

  test(
    "begins at from_date, which is included",
    Effect.gen(function* () {
      const world = yield* World
      const chatId = yield* threeMessages
      const from = (millis: number) => world.listMessages(chatId, { from_date: DateTime.unsafeMake(millis) })
      assert.deepStrictEqual((yield* from(1000)).messages.map(words), ["two", "three"])
      assert.deepStrictEqual((yield* from(1001)).messages.map(words), ["three"])
    })
  )

  test(
    "begins after from_date when the option says so",
    Effect.gen(function* () {
      const world = yield* World
      const chatId = yield* threeMessages
      const from = (millis: number) => world.listMessages(chatId, { from_date: DateTime.unsafeMake(millis) })
      assert.deepStrictEqual((yield* from(1000)).messages.map(words), ["three"])
      assert.deepStrictEqual((yield* from(999)).messages.map(words), ["two", "three"])
    }),
    { fromDate: "excluded" }
  )

  test(
    "is newest first when the option says so, and has the printed size",
    Effect.gen(function* () {
      const world = yield* World
      const page = yield* world.listMessages(yield* threeMessages)
      assert.deepStrictEqual(page.messages.map(words), ["three", "two", "one"])
      assert.deepInclude(page, { count: 3, page: 1, take: 100 })
    }),
    { messageOrder: "descending" }
  )
})

describe("the dashboard", () => {
  test(
    "taking over writes as a user of the staff, assigns the chat and silences the assistant, until it is handed back",
    Effect.gen(function* () {
      const world = yield* World
      const chat = yield* openChat
      const message = yield* world.takeOver(chat.chat_id)
      assert.strictEqual(message.role, "assistant")
      assert.isString(message.member?.user?.id)
      const taken = yield* stateOf(chat.chat_id)
      assert.isFalse(taken?.ai_enabled)
      assert.strictEqual(taken?.assigned_user?.id, message.member?.user?.id)
      yield* world.handBack(chat.chat_id)
      assert.deepInclude(yield* stateOf(chat.chat_id), { ai_enabled: true, assigned_user: null })
    })
  )

  test(
    "a receipt moves updated_at of every message and of the chat, and nothing else",
    Effect.gen(function* () {
      const world = yield* World
      const { chat_id } = yield* openChat
      const before = yield* world.listMessages(chat_id)
      yield* TestClock.adjust("1 day")
      yield* world.touch(chat_id)
      const updated_at = yield* DateTime.now
      assert.deepStrictEqual(
        (yield* world.listMessages(chat_id)).messages,
        before.messages.map((message) => ({ ...message, updated_at }))
      )
      assert.deepStrictEqual((yield* world.snapshot(chat_id)).updated_at, updated_at)
      assert.strictEqual(yield* refusal(world.touch(ChatId.make("nobody"))), 404)
    })
  )

  test(
    "blocking shows in the chats of the contact, and unsubscribing shows on the contact alone, as the pages print",
    Effect.gen(function* () {
      const world = yield* World
      const { chat_id, contact_id } = yield* openChat
      yield* world.block(contact_id)
      yield* world.unsubscribe(contact_id)
      const { members } = yield* world.snapshot(chat_id)
      assert.deepStrictEqual(members?.[0]?.contact_channel?.contact, {
        id: contact_id,
        name: "Ada",
        blocked: true,
        ai_replies_disabled: false,
        is_admin: false
      })
      const { entries } = yield* world.contacts.list({ status: "UNSUBSCRIBED" })
      assert.deepStrictEqual(
        entries.map(({ id }) => id),
        [contact_id]
      )
    })
  )

  test(
    "a chat shows the time zone of the assistant it is with",
    Effect.gen(function* () {
      const world = yield* World
      const ada = yield* addAda
      const assistant_id = yield* world.addAssistant({ name: "Berlin", timezone: "Europe/Berlin" })
      const { state } = yield* world.createChat(ada, { assistant_id })
      assert.strictEqual(state?.assistant_config?.timezone, "Europe/Berlin")
    })
  )
})
