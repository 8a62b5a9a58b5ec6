/**
 * How the records of the world look in an answer. What no page prints is listed with its reason in
 * `packages/domain/test/fixtures/unprinted.json`, and nothing else is sent.
 */
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatMember, MemberContact } from "@effect-invent/domain/Chat/ChatMember"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import type { ChatState } from "@effect-invent/domain/Chat/ChatState"
import type { UserId } from "@effect-invent/domain/Ids"
import type { ActionCall, ToolCall, ToolResponse } from "../Assistant/PendingTool.ts"
import { given } from "./Given.ts"
import type { AssistantRecord, ChatRecord, ContactRecord, MemberRecord, MessageRecord, Store } from "./Store.ts"

/** The name of a user of the staff; `Staff` where the user is no member. */
export const nameOf = (store: Store, id: UserId): string =>
  [...store.members.values()].find(({ user_id }) => user_id === id)?.name ?? "Staff"

/** A contact inside a channel, which does not show whether they unsubscribed. */
export const memberContact = ({ ai_replies_disabled, blocked, id, is_admin, name }: ContactRecord): MemberContact => ({
  id,
  name,
  blocked,
  ai_replies_disabled,
  is_admin
})

/** What a channel has where the contact comes by a browser or from a post, as none does here. */
export const unknownOfChannel = { agent: null, ip: null, language: null, link: null } as const

const member = (store: Store, record: MemberRecord): ChatMember => {
  if (record._tag === "User")
    return { id: record.id, role: "ADMIN", user: { id: record.user_id, name: nameOf(store, record.user_id) } }
  const channel = store.channels.get(record.channel_id)
  const contact = channel && store.contacts.get(channel.contact_id)
  if (channel === undefined || contact === undefined) return { id: record.id }
  return {
    id: record.id,
    role: "MEMBER",
    contact_channel: {
      id: channel.id,
      type: channel.type,
      user_id: channel.user_id,
      avatar: channel.avatar,
      name: channel.name,
      username: channel.username,
      email: channel.email,
      phone: channel.phone,
      country: contact.country,
      ...unknownOfChannel,
      contact: memberContact(contact)
    }
  }
}

const inner = (record: MessageRecord): NonNullable<ChatMessage["messages"]> => {
  const call: ToolCall | null = record.tool && {
    role: "tool",
    tool_call_id: record.tool.id,
    name: record.tool.name,
    status: record.tool.pending ? "pending" : "answered",
    connection_id: null
  }
  const action: ActionCall | null = record.approval && {
    role: "tool",
    tool_call_id: record.approval.id,
    name: record.approval.name,
    status: record.approval.status
  }
  const response: ToolResponse | null = record.response && {
    role: "tool",
    tool_call_id: record.response.id,
    connection_id: record.response.connection_id
  }
  const role = record.author === "contact" ? "user" : "assistant"
  return [
    ...(record.parts === null ? [] : [{ role, parts: record.parts.map(given) } as const]),
    ...(call === null ? [] : [call]),
    ...(action === null ? [] : [action]),
    ...(response === null ? [] : [response])
  ]
}

/** A message as the API shows it. */
export const message = (store: Store, record: MessageRecord): ChatMessage => ({
  id: record.id,
  role: record.author === "contact" ? "user" : "assistant",
  model: "emulator",
  status: record.status,
  created_at: record.created_at,
  updated_at: record.updated_at,
  messages: inner(record),
  tools: [record.tool, record.approval].flatMap((call) =>
    call === null ? [] : [{ name: call.name, display_name: call.name }]
  ),
  ...(record.member === null ? {} : { member: member(store, record.member) }),
  ...(record.error === null ? {} : { error: record.error }),
  ...(record.broadcast_id === null ? {} : { broadcast_id: record.broadcast_id, is_broadcast_message: true })
})

/** The assistant of a chat, and the channel on which it talks. */
const assistantOf = ({ config, deleted, enabled, id, integration, name }: AssistantRecord): Partial<ChatState> => {
  const { conversation } = config ?? {}
  return {
    assistant: { id, name, enabled, deleted, ...(conversation ? { config: { conversation } } : {}) },
    assistant_integration: { id: `integration_of_${id}`, ...integration }
  }
}

/** The state of a chat as the API shows it. */
export const state = (store: Store, chat: ChatRecord): ChatState => {
  const assistant = store.assistants.get(chat.assistant_id)
  return {
    id: `state_of_${chat.id}`,
    state: chat.state,
    integration_id: chat.channel_type,
    assistant_id: chat.assistant_id,
    conversation_id: chat.conversation_id,
    ai_enabled: chat.ai_enabled,
    admin_unseen_count: chat.admin_unseen_count,
    user_unseen_count: chat.user_unseen_count,
    ...(assistant === undefined ? {} : assistantOf(assistant)),
    assigned_user: chat.assigned && { id: chat.assigned.user_id, name: nameOf(store, chat.assigned.user_id) },
    assigned_at: chat.assigned && chat.assigned.at,
    assistant_config: chat.assistant_config ?? assistant?.config ?? null,
    follow_up_at: chat.follow_up_at,
    muted_until: chat.muted_until,
    csat_score: chat.csat_score,
    last_contact_message_at: chat.last_contact_message_at
  }
}

/** A chat as the API shows it, with its members, its state and its last message. */
export const chat = (store: Store, record: ChatRecord): Chat => {
  const last = record.messages.at(-1)
  return {
    id: record.id,
    title: record.title,
    model: record.model,
    members: record.members.map((each) => member(store, each)),
    temporary: false,
    visibility: record.visibility,
    pinned: record.pinned,
    tools: record.tools,
    status: last?.status ?? "COMPLETED",
    created_at: record.created_at,
    updated_at: record.updated_at,
    org_id: store.org_id,
    state: state(store, record),
    ...(last === undefined ? {} : { last_message: message(store, last) })
  }
}
