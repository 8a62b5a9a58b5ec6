/** What the world consists of: records in memory, found by id, with ids that count up so that a run can be repeated. */
import type { AssistantConfig } from "@effect-invent/domain/AssistantConfig"
import {
  AssistantId,
  ChannelId,
  ChatId,
  type ConnectionId,
  ContactId,
  ConversationId,
  MemberId,
  MessageId,
  OrgId,
  ToolCallId,
  UserId
} from "@effect-invent/domain/Ids"
import type { IntegrationId } from "@effect-invent/domain/Integration"
import type { UserMessage } from "@effect-invent/domain/MessagePart"
import type { Unknown } from "@effect-invent/domain/Open"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { notFound, type Refusal } from "../Refusal.ts"
import { Table } from "./Table.ts"

/** `custom`, or a channel on which only the contact itself can write. */
export type ChannelType = Exclude<IntegrationId, Unknown>
export type State = "OPEN" | "SNOOZED" | "CLOSED"

export interface AssistantRecord {
  readonly id: AssistantId
  readonly name: string
  readonly config: AssistantConfig | null
}

export interface ChannelRecord {
  readonly id: ChannelId
  readonly contact_id: ContactId
  readonly type: ChannelType
  readonly user_id: string
}

export interface ContactRecord {
  readonly id: ContactId
  readonly name: string | null
  readonly country: string | null
  blocked: boolean
  unsubscribed: boolean
}

export type MemberRecord =
  | { readonly _tag: "Contact"; readonly id: MemberId; readonly channel_id: ChannelId }
  | { readonly _tag: "User"; readonly id: MemberId; readonly user_id: UserId }

export interface MessageRecord {
  readonly id: MessageId
  readonly chat_id: ChatId
  readonly author: "contact" | "assistant" | "user"
  /** Null: the assistant. */
  readonly member: MemberRecord | null
  readonly created_at: DateTime.Utc
  updated_at: DateTime.Utc
  status: "RUNNING" | "COMPLETED" | "FAILED"
  parts: UserMessage | null
  error: string | null
  /** The interactive tool that the assistant opened. */
  tool: { readonly id: ToolCallId; readonly name: string; pending: boolean } | null
  /** The contact's answer to a tool. */
  response: { readonly id: ToolCallId; readonly connection_id: ConnectionId } | null
}

export interface ChatRecord {
  readonly id: ChatId
  readonly conversation_id: ConversationId
  readonly contact_id: ContactId
  readonly assistant_id: AssistantId
  readonly channel_type: ChannelType
  readonly title: string | null
  readonly created_at: DateTime.Utc
  readonly members: Array<MemberRecord>
  /** Oldest first. To change one, take it from the store's messages. */
  readonly messages: Array<MessageRecord>
  updated_at: DateTime.Utc
  state: State
  ai_enabled: boolean
  assistant_config: AssistantConfig | null
  assigned: { readonly user_id: UserId; readonly at: DateTime.Utc } | null
  follow_up_at: DateTime.Utc | null
  muted_until: DateTime.Utc | null
  csat_score: number | null
  last_contact_message_at: DateTime.Utc | null
}

/** The ids of a new world, and those of everything added to it. */
const makeIds = () => {
  const counts = new Table<string, number>()
  const next = (prefix: string) => {
    const count = (counts.get(prefix) ?? 0) + 1
    counts.set(prefix, count)
    return `${prefix}_${String(count).padStart(6, "0")}`
  }
  return {
    counts,
    org: () => OrgId.make(next("org")),
    assistant: () => AssistantId.make(next("ast")),
    contact: () => ContactId.make(next("contact")),
    channel: () => ChannelId.make(next("channel")),
    chat: () => ChatId.make(next("chat")),
    conversation: () => ConversationId.make(next("conversation")),
    member: () => MemberId.make(next("member")),
    message: () => MessageId.make(next("message")),
    toolCall: () => ToolCallId.make(next("call")),
    user: () => UserId.make(next("user"))
  }
}

const find =
  <K extends string, A>(what: string, records: ReadonlyMap<K, A>) =>
  (id: K): Effect.Effect<A, Refusal> =>
    Effect.suspend(() => {
      const found = records.get(id)
      return found === undefined ? notFound(what, id) : Effect.succeed(found)
    })

export const make = () => {
  const ids = makeIds()
  const org_id = ids.org()
  const assistant: AssistantRecord = { id: ids.assistant(), name: "Assistant", config: null }
  const assistants = new Table<AssistantId, AssistantRecord>().set(assistant.id, assistant)
  const contacts = new Table<ContactId, ContactRecord>()
  const channels = new Table<ChannelId, ChannelRecord>()
  const chats = new Table<ChatId, ChatRecord>()
  const messages = new Table<MessageId, MessageRecord>()
  const conversations = new Table<string, ConversationId>()
  return {
    ids,
    org_id,
    /** The assistant of a chat that names none. */
    assistant,
    /** The user of the staff that acts where none is named. */
    user_id: ids.user(),
    assistants,
    contacts,
    channels,
    chats,
    messages,
    conversations,
    /** The conversation of a contact with an assistant: all their chats belong to it. */
    conversation: (contact: ContactId, assistant: AssistantId): ConversationId => {
      const key = `${contact} ${assistant}`
      const id = conversations.get(key) ?? ids.conversation()
      conversations.set(key, id)
      return id
    },
    findAssistant: find("assistant", assistants),
    findContact: find("contact", contacts),
    findChannel: find("channel", channels),
    findChat: find("chat", chats)
  }
}
export type Store = ReturnType<typeof make>
