/** What the world consists of: records in memory, found by id, with ids that count up so that a run can be repeated. */
import type { AssistantConfig } from "@effect-invent/domain/Assistant/AssistantConfig"
import type {
  ActivityId,
  AssistantActionId,
  AssistantId,
  BoardId,
  BroadcastId,
  ChannelId,
  ChatId,
  ConnectionId,
  ContactId,
  ContentId,
  ConversationId,
  FieldId,
  FileId,
  MemberId,
  MemoryId,
  MessageId,
  NoteId,
  OrgId,
  OrgMemberId,
  RecipientId,
  RecordId,
  SegmentId,
  TableId,
  ToolCallId,
  UserId,
  ViewId,
  WorkflowId,
  WorkflowRunId
} from "@effect-invent/domain/Ids"
import { type IntegrationId, integrations } from "@effect-invent/domain/Integration"
import type { UserMessage } from "@effect-invent/domain/Chat/MessagePart"
import type { Unknown } from "@effect-invent/domain/schema/Open"
import type { Tool } from "@effect-invent/domain/Chat/Tool"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { badRequest, notFound, type Refusal } from "../Refusal.ts"
import * as CountedIds from "./CountedIds.ts"
import type * as Records from "./Records.ts"
import { Table } from "./TrackedMap.ts"
import type { Undo } from "./Undo.ts"

/** `custom`, or a channel on which only the contact itself can write. */
export type ChannelType = Exclude<IntegrationId, Unknown>

/** Whether there are channels of this kind. */
export const isChannelType = (type: string): type is ChannelType => integrations.some((known) => known === type)

/** The state of a chat's entry in the inbox. */
export type State = "OPEN" | "SNOOZED" | "CLOSED"

/** An assistant, as the world keeps it. */
export interface AssistantRecord {
  readonly id: AssistantId
  name: string
  enabled: boolean
  deleted: boolean
  /** The channel on which it talks: whether it is on, and connected to the service outside. */
  integration: { readonly enabled: boolean; readonly has_connection: boolean }
  secret_key: string | null
  avatar_id: FileId | null
  config: AssistantConfig | null
  boards: ReadonlyArray<{ readonly board_id: BoardId; readonly initial_segment_id?: SegmentId }>
  /** Null: it was there when the world began. */
  readonly created_at: DateTime.Utc | null
  updated_at: DateTime.Utc | null
}

/** A contact's channel, as the world keeps it. */
export interface ChannelRecord {
  readonly id: ChannelId
  contact_id: ContactId
  readonly type: ChannelType
  readonly user_id: string
  avatar: string | null
  name: string | null
  username: string | null
  email: string | null
  phone: string | null
  readonly created_at: DateTime.Utc
  updated_at: DateTime.Utc
}

/** A contact, as the world keeps it. The country is two letters, and decides by which clock they live. */
export interface ContactRecord {
  readonly id: ContactId
  name: string | null
  readonly country: string | null
  /** The staff's own, on an internal channel. */
  readonly is_admin: boolean
  blocked: boolean
  blocked_at: DateTime.Utc | null
  unsubscribed: boolean
  unsubscribed_at: DateTime.Utc | null
  ai_replies_disabled: boolean
  segment_ids: ReadonlyArray<SegmentId>
  readonly created_at: DateTime.Utc
  updated_at: DateTime.Utc
}

/** A member of a chat: a contact's channel, or a user of the staff. */
export type MemberRecord =
  | { readonly _tag: "Contact"; readonly id: MemberId; readonly channel_id: ChannelId }
  | { readonly _tag: "User"; readonly id: MemberId; readonly user_id: UserId }

/** A message, as the world keeps it, with the tool or action that it requests. */
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
  /** The action that the assistant wants approved. */
  approval: {
    readonly id: ToolCallId
    readonly name: string
    status: "pending" | "running" | "completed" | "failed" | "rejected"
    reason: string | null
  } | null
  broadcast_id: BroadcastId | null
}

/** A chat, as the world keeps it, with its messages and its state. */
export interface ChatRecord {
  readonly id: ChatId
  readonly conversation_id: ConversationId
  contact_id: ContactId
  readonly assistant_id: AssistantId
  readonly channel_type: ChannelType
  title: string | null
  model: string
  visibility: "PRIVATE" | "PUBLIC_READ" | "PUBLIC_WRITE"
  pinned: boolean
  tools: ReadonlyArray<Tool>
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
  /** How many messages the staff has not seen, and the contact. */
  admin_unseen_count: number
  user_unseen_count: number
}

const find =
  <K extends string, A>(what: string, records: ReadonlyMap<K, A>) =>
  (id: K): Effect.Effect<A, Refusal> =>
    Effect.suspend(() => {
      const found = records.get(id)
      return found === undefined ? notFound(what, id) : Effect.succeed(found)
    })

/** What the records of an organization begin with: its own id, and who acts where nobody is named. */
interface Beginning {
  readonly ids: CountedIds.Ids
  readonly org_id: OrgId
  readonly user_id: UserId
}

const empty = ({ ids, org_id, user_id }: Beginning, undo: Undo) => {
  const assistants = new Table<AssistantId, AssistantRecord>(undo)
  const contacts = new Table<ContactId, ContactRecord>(undo)
  const channels = new Table<ChannelId, ChannelRecord>(undo)
  const chats = new Table<ChatId, ChatRecord>(undo)
  const messages = new Table<MessageId, MessageRecord>(undo)
  const conversations = new Table<string, ConversationId>(undo)
  const members = new Table<OrgMemberId, Records.OrgMember>(undo)
  const segments = new Table<SegmentId, Records.Segment>(undo)
  const workflows = new Table<WorkflowId, Records.Workflow>(undo)
  const broadcasts = new Table<BroadcastId, Records.Broadcast>(undo)
  const actions = new Table<AssistantActionId, Records.Action>(undo)
  const contents = new Table<ContentId, Records.Content>(undo)
  const tables = new Table<TableId, Records.CustomTable>(undo)
  const views = new Table<ViewId, Records.View>(undo)
  const records = new Table<RecordId, Records.TableRecord>(undo)
  const runs = new Table<WorkflowRunId, Records.WorkflowRun>(undo)
  const organizations = new Table<OrgId, Records.Organization>(undo)
  const files = new Table<FileId, Records.File>(undo)
  const fields = new Table<FieldId, Records.Field>(undo)
  return {
    ids,
    /** The names of the API keys that were made while this world ran. */
    keys: new Table<string, string>(undo),
    org_id,
    /** The user of the staff that acts where none is named. */
    user_id,
    assistants,
    contacts,
    channels,
    chats,
    messages,
    conversations,
    members,
    segments,
    workflows,
    broadcasts,
    notes: new Table<NoteId, Records.Note>(undo),
    files,
    activities: new Table<ActivityId, Records.Activity>(undo),
    memories: new Table<MemoryId, Records.Memory>(undo),
    fields,
    connections: new Table<ConnectionId, Records.Connection>(undo),
    runs,
    organizations,
    recipients: new Table<RecipientId, Records.Recipient>(undo),
    actions,
    contents,
    tables,
    views,
    records,
    /** The conversation of a contact with an assistant: all their chats belong to it. */
    conversation: (contact: ContactId, assistant: AssistantId): ConversationId => {
      const key = `${contact} ${assistant}`
      const id = conversations.get(key) ?? ids.conversation()
      conversations.set(key, id)
      return id
    },
    /** Refuses with 400 a key that a field of the table has, unless it is that of the field with this id. */
    freeKey: (table_id: TableId, key: string, own?: FieldId): Effect.Effect<void, Refusal> =>
      Effect.suspend(() =>
        [...fields.values()].some((each) => each.table_id === table_id && each.key === key && each.id !== own)
          ? badRequest(`Another field of the table has the key ${key}`)
          : Effect.void
      ),
    findAssistant: find("assistant", assistants),
    /** The assistant of a chat that names none: the oldest that is not deleted. */
    findDefaultAssistant: Effect.suspend((): Effect.Effect<AssistantRecord, Refusal> => {
      const oldest = [...assistants.values()].find(({ deleted }) => !deleted)
      return oldest === undefined ? notFound("assistant of the organization", org_id) : Effect.succeed(oldest)
    }),
    findContact: find("contact", contacts),
    findChannel: find("channel", channels),
    findChat: find("chat", chats),
    findMember: find("member of the organization", members),
    findSegment: find("segment", segments),
    findWorkflow: find("workflow", workflows),
    findRun: find("run", runs),
    findFile: find("file", files),
    findBroadcast: find("broadcast", broadcasts),
    findAction: find("action", actions),
    findContent: find("content", contents),
    findTable: find("table", tables),
    findView: find("view", views),
    findRecord: find("record", records),
    findOrganization: find("organization", organizations)
  }
}
/** All records of an organization, by kind and id. */
export type Store = ReturnType<typeof empty>

/** Makes the records of a world without messages: the organization, its assistant and its first member. */
export const make = (undo: Undo) => {
  const ids = CountedIds.make()
  const store = empty({ ids, org_id: ids.org(), user_id: ids.user() }, undo)
  const assistant: AssistantRecord = {
    id: ids.assistant(),
    name: "Assistant",
    enabled: true,
    deleted: false,
    integration: { enabled: true, has_connection: true },
    secret_key: null,
    avatar_id: null,
    config: null,
    boards: [],
    created_at: null,
    updated_at: null
  }
  const member: Records.OrgMember = { id: ids.orgMember(), user_id: store.user_id, name: "Staff" }
  store.assistants.set(assistant.id, assistant)
  store.members.set(member.id, member)
  return { ...store, assistant_id: assistant.id, member_id: member.id }
}

/** Makes the records of an organization below: none, and no id is that of a record of another organization. */
export const makeBelow = ({ ids, user_id }: Beginning, org_id: OrgId, undo: Undo): Store =>
  empty({ ids, org_id, user_id }, undo)
