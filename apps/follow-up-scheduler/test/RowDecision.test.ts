/** What the row of a chat decides alone, and that all of its messages would give the same reason or a stronger one. */
import { describe, expect, it } from "@effect/vitest"
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import type { ChatState } from "@effect-invent/domain/Chat/ChatState"
import { ChannelId, ContactId, OrgId, UserId } from "@effect-invent/domain/Ids"
import * as Open from "@effect-invent/domain/schema/Open"
import type * as Arr from "effect/Array"
import * as FastCheck from "effect/FastCheck"
import type { Author } from "../src/Decide/ChatSnapshot.ts"
import * as ChatSnapshot from "../src/Decide/ChatSnapshot.ts"
import * as Decide from "../src/Decide.ts"
import * as PolicyChoice from "../src/Decide/PolicyChoice.ts"
import { reasonsByStrength } from "../src/Decide/Reason.ts"
import * as RowDecision from "../src/Decide/RowDecision.ts"
import * as Variant from "../src/Decide/Variant.ts"
import type { AnyPolicy } from "../src/Policy.ts"
import * as Build from "./Build.ts"

const { after, day, hour, minute, policy, policyWithVariants, wireChat, wireMessage } = Build

type Policies = Arr.NonEmptyReadonlyArray<AnyPolicy>
type Words = NonNullable<ChatMessage["messages"]>

const saying = (text: string): Words => [{ role: "user", parts: [{ type: "text", text }] }]

/** Every policy was put in force an hour after the messages of {@link asked}. */
const first_in_force = after(hour)

const decide = (chat: Chat, policies: Policies = [policy()]): string => {
  const [first, ...others] = policies
  const row = ChatSnapshot.make(chat.id, chat, [])
  const found = RowDecision.decide(row, [
    { policy: first, first_in_force },
    ...others.map((policy) => ({ policy, first_in_force }))
  ])
  return found === undefined ? "read" : `${found.decision._tag} ${found.decision.reason}`
}

const answer = wireMessage("assistant", 0)
const recent = wireMessage("assistant", 2 * hour)
/** A chat whose last message is ours, from after the policy was put in force: nothing forbids a follow-up. */
const due = (state: Partial<ChatState> = {}, fields: Partial<Chat> = {}) =>
  wireChat(state, { last_message: recent, ...fields })

const contact = (fields: Readonly<Record<string, unknown>>) => ({
  members: [
    Build.members.contact({ id: ChannelId.make("channel_1"), contact: { id: ContactId.make("contact_1"), ...fields } })
  ]
})
const said = (text: string) => ({ last_message: wireMessage("contact", 2 * hour, { messages: saying(text) }) })
const inWords = policy({ steps: [{ after: "1 hour", action: "send_message", message: "Still there?" }] })
const staff = (text: string) => ({ last_message: wireMessage("human", 2 * hour, { messages: saying(text) }) })
const of = (match: Readonly<Record<string, unknown>>, name = "nudge") => policy({ name, match })
const all = policy({ effective_from: "all" })

const rows: ReadonlyArray<readonly [what: string, Chat, expected: string, policies?: Policies]> = [
  ["a message of ours that a step may follow", due(), "read"],
  ["a message of ours from before the policy", due({}, { last_message: answer }), "Stop before_effective_from"],
  ["the same where the policy goes back to all messages", due({}, { last_message: answer }), "read", [all]],
  [
    "the same where a later policy goes back to all messages",
    due({}, { last_message: answer }),
    "read",
    [policy(), policy({ name: "all", effective_from: "all" })]
  ],
  [
    "the same where a policy for other chats goes back to all messages",
    due({ integration_id: "custom" }, { last_message: answer }),
    "Stop before_effective_from",
    [policy(), policy({ name: "all", effective_from: "all", match: { channels: ["whatsapp_bot"] } })]
  ],
  [
    "the same by a policy with variants",
    due({}, { last_message: answer }),
    "Stop before_effective_from",
    [policyWithVariants()]
  ],
  ["a closed chat", due({ state: "CLOSED" }), "Stop closed"],
  ["a closed chat without a last message", wireChat({ state: "CLOSED" }), "Stop closed"],
  ["a snoozed chat", due({ state: "SNOOZED" }), "Skip snoozed"],
  ["a state that no page prints", due({ state: new Open.Unknown({ value: "ARCHIVED" }) }), "Skip unknown_state"],
  ["no state at all", { id: Build.chat_id, members: [Build.members.contact()], last_message: recent }, "read"],
  ["a message of the contact", due({}, said("Is it red?")), "Stop replied"],
  [
    "a message of the contact, who wrote another one since",
    due({ last_contact_message_at: after(3 * hour) }, said("Is it red?")),
    "Stop replied"
  ],
  ["a stop word", due({}, said("STOP")), "read"],
  ["the word that takes it back", due({}, said("START")), "read"],
  ["a message of ours before the contact's last one", due({ last_contact_message_at: after(3 * hour) }), "read"],
  [
    "the same, from before the policy",
    due({ last_contact_message_at: after(minute) }, { last_message: answer }),
    "read"
  ],
  ["a blocked contact", due({}, contact({ blocked: true })), "Stop blocked"],
  ["an assigned human agent", due({ assigned_user: { id: UserId.make("user_1") } }), "Stop human_takeover"],
  ["a human agent's message", due({}, staff("Let me see.")), "Stop human_takeover"],
  ["a human agent's message in the words of a step", due({}, staff("Still there?")), "read", [inWords]],
  ["the AI off in the chat", due({ ai_enabled: false }), "Stop ai_disabled"],
  ["the AI off for the contact", due({}, contact({ ai_replies_disabled: true })), "Stop contact_ai_disabled"],
  ["an assistant that was deleted", due({ assistant: { deleted: true } }), "Stop assistant_deleted"],
  ["an internal chat", due({ integration_id: "internal" }), "Stop internal_channel"],
  [
    "an internal chat that a policy names",
    due({ integration_id: "internal" }),
    "read",
    [policy(), of({ channels: ["internal"] }, "team")]
  ],
  ["a temporary chat", due({}, { temporary: true }), "Stop temporary_chat"],
  ["an admin", due({}, contact({ is_admin: true })), "Stop admin_contact"],
  ["an admin whom a policy names", due({}, contact({ is_admin: true })), "read", [of({ admins: true })]],
  ["another channel", due({ integration_id: "custom" }), "Stop not_matched", [of({ channels: ["whatsapp_bot"] })]],
  ["no channel", due(), "read", [of({ channels: ["whatsapp_bot"] })]],
  ["segments, which no row shows", due(), "read", [of({ segments: ["vip"] })]],
  [
    "another channel, whatever the segments",
    due({ integration_id: "custom" }),
    "Stop not_matched",
    [of({ channels: ["whatsapp_bot"], segments: ["vip"] })]
  ],
  [
    "another channel for each of two policies",
    due({ integration_id: "custom" }),
    "Stop not_matched",
    [of({ channels: ["whatsapp_bot"] }), of({ channels: ["internal"] }, "team")]
  ],
  ["a muted chat, which waits", due({ muted_until: after(day) }), "read"],
  ["a row without members", due({}, { members: [] }), "read"],
  ["a closed chat without a contact's id", due({ state: "CLOSED" }, contact({ id: undefined })), "read"],
  [
    "a message that is being written",
    due({ state: "CLOSED" }, { last_message: { ...recent, status: "RUNNING" } }),
    "read"
  ],
  ["a message without a date", due({}, { last_message: { ...answer, created_at: null } }), "read"],
  ["no last message", wireChat(), "read"]
]

describe("a row with", () => {
  for (const [what, chat, expected, policies] of rows) {
    it(what, () => {
      expect(decide(chat, policies)).toBe(expected)
    })
  }
})

it("a contact who opted out may have opted in again in the chat, so its messages have to be listed", () => {
  const row = ChatSnapshot.make(Build.chat_id, due({ state: "CLOSED" }), [])
  const consent = { isWithdrawn: true, at: after(hour) }
  expect(RowDecision.decide({ ...row, consent }, [{ policy: policy(), first_in_force }])).toBeUndefined()
})

/**
 * Stronger reasons that the row cannot show: by the other messages, or by a value that it does not have. Where no
 * policy takes the chat for such a value, the first policy gives the reason.
 */
const notInRow = [
  "opted_out",
  "human_takeover",
  "unreadable_message",
  "replied",
  "empty",
  "internal_channel",
  "admin_contact",
  "not_matched",
  "broadcast"
]

type Status = "COMPLETED" | "FAILED" | "RUNNING"
type Channel = "custom" | "whatsapp_bot" | "internal" | undefined

const written = FastCheck.record({
  author: FastCheck.constantFrom<Author>("contact", "assistant", "assistant", "human"),
  gap: FastCheck.constantFrom(0, 1, minute, hour, day),
  text: FastCheck.constantFrom("", "", "STOP", "START", "Still there?"),
  is_broadcast_message: FastCheck.boolean(),
  status: FastCheck.constantFrom<Status>("COMPLETED", "COMPLETED", "FAILED", "RUNNING"),
  isUndated: FastCheck.nat(9)
})

const maybe = <A>(value: A) => FastCheck.constantFrom(undefined, undefined, undefined, value)

type State = ChatSnapshot.ChatSnapshot["state"]

const chats = FastCheck.record({
  messages: FastCheck.array(written, { maxLength: 6 }),
  begins: FastCheck.constantFrom(-2 * day, -hour, 0),
  state: FastCheck.constantFrom<State>("OPEN", "OPEN", "OPEN", "CLOSED", "SNOOZED", "UNKNOWN"),
  integration_id: FastCheck.constantFrom<Channel>(undefined, "custom", "whatsapp_bot", "internal"),
  ai_enabled: maybe(false),
  assigned_user: maybe({ id: UserId.make("user_1") }),
  blocked: maybe(true),
  is_admin: maybe(true),
  temporary: maybe(true),
  country: FastCheck.constantFrom(undefined, "PT", "DE"),
  wrote: FastCheck.constantFrom(undefined, -day, 3 * day)
})

const policies = FastCheck.array(
  FastCheck.record({
    effective_from: FastCheck.constantFrom(undefined, "all", "2026-07-15T11:00:00Z"),
    channels: maybe(["whatsapp_bot"]),
    countries: maybe(["PT"]),
    admins: maybe(true),
    internal: maybe(["internal"]),
    after_human: maybe("never")
  }),
  { minLength: 1, maxLength: 3 }
)

type Generated<A> = A extends FastCheck.Arbitrary<infer T> ? T : never

/** The chat and its messages, in the order in which they were written. */
const wireOf = (generated: Generated<typeof chats>) => {
  const { ai_enabled, assigned_user, begins, blocked, country, integration_id, is_admin, state, temporary, wrote } =
    generated
  const member = Build.members.contact({
    id: ChannelId.make("channel_1"),
    ...(country !== undefined && { country }),
    contact: {
      id: ContactId.make("contact_1"),
      ...(blocked !== undefined && { blocked }),
      ...(is_admin !== undefined && { is_admin })
    }
  })
  let at = begins
  const messages = generated.messages.map(({ author, gap, is_broadcast_message, isUndated, status, text }, index) =>
    wireMessage(author, (at += gap), {
      id: Build.messageId(`${index}`),
      status,
      messages: saying(text),
      is_broadcast_message: author === "assistant" && is_broadcast_message,
      ...(author === "contact" && { member }),
      ...(isUndated === 0 && { created_at: null })
    })
  )
  const last_message = messages.at(-1)
  const chat = wireChat(
    {
      state: state === "UNKNOWN" ? new Open.Unknown({ value: "ARCHIVED" }) : state,
      ...(integration_id !== undefined && { integration_id }),
      ...(ai_enabled !== undefined && { ai_enabled }),
      ...(assigned_user !== undefined && { assigned_user }),
      ...(wrote !== undefined && { last_contact_message_at: after(wrote) })
    },
    { members: [member], ...(temporary !== undefined && { temporary }), ...(last_message && { last_message }) }
  )
  return { chat, messages }
}

const policyOf = (
  { admins, after_human, channels, countries, effective_from, internal }: Generated<typeof policies>[number],
  index: number
) =>
  policy({
    name: `p${index + 1}`,
    ...(effective_from !== undefined && { effective_from }),
    ...(after_human !== undefined && { after_human }),
    match: {
      ...(channels !== undefined && { channels }),
      ...(internal !== undefined && { channels: internal }),
      ...(countries !== undefined && { countries }),
      ...(admins !== undefined && { admins })
    },
    steps: [{ after: "1 hour", action: "send_message", message: "Still there?" }]
  })

describe("an organization that the policy does not name", () => {
  const decidedIn = (org_id: OrgId | undefined) =>
    RowDecision.decide({ ...ChatSnapshot.make(Build.chat_id, due(), []), org_id }, [
      { policy: of({ orgs: ["org_a"] }), first_in_force }
    ])?.decision

  it("shows that the chat is for other policies, by its row", () => {
    expect(decidedIn(OrgId.make("org_b"))).toMatchObject({ _tag: "Stop", reason: "not_matched" })
  })

  it("shows nothing where it is not known", () => {
    expect([decidedIn(OrgId.make("org_a")), decidedIn(undefined)]).toEqual([undefined, undefined])
  })
})

describe("a decision by the row", () => {
  it.prop(
    "has the reason that all messages give, or a weaker one where only they show it; and nothing is due by them",
    [chats, policies],
    ([generated, generatedPolicies]) => {
      const { chat, messages } = wireOf(generated)
      const [first, ...others] = generatedPolicies.map(policyOf)
      if (first === undefined) return
      const row = ChatSnapshot.make(chat.id, chat, [])
      const byRow = RowDecision.decide(row, [
        { policy: first, first_in_force },
        ...others.map((policy) => ({ policy, first_in_force }))
      ])
      if (byRow === undefined) return
      const whole = ChatSnapshot.make(chat.id, chat, messages)
      const { policy } = PolicyChoice.choose([first, ...others], whole)
      // The longest silence: what is not forbidden is due.
      const byAll = Decide.decide({
        policy: Variant.policiesOf(policy)[0],
        chat: whole,
        taken: [],
        now: after(30 * day),
        first_in_force
      })
      expect(byAll._tag === "Stop" || byAll._tag === "Skip").toBe(true)
      if (byAll._tag === "Act" || byAll._tag === "Wait" || byAll.reason === byRow.decision.reason) return
      const place = (reason: string) => reasonsByStrength.findIndex((each) => each === reason)
      expect(notInRow).toContain(byAll.reason)
      expect(place(byAll.reason)).toBeLessThan(place(byRow.decision.reason))
    },
    { fastCheck: { numRuns: 500 } }
  )
})
