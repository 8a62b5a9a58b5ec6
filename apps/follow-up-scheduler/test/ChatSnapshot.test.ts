import { Chat } from "@effect-invent/domain/Chat"
import { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import * as Ids from "@effect-invent/domain/Ids"
import { Unknown } from "@effect-invent/domain/schema/Open"
import { Undecodable } from "@effect-invent/domain/schema/Undecodable"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { fileURLToPath } from "node:url"
import { it } from "../../../tools/testing/it.ts"
import * as ChatSnapshot from "../src/Decide/ChatSnapshot.ts"
import * as Decide from "../src/Decide.ts"
import * as Build from "./Build.ts"

const { after, chat_id, hour, members, messageId, minute, policy, wireChat, wireMessage } = Build

const snapshot = (
  listed: ReadonlyArray<ChatMessage> = [],
  state: Parameters<typeof wireChat>[0] = {},
  fields: Parameters<typeof wireChat>[1] = {}
) => ChatSnapshot.make(chat_id, wireChat(state, fields), listed)

const authors = (...listed: ReadonlyArray<ChatMessage>) => snapshot(listed).messages.map(({ author }) => author)
const bare = (role: ChatMessage["role"], fields: Partial<ChatMessage> = {}): ChatMessage => ({
  id: messageId(`bare ${String(role)}`),
  created_at: after(0),
  ...(role === undefined ? {} : { role }),
  ...fields
})

describe("the author of a message", () => {
  const all = { ...members.human, ...members.widget, ...members.contact() }

  for (const role of ["user", "assistant"] as const) {
    it(`is its member, whatever the role ${role} means`, () => {
      expect(authors(bare(role, { member: members.contact() }))).toEqual(["contact"])
      expect(authors(bare(role, { member: members.human }))).toEqual(["human"])
      expect(authors(bare(role, { member: members.widget }))).toEqual(["contact"])
      expect(authors(bare(role, { member: all }))).toEqual(["contact"])
    })
  }

  it("is its role where no member gives the author", () => {
    const nobody = { id: Ids.MemberId.make("nobody") }
    expect(authors(bare("user"))).toEqual(["contact"])
    expect(authors(bare("assistant"))).toEqual(["assistant"])
    expect(authors(bare("assistant", { member: nobody }))).toEqual(["assistant"])
    expect(authors(bare("user", { member: null }))).toEqual(["contact"])
  })

  it("is its member where the role is missing or undocumented, and nobody where that is missing, too", () => {
    expect(authors(bare(undefined, { member: members.contact() }))).toEqual(["contact"])
    expect(authors(bare(new Unknown({ value: "robot" }), { member: members.human }))).toEqual(["human"])
    expect(authors(bare(undefined), bare(new Unknown({ value: "robot" })))).toEqual([])
  })
})

describe("left out", () => {
  for (const role of ["note", "event", "system", "tool"] as const) {
    it(`is a message of the role ${role}, even one that a human wrote`, () => {
      expect(authors(bare(role, { member: members.human }), bare(role, { member: members.contact() }))).toEqual([])
    })
  }

  for (const status of ["FAILED", "CANCELED"] as const) {
    it(`is a message of the assistant that is ${status}: the contact never saw it`, () => {
      expect(authors(wireMessage("assistant", 0, { status }))).toEqual([])
    })

    it(`is nothing that a person wrote, though its status is ${status}: they wrote it`, () => {
      expect(authors(wireMessage("contact", 0, { status }), wireMessage("human", 1, { status }))).toEqual([
        "contact",
        "human"
      ])
    })
  }

  it("is no message for having no time", () => {
    const { created_at: _, ...timeless } = wireMessage("assistant", 0)
    expect(authors(timeless)).toEqual(["assistant"])
    expect(authors({ ...timeless, created_at: null, updated_at: after(0) })).toEqual(["assistant"])
  })
})

describe("the text of a message", () => {
  const textOf = (...parts: ReadonlyArray<object>) =>
    snapshot([wireMessage("contact", 0, { messages: [{ role: "user", parts }] } as never)]).messages[0]?.text

  it("is that of its parts, and the label, else the value, of an option that was chosen", () => {
    expect(textOf({ type: "text", text: "Hello" }, { type: "text", text: "you" })).toBe("Hello\nyou")
    expect(textOf({ type: "option_selected", value: "stop", label: "STOP" })).toBe("STOP")
    expect(textOf({ type: "option_selected", value: "stop" })).toBe("stop")
    expect(textOf({ type: "option_selected", value: 3 })).toBe("")
    expect(textOf({ type: "file", label: "STOP" })).toBe("")
  })
})

describe("messages", () => {
  it("are in the order of their time, however they were listed", () => {
    const listed = [3, 1, 2].map((at) => wireMessage("assistant", at))
    expect(snapshot(listed).messages.map(({ id }) => id)).toEqual(["assistant@1", "assistant@2", "assistant@3"])
  })

  it("of the same moment stay in the order of the list", () => {
    const listed = ["b", "a", "c"].map((id) => wireMessage("assistant", 0, { id: messageId(id) }))
    expect(snapshot(listed).messages.map(({ id }) => id)).toEqual(["b", "a", "c"])
  })

  it("include the chat's last message when the list does not have it", () => {
    const { messages } = snapshot([wireMessage("assistant", 0)], {}, { last_message: wireMessage("contact", minute) })
    expect(messages.map(({ author }) => author)).toEqual(["assistant", "contact"])
  })

  it("are there once, as the list has them, when the list and the chat both have one", () => {
    const running = wireMessage("assistant", 0, { status: "RUNNING" })
    const { messages } = snapshot([wireMessage("assistant", 0)], {}, { last_message: running })
    expect(messages).toMatchObject([{ author: "assistant", isRunning: false }])
  })

  it("are running only while the assistant writes", () => {
    const running = [
      wireMessage("assistant", 0, { status: "RUNNING" }),
      wireMessage("contact", 1, { status: "RUNNING" })
    ]
    expect(snapshot(running).messages.map(({ isRunning }) => isRunning)).toEqual([true, false])
  })

  it("begin their silence when they were written, whatever moved updated_at: a correction, a receipt, the end of a run", () => {
    const listed = (["assistant", "contact", "human"] as const).map((author, at) =>
      wireMessage(author, at, { updated_at: after(hour) })
    )
    const { messages } = snapshot(listed)
    expect(messages.map(({ whole_at }) => whole_at)).toEqual([after(0), after(1), after(2)])
    expect(messages.map(({ changed_at }) => changed_at)).toEqual([after(hour), after(hour), after(hour)])
  })

  it("are reduced in a moment, thousands of them", { timeout: 3000 }, () => {
    const listed = Array.from({ length: 30_000 }, (_, at) => wireMessage("assistant", at))
    expect(snapshot(listed).messages).toHaveLength(30_000)
  })
})

describe("the state", () => {
  for (const state of ["OPEN", "SNOOZED", "CLOSED"] as const) {
    it(`${state} is kept as it was sent`, () => {
      expect(snapshot([], { state }).state).toBe(state)
    })
  }

  it("that nobody documented is unknown", () => {
    const { state } = snapshot([wireMessage("assistant", 0)], { state: new Unknown({ value: "ARCHIVED" }) })
    expect(state).toBe("UNKNOWN")
  })

  it("that is missing is open, with the assistant on, nobody assigned, nothing muted or scheduled", () => {
    const missing = {
      state: null,
      ai_enabled: null,
      assigned_user: null,
      muted_until: null,
      follow_up_at: null,
      conversation_id: null
    }
    for (const chat of [wireChat(missing), { id: chat_id, state: null }, { id: chat_id }, undefined]) {
      expect(ChatSnapshot.make(chat_id, chat, [])).toMatchObject({
        state: "OPEN",
        ai_enabled: true,
        isAssigned: false,
        isErased: false,
        isBlocked: false,
        isUnsubscribed: false,
        muted_until: undefined,
        follow_up_at: undefined,
        conversation_id: chat_id,
        isWhole: chat !== undefined
      })
    }
  })

  it("has who is assigned, whether the assistant answers, what is muted and scheduled, and the conversation", () => {
    const state = {
      ai_enabled: false,
      assigned_user: { id: Ids.UserId.make("user_1") },
      muted_until: after(1),
      follow_up_at: after(2)
    }
    expect(snapshot([], state)).toMatchObject({
      ai_enabled: false,
      isAssigned: true,
      muted_until: after(1),
      follow_up_at: after(2),
      conversation_id: Build.conversation_id
    })
  })

  it("recognizes a contact who is blocked by the chat's members or by a message's", () => {
    const channel = {
      id: Ids.ChannelId.make("channel_1"),
      contact: { id: Ids.ContactId.make("contact_1"), blocked: true }
    }
    expect(snapshot([], {}, { members: [members.human, members.contact(channel)] }).isBlocked).toBe(true)
    expect(
      snapshot([wireMessage("contact", 0, { member: members.contact(channel) })], {}, { members: null }).isBlocked
    ).toBe(true)
    expect(snapshot([wireMessage("contact", 0)]).isBlocked).toBe(false)
  })

  it("goes by the chat's members where a message shows its sender as they were then", () => {
    const shows = (blocked: boolean, ai_replies_disabled: boolean) =>
      members.contact({
        id: Ids.ChannelId.make("channel_1"),
        contact: { id: Ids.ContactId.make("contact_1"), blocked, ai_replies_disabled }
      })
    const written = [wireMessage("contact", 0, { member: shows(true, true) })]
    const now = snapshot(written, {}, { members: [shows(false, false)] })
    expect(now).toMatchObject({ isBlocked: false, switchedOff: [] })
    const later = snapshot(
      [wireMessage("contact", 0, { member: shows(false, false) })],
      {},
      { members: [shows(true, true)] }
    )
    expect(later).toMatchObject({ isBlocked: true, switchedOff: ["contact_ai_disabled"] })
  })

  it("recognizes an admin, a temporary chat and the internal channel by what the pages print", () => {
    const channel = {
      id: Ids.ChannelId.make("channel_1"),
      contact: { id: Ids.ContactId.make("contact_1"), is_admin: true }
    }
    const member = members.contact(channel)
    const internal = snapshot([], { integration_id: "internal" }, { members: [member], temporary: true })
    expect(internal).toMatchObject({ isAdmin: true, isTemporary: true, channel: "internal" })
    expect(snapshot([wireMessage("contact", 0, { member })]).isAdmin).toBe(true)
    expect(snapshot()).toMatchObject({ isAdmin: false, isTemporary: false })
    expect(ChatSnapshot.refresh(internal, wireChat())).toMatchObject({ isAdmin: true, isTemporary: true })
  })

  it("recognizes a broadcast, and takes nobody of the staff for having spoken who sent it", () => {
    const listed = [wireMessage("assistant", 0), wireMessage("human", 1, { is_broadcast_message: true })]
    expect(snapshot(listed).messages).toMatchObject([
      { author: "assistant", isBroadcast: false },
      { author: "assistant", isBroadcast: true }
    ])
  })

  it("reads each switch that keeps the assistant silent, where its page prints it, and no other", () => {
    const off = { conversation: { enable_ai_replies: false } }
    const contact = { contact_channel: { contact: { id: Ids.ContactId.make("contact_1"), ai_replies_disabled: true } } }
    expect(snapshot([], {}, { members: [contact] }).switchedOff).toEqual(["contact_ai_disabled"])
    expect(snapshot([], { assistant: { deleted: true } }).switchedOff).toEqual(["assistant_deleted"])
    expect(snapshot([], { assistant: { enabled: false } }).switchedOff).toEqual(["assistant_disabled"])
    expect(snapshot([], { assistant: { config: off } }).switchedOff).toEqual(["ai_replies_disabled"])
    expect(snapshot([], { assistant_config: off }).switchedOff).toEqual(["ai_replies_disabled"])
    expect(snapshot([], { assistant_integration: { enabled: false } }).switchedOff).toEqual(["integration_disabled"])
    expect(snapshot([], { assistant_integration: { has_connection: false } }).switchedOff).toEqual([])
  })

  it("does not state whether the contact unsubscribed, whatever a server adds to the contact in a chat", () => {
    const contact = { id: Ids.ContactId.make("contact_1"), unsubscribed: true }
    const channel = { id: Ids.ChannelId.make("channel_1"), contact }
    expect(snapshot([], {}, { members: [members.contact(channel)] }).isUnsubscribed).toBe(false)
  })

  it("marks that a message cannot be read, however old it is", () => {
    const odd = new Undecodable({ raw: { id: 7 }, issue: "id: Expected string" })
    const before = ChatSnapshot.make(chat_id, wireChat(), [odd, wireMessage("contact", 0)])
    expect(before).toMatchObject({ hasUnreadable: true, messages: [{ author: "contact" }] })
    expect(ChatSnapshot.refresh(before, wireChat()).hasUnreadable).toBe(true)
    expect(ChatSnapshot.withListed(before, []).hasUnreadable).toBe(true)
    expect(ChatSnapshot.withListed(snapshot([wireMessage("contact", 0)]), [odd]).hasUnreadable).toBe(true)
  })
})

describe("a list that a service cuts to its newest messages", () => {
  const ours = (count: number) =>
    Array.from({ length: count }, (_, index) => wireMessage("assistant", (index + 1) * minute))
  const wrote = { last_contact_message_at: after(0) }

  it("lacks the contact's message, and with it what came between: that is as one that cannot be read", () => {
    expect(snapshot(ours(20), wrote).hasUnreadable).toBe(true)
  })

  it("is taken for a chat that we began, unless it is long and the contact wrote before it", () => {
    expect(snapshot(ours(19), wrote).hasUnreadable).toBe(false)
    expect(snapshot(ours(20), { last_contact_message_at: null }).hasUnreadable).toBe(false)
    expect(snapshot([wireMessage("contact", 0), ...ours(20)], wrote).hasUnreadable).toBe(false)
  })
})

describe("the zone", () => {
  const zoneOf = (timezone: string | null) => snapshot([], { assistant_config: { timezone } }).zone

  it("is the assistant's", () => {
    expect(zoneOf("Europe/Lisbon")).toBe("Europe/Lisbon")
    expect(zoneOf(null)).toBeUndefined()
  })

  for (const nonsense of ["Mars/Olympus", "+01:00", "", "<string>"]) {
    it(`is unknown where the assistant's is "${nonsense}"`, () => {
      expect(zoneOf(nonsense)).toBeUndefined()
    })
  }

  it("is a field apart from the contact's country, which comes from the chat or a message", () => {
    const member = members.contact({ id: Ids.ChannelId.make("channel_1"), country: "jp" })
    expect(snapshot([], {}, { members: [member] })).toMatchObject({ country: "JP", zone: undefined })
    expect(snapshot([wireMessage("contact", 0, { member })]).country).toBe("JP")
  })
})

describe("after an update", () => {
  const before = snapshot([wireMessage("contact", -minute), wireMessage("assistant", 0)])

  it("the answer's state counts, and its last message comes to those known before", () => {
    const answer = wireChat({ state: "CLOSED", follow_up_at: after(hour) }, { last_message: wireMessage("contact", 1) })
    const known = ChatSnapshot.refresh(before, answer)
    expect(known).toMatchObject({ state: "CLOSED", follow_up_at: after(hour) })
    expect(known.messages.map(({ id }) => id)).toEqual([`contact@${-minute}`, "assistant@0", "contact@1"])
  })

  it("a message read before is replaced by the one in the answer", () => {
    const answer = wireChat({}, { last_message: wireMessage("assistant", 0, { status: "RUNNING" }) })
    expect(ChatSnapshot.refresh(before, answer).messages.map(({ isRunning }) => isRunning)).toEqual([false, true])
  })

  it("what was known of the contact stays, unless the answer shows the opposite", () => {
    const contact = (fields: object) =>
      members.contact({
        id: Ids.ChannelId.make("channel_1"),
        contact: { id: Ids.ContactId.make("contact_1"), ...fields }
      })
    const known = snapshot([], {}, { members: [contact({ blocked: true, ai_replies_disabled: true })] })
    expect(known).toMatchObject({ isBlocked: true, switchedOff: ["contact_ai_disabled"] })
    const after = (...shown: ReadonlyArray<object>) =>
      ChatSnapshot.refresh(known, wireChat({}, { members: shown.map(contact) }))
    expect(after()).toMatchObject({ isBlocked: true, switchedOff: ["contact_ai_disabled"] })
    expect(after({})).toMatchObject({ isBlocked: true, switchedOff: ["contact_ai_disabled"] })
    expect(after({ blocked: false })).toMatchObject({ isBlocked: false, switchedOff: ["contact_ai_disabled"] })
    expect(after({ ai_replies_disabled: false })).toMatchObject({ isBlocked: true, switchedOff: [] })
    expect(after({ blocked: false }, {})).toMatchObject({ isBlocked: true })
    expect(after({ blocked: false }, { blocked: true })).toMatchObject({ isBlocked: true })
  })

  it("a country that came from a message only is kept", () => {
    const member = members.contact({ id: Ids.ChannelId.make("channel_1"), country: "JP" })
    expect(ChatSnapshot.refresh(snapshot([wireMessage("contact", 0, { member })]), wireChat()).country).toBe("JP")
  })
})

describe("the messages known from an earlier look", () => {
  const answer = wireMessage("assistant", 0)
  const ada = members.contact({ id: Ids.ChannelId.make("channel_1"), contact: { id: Ids.ContactId.make("contact_1") } })
  const before = snapshot([wireMessage("contact", -minute, { member: ada }), answer], {}, { members: [ada] })
  const endsAs = (last: ChatMessage, state: Parameters<typeof wireChat>[0] = {}, whom = [ada]) =>
    ChatSnapshot.endsAs(before, ChatSnapshot.make(chat_id, wireChat(state, { last_message: last, members: whom }), []))

  it("are all there are where the last one is the same", () => {
    expect(endsAs(answer)).toBe(true)
    expect(endsAs(answer, { last_contact_message_at: after(-minute) })).toBe(true)
  })

  it("are not where another one is the last, or it is being written", () => {
    expect(endsAs(wireMessage("contact", 1))).toBe(false)
    expect(endsAs(wireMessage("assistant", 0, { status: "RUNNING" }))).toBe(false)
    expect(endsAs(wireMessage("assistant", 0, { status: "FAILED" }))).toBe(false)
  })

  it("are not where the contact wrote since, whichever message the row gives as the last", () => {
    expect(endsAs(answer, { last_contact_message_at: after(1) })).toBe(false)
  })

  it("are not where the answer does not state who the contact is", () => {
    expect(endsAs(answer, {}, [])).toBe(false)
  })
})

describe("a later row of a chat whose messages are known", () => {
  const asked = wireMessage("contact", -minute)
  const before = snapshot([asked, wireMessage("assistant", 0)])
  const message = wireMessage("assistant", hour)
  const withRow = (last_contact_message_at: ReturnType<typeof after> | null, of = before) =>
    ChatSnapshot.withRow(of, wireChat({ last_contact_message_at }, { last_message: message }))

  it("gives its last message, where the contact has not written since", () => {
    expect(withRow(after(-minute))?.messages.map(({ id }) => id)).toEqual([
      ...before.messages.map(({ id }) => id),
      message.id
    ])
    expect(withRow(after(-minute + 999))).toBeDefined()
  })

  it("gives nothing, where the contact has, or the row gives another date than their message, or none", () => {
    expect(withRow(after(hour - 1))).toBeUndefined()
    expect(withRow(after(-minute - 2000))).toBeUndefined()
    expect(withRow(null)).toBeUndefined()
    expect(withRow(after(-minute), snapshot([wireMessage("assistant", 0)]))).toBeUndefined()
  })
})

describe("the published examples", () => {
  const fixture = <A, I>(name: string, schema: Schema.Schema<A, I>) =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const file = fileURLToPath(
        new URL(`../../../packages/domain/test/fixtures/${name}.response.json`, import.meta.url)
      )
      return yield* Schema.decode(Schema.parseJson(schema))(yield* files.readFileString(file))
    }).pipe(Effect.provide(NodeContext.layer))

  for (const name of ["create-chat", "update-state"]) {
    it.effect(`of ${name} can be decided about: the chat is with a human and its contact is blocked`, () =>
      Effect.gen(function* () {
        const chat = yield* fixture(name, Chat)
        const listed = yield* fixture("list-messages", Schema.Array(ChatMessage))
        const known = ChatSnapshot.make(chat_id, chat, listed)
        expect(known).toMatchObject({ isAssigned: true, isBlocked: true, zone: undefined, conversation_id: "<string>" })
        const decision = Decide.decide({ policy: policy(), chat: known, taken: [], now: Build.start })
        expect(decision).toEqual(Decide.Decision.Stop({ reason: "blocked" }))
      })
    )
  }
})
