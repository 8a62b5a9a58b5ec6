/** The records of the world as they are written down: each table's schema, and the way back into a store. */
import { AssistantConfig } from "@effect-invent/domain/Assistant/AssistantConfig"
import {
  AssistantId,
  BoardId,
  BroadcastId,
  ChannelId,
  ChatId,
  ConnectionId,
  ContactId,
  ConversationId,
  FileId,
  MemberId,
  MessageId,
  SegmentId,
  ToolCallId,
  UserId
} from "@effect-invent/domain/Ids"
import { integrations } from "@effect-invent/domain/Integration"
import { UserMessage } from "@effect-invent/domain/Chat/MessagePart"
import { Instant as SentInstant } from "@effect-invent/domain/schema/Instant"
import { Tool } from "@effect-invent/domain/Chat/Tool"
import * as Either from "effect/Either"
import type * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Records from "../Records.ts"
import type * as Store from "../Store.ts"

const Instant = Schema.DateTimeUtc
const ChannelType = Schema.Literal(...integrations)

const Member = Schema.Union(
  Schema.Struct({ _tag: Schema.Literal("Contact"), id: MemberId, channel_id: ChannelId }),
  Schema.Struct({ _tag: Schema.Literal("User"), id: MemberId, user_id: UserId })
)

const Message = Schema.Struct({
  id: MessageId,
  chat_id: ChatId,
  author: Schema.Literal("contact", "assistant", "user"),
  member: Schema.NullOr(Member),
  created_at: Instant,
  updated_at: Instant,
  status: Schema.Literal("RUNNING", "COMPLETED", "FAILED"),
  parts: Schema.NullOr(UserMessage),
  error: Schema.NullOr(Schema.String),
  tool: Schema.NullOr(Schema.mutable(Schema.Struct({ id: ToolCallId, name: Schema.String, pending: Schema.Boolean }))),
  response: Schema.NullOr(Schema.Struct({ id: ToolCallId, connection_id: ConnectionId })),
  approval: Schema.NullOr(
    Schema.mutable(
      Schema.Struct({
        id: ToolCallId,
        name: Schema.String,
        status: Schema.Literal("pending", "running", "completed", "failed", "rejected"),
        reason: Schema.NullOr(Schema.String)
      })
    )
  ),
  broadcast_id: Schema.NullOr(BroadcastId)
})

const Chat = Schema.Struct({
  id: ChatId,
  conversation_id: ConversationId,
  contact_id: ContactId,
  assistant_id: AssistantId,
  channel_type: ChannelType,
  title: Schema.NullOr(Schema.String),
  model: Schema.String,
  visibility: Schema.Literal("PRIVATE", "PUBLIC_READ", "PUBLIC_WRITE"),
  pinned: Schema.Boolean,
  tools: Schema.Array(Tool),
  created_at: Instant,
  updated_at: Instant,
  members: Schema.mutable(Schema.Array(Member)),
  state: Schema.Literal("OPEN", "SNOOZED", "CLOSED"),
  ai_enabled: Schema.Boolean,
  assistant_config: Schema.NullOr(AssistantConfig),
  assigned: Schema.NullOr(Schema.Struct({ user_id: UserId, at: Instant })),
  /** As it was sent: it may have an offset, or more digits than milliseconds. */
  follow_up_at: Schema.NullOr(SentInstant),
  muted_until: Schema.NullOr(SentInstant),
  csat_score: Schema.NullOr(Schema.Number),
  last_contact_message_at: Schema.NullOr(Instant),
  admin_unseen_count: Schema.Number,
  user_unseen_count: Schema.Number
})

const Contact = Schema.Struct({
  id: ContactId,
  name: Schema.NullOr(Schema.String),
  country: Schema.NullOr(Schema.String),
  is_admin: Schema.Boolean,
  blocked: Schema.Boolean,
  blocked_at: Schema.NullOr(Instant),
  unsubscribed: Schema.Boolean,
  unsubscribed_at: Schema.NullOr(Instant),
  ai_replies_disabled: Schema.Boolean,
  segment_ids: Schema.Array(SegmentId),
  created_at: Instant,
  updated_at: Instant
})

const Channel = Schema.Struct({
  id: ChannelId,
  contact_id: ContactId,
  type: ChannelType,
  user_id: Schema.String,
  avatar: Schema.NullOr(Schema.String),
  name: Schema.NullOr(Schema.String),
  username: Schema.NullOr(Schema.String),
  email: Schema.NullOr(Schema.String),
  phone: Schema.NullOr(Schema.String),
  created_at: Instant,
  updated_at: Instant
})

const Assistant = Schema.Struct({
  id: AssistantId,
  name: Schema.String,
  enabled: Schema.Boolean,
  deleted: Schema.optionalWith(Schema.Boolean, { exact: true, default: () => false }),
  integration: Schema.optionalWith(Schema.Struct({ enabled: Schema.Boolean, has_connection: Schema.Boolean }), {
    exact: true,
    default: () => ({ enabled: true, has_connection: true })
  }),
  secret_key: Schema.NullOr(Schema.String),
  avatar_id: Schema.NullOr(FileId),
  config: Schema.NullOr(AssistantConfig),
  boards: Schema.Array(
    Schema.Struct({ board_id: BoardId, initial_segment_id: Schema.optionalWith(SegmentId, { exact: true }) })
  ),
  created_at: Schema.NullOr(Instant),
  updated_at: Schema.NullOr(Instant)
})

/** A record of a table; null where it is gone. */
export type Row = readonly [table: string, key: string, row: unknown]

interface Binding {
  readonly watch: () => void
  readonly remove: (key: string) => void
  readonly used: () => ReadonlyArray<string>
  readonly keys: () => Iterable<string>
  readonly encode: (key: string) => unknown
  readonly put: (key: string, row: unknown) => Either.Either<void, ParseResult.ParseError>
}

const bind = <K extends string, A extends B, B, I>(
  table: {
    readonly watch: () => void
    readonly delete: (key: K) => unknown
    readonly used: () => ReadonlyArray<K>
    readonly keys: () => Iterable<K>
    readonly peek: (key: K) => A | undefined
    readonly set: (key: K, record: A) => unknown
  },
  schema: Schema.Schema<B, I>,
  complete: (decoded: B) => A
): Binding => {
  const encode = Schema.encodeSync(schema)
  const decode = Schema.decodeUnknownEither(schema)
  return {
    watch: () => table.watch(),
    remove: (key) => void table.delete(key as K),
    used: () => table.used(),
    keys: () => table.keys(),
    encode: (key) => {
      const record = table.peek(key as K)
      return record === undefined ? undefined : encode(record)
    },
    put: (key, row) => Either.map(decode(row), (decoded) => void table.set(key as K, complete(decoded)))
  }
}

const same = <A>(record: A): A => record

/** The tables of an organization by their names. */
export type Bindings = Readonly<Record<string, Binding>>

/** The tables of an organization below, in the order in which they are written: what a record refers to comes first. */
export const bindingsBelow = (store: Store.Store): Bindings => ({
  keys: bind(store.keys, Schema.String, (name) => name),
  members: bind(store.members, Records.OrgMember, same),
  segments: bind(store.segments, Records.Segment, same),
  assistants: bind(store.assistants, Assistant, (assistant): Store.AssistantRecord => ({ ...assistant })),
  contacts: bind(store.contacts, Contact, (contact): Store.ContactRecord => ({ ...contact })),
  channels: bind(store.channels, Channel, (channel): Store.ChannelRecord => ({ ...channel })),
  notes: bind(store.notes, Records.Note, same),
  conversations: bind(store.conversations, ConversationId, (id) => id),
  chats: bind(store.chats, Chat, (chat): Store.ChatRecord => ({ ...chat, messages: [] })),
  messages: bind(store.messages, Message, (message): Store.MessageRecord => ({ ...message })),
  memories: bind(store.memories, Records.Memory, same),
  files: bind(store.files, Records.File, same),
  activities: bind(store.activities, Records.Activity, same),
  fields: bind(store.fields, Records.Field, same),
  connections: bind(store.connections, Records.Connection, same),
  workflows: bind(store.workflows, Records.Workflow, same),
  runs: bind(store.runs, Records.WorkflowRun, same),
  broadcasts: bind(store.broadcasts, Records.Broadcast, same),
  organizations: bind(store.organizations, Records.Organization, same),
  recipients: bind(store.recipients, Records.Recipient, same),
  actions: bind(store.actions, Records.Action, same),
  contents: bind(store.contents, Records.Content, same),
  tables: bind(store.tables, Records.CustomTable, same),
  views: bind(store.views, Records.View, same),
  records: bind(store.records, Records.TableRecord, same)
})

/** The same with what all organizations share, the counts of the ids. */
export const bindings = (store: Store.Store): Bindings => ({
  ids: bind(store.ids.counts, Schema.Number, (count) => count),
  ...bindingsBelow(store)
})
