/**
 * Builders: a snapshot, a wire chat, a policy, a follow-up, each with everything a test does not care about filled in.
 */
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import type { ChatState } from "@effect-invent/domain/Chat/ChatState"
import * as Ids from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import type { Author, ChatSnapshot, Message } from "../src/Decide/ChatSnapshot.ts"
import type { PastFollowUp } from "../src/Decide/Episode.ts"
import { FollowUp } from "../src/Plan/FollowUp.ts"
import { FollowUpKey } from "../src/Plan.ts"
import { Policy, PolicyWithVariants } from "../src/Policy.ts"

/** A Wednesday, in the middle of everybody's day. */
export const start = DateTime.unsafeMake("2026-07-15T12:00:00Z")

/** An instant, as milliseconds after {@link start}. */
export const after = (millis: number): DateTime.Utc => DateTime.add(start, { millis })

export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

export const chat_id = Ids.ChatId.make("chat_1")
export const conversation_id = Ids.ConversationId.make("conversation_1")
export const messageId = (text: string) => Ids.MessageId.make(text)
export const contactId = (text: string) => Ids.ContactId.make(text)

/** A policy as its file would have it: two steps, an hour and two, in UTC around the clock. */
export const policy = (fields: Readonly<Record<string, unknown>> = {}): Policy =>
  Schema.decodeUnknownSync(Policy, { onExcessProperty: "error" })({
    name: "nudge",
    version: 1,
    time_zone: "UTC",
    steps: [
      { after: "1 hour", action: "schedule_follow_up" },
      { after: "2 hours", action: "schedule_follow_up" }
    ],
    ...fields
  })

/** The same with variants: `short` after an hour, `long` after two, in shares of 50 % unless others are given. */
export const policyWithVariants = (
  shares: Readonly<Record<string, string>> = { short: "50 %", long: "50 %" },
  fields: Readonly<Record<string, unknown>> = {}
): PolicyWithVariants =>
  Schema.decodeUnknownSync(PolicyWithVariants, { onExcessProperty: "error" })({
    name: "nudge",
    version: 1,
    time_zone: "UTC",
    variants: Object.entries(shares).map(([name, share]) => ({
      name,
      share,
      steps: [{ after: name === "long" ? "2 hours" : "1 hour", action: "schedule_follow_up" }]
    })),
    ...fields
  })

/** A message of this author, `at` milliseconds after {@link start}; its id contains both unless another is given. */
export const message = (author: Author, at: number, fields: Partial<Message> = {}): Message => ({
  id: messageId(`${author}@${at}`),
  author,
  at: after(at),
  isDated: true,
  whole_at: after(at),
  changed_at: undefined,
  isRunning: false,
  isBroadcast: false,
  isToolResult: false,
  text: "",
  ...fields
})

/** An open chat in which the contact asked and the assistant answered, just now. */
export const chat = (fields: Partial<ChatSnapshot> = {}): ChatSnapshot => ({
  chat_id,
  conversation_id,
  isWhole: true,
  isStateOld: false,
  state: "OPEN",
  ai_enabled: true,
  isAssigned: false,
  isErased: false,
  isBlocked: false,
  contactsShown: { areUnblocked: false, areWithAi: false },
  isAdmin: false,
  isTemporary: false,
  isUnsubscribed: false,
  consent: undefined,
  sentElsewhere: [],
  switchedOff: [],
  isContactUnknown: false,
  hasUnreadable: false,
  muted_until: undefined,
  follow_up_at: undefined,
  zone: "UTC",
  last_contact_message_at: after(-minute),
  channel: "custom",
  contact_id: Ids.ContactId.make("contact_1"),
  contact_ids: [Ids.ContactId.make("contact_1")],
  assistant_id: "ast_1",
  country: undefined,
  language: undefined,
  referral: undefined,
  segments: undefined,
  values: { "assistant.name": undefined, "chat.title": undefined, "contact.name": undefined },
  messages: [message("contact", -minute), message("assistant", 0)],
  ...fields
})

/** A follow-up that was sent after the answer of {@link chat}. */
export const taken = (fields: Partial<PastFollowUp> = {}): PastFollowUp => ({
  policy: "nudge@1",
  anchor_id: messageId("assistant@0"),
  step: 1,
  message_id: messageId("follow-up"),
  follow_up_at: after(hour),
  status: "done",
  isExited: false,
  ...fields
})

/** A follow-up of {@link chat}, armed for {@link start}. */
export const followUp = (fields: Partial<typeof FollowUp.Type> = {}): FollowUp =>
  new FollowUp({
    key: FollowUpKey.make("key"),
    conversation_id,
    chat_id,
    policy: "nudge@1",
    variant: null,
    step: 1,
    anchor_id: messageId("assistant@0"),
    status: "armed",
    due_at: after(hour + minute),
    revision: 1,
    follow_up_at: after(hour),
    after_id: messageId("assistant@0"),
    confirmed_at: after(hour - 15 * second),
    attempts: 1,
    confirm_checks: 0,
    failures: 0,
    writes: true,
    message_id: null,
    reason: null,
    ...fields
  })

const contactChannel = { id: Ids.ChannelId.make("channel_1"), contact: { id: Ids.ContactId.make("contact_1") } }

/** The member behind a wire message. */
export const members = {
  contact: (channel: NonNullable<NonNullable<ChatMessage["member"]>["contact_channel"]> = contactChannel) => ({
    id: Ids.MemberId.make("member_contact"),
    contact_channel: channel
  }),
  human: { id: Ids.MemberId.make("member_staff"), user: { id: Ids.UserId.make("user_1") } },
  widget: { id: Ids.MemberId.make("member_widget"), session: { id: "session_1" } }
}

const roles = { contact: "user", human: "assistant", assistant: "assistant" } as const

/** A message as the server lists it. */
export const wireMessage = (author: Author, at: number, fields: Partial<ChatMessage> = {}): ChatMessage => ({
  id: messageId(`${author}@${at}`),
  role: roles[author],
  status: "COMPLETED",
  created_at: after(at),
  ...(author === "assistant" ? {} : { member: author === "contact" ? members.contact() : members.human }),
  ...fields
})

/** A chat as the server answers with it. */
export const wireChat = (state: Partial<ChatState> = {}, fields: Partial<Chat> = {}): Chat => ({
  id: chat_id,
  members: [members.contact()],
  state: { id: "state_1", state: "OPEN", conversation_id, ai_enabled: true, ...state },
  ...fields
})
