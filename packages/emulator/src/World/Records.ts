/**
 * What the organization keeps beside its contacts and chats: each kind of record as it is in memory and as it is
 * written down.
 */
import { activityTypes } from "@effect-invent/domain/Contact/ContactActivity"
import {
  ActionKind,
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
  FieldId,
  FileId,
  MemoryId,
  NoteId,
  OrgId,
  OrgMemberId,
  RecipientId,
  RecordId,
  SegmentId,
  TableId,
  TemplateId,
  UserId,
  ViewId,
  WorkflowId,
  WorkflowRunId
} from "@effect-invent/domain/Ids"
import { fieldTypes } from "@effect-invent/domain/Table/Field"
import { integrations } from "@effect-invent/domain/Integration"
import { contentStatuses } from "@effect-invent/domain/Assistant/KnowledgeContent"
import { Instant as SentInstant } from "@effect-invent/domain/schema/Instant"
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import { colors } from "@effect-invent/domain/Segment"
import * as Schema from "effect/Schema"

const Instant = Schema.DateTimeUtc

const record = <const Fields extends Schema.Struct.Fields>(fields: Fields) => Schema.mutable(Schema.Struct(fields))

/** A segment, as the world keeps it. */
export const Segment = record({
  id: SegmentId,
  name: Schema.String,
  color: Schema.Literal(...colors),
  boards: Schema.Array(Schema.Struct({ board_id: BoardId, board_name: Schema.String, column_id: Schema.String })),
  created_at: Instant,
  updated_at: Instant
})
/** A segment: its name, its colour and its boards. */
export type Segment = typeof Segment.Type

/** A note on a contact, as the world keeps it. */
export const Note = record({
  id: NoteId,
  contact_id: ContactId,
  content: Schema.String,
  user_id: UserId,
  created_at: Instant
})
/** A note on a contact: its text and its author. */
export type Note = typeof Note.Type

/** Its bytes are not kept. */
export const File = record({
  id: FileId,
  /** Null: it is the organization's own. */
  contact_id: Schema.NullOr(ContactId),
  /** Where it was shared, if in a chat. */
  chat_id: Schema.NullOr(ChatId),
  filename: Schema.String,
  size: Schema.Number,
  mimetype: Schema.String,
  url: Schema.String,
  source: Schema.Literal("direct", "note", "chat"),
  /** Null: it came from the contact. */
  user_id: Schema.NullOr(UserId),
  created_at: Instant
})
/** A file: its name, its size in bytes and its MIME type. */
export type File = typeof File.Type

/** An entry of a contact's timeline, as the world keeps it: the ids of what it is about. */
export const Activity = record({
  id: ActivityId,
  contact_id: ContactId,
  type: Schema.Literal(...activityTypes),
  segment_id: Schema.NullOr(SegmentId),
  note_id: Schema.NullOr(NoteId),
  file_id: Schema.NullOr(FileId),
  created_at: Instant
})
/** An entry of a contact's timeline. */
export type Activity = typeof Activity.Type

/** A summary of a chat, as the world keeps it. */
export const Memory = record({
  id: MemoryId,
  chat_id: ChatId,
  summary: Schema.String,
  key_points: Schema.Array(Schema.String),
  message_count: Schema.Number,
  created_at: Instant
})
/** A summary of a chat, and of how many messages. */
export type Memory = typeof Memory.Type

/** A member of the organization, and the user they are. */
export const OrgMember = record({ id: OrgMemberId, user_id: UserId, name: Schema.String })
/** A member of the organization. */
export type OrgMember = typeof OrgMember.Type

/** `options` are what can be chosen for the fields of its actions. */
export const Connection = record({ id: ConnectionId, options: Schema.Array(Schema.String) })
/** A connection to a service outside. */
export type Connection = typeof Connection.Type

/** What is set by the user of the API, and of no meaning here. */
const Anything = OpenRecord.Json

const orElse = <A, I>(schema: Schema.Schema<A, I>, value: A) =>
  Schema.optionalWith(schema, { exact: true, default: () => value })

/** The table that has the fields of all contacts. */
export const contactsTable = TableId.make("contacts")

/** A field of a table, as the world keeps it. Older journals name no table: then it is the contacts'. */
export const Field = record({
  id: FieldId,
  table_id: orElse(TableId, contactsTable),
  key: Schema.String,
  type: Schema.Literal(...fieldTypes),
  schema: orElse(Anything, {}),
  readonly: orElse(Schema.Boolean, false),
  archived: orElse(Schema.Boolean, false)
})
/** A field of a table, or of the contacts. */
export type Field = typeof Field.Type

/** A workflow, which has a name and no steps. All runs of one that `fails` end as failed. */
export const Workflow = record({ id: WorkflowId, name: Schema.String, fails: orElse(Schema.Boolean, false) })
/** A workflow that can be run. */
export type Workflow = typeof Workflow.Type

/** A run of a workflow, as the world keeps it. Nothing is carried out. */
export const WorkflowRun = record({
  id: WorkflowRunId,
  workflow_id: WorkflowId,
  identifier: Schema.NullOr(Schema.String),
  version: orElse(Schema.String, "latest"),
  status: orElse(Schema.Literal("RUNNING", "COMPLETED", "FAILED"), "RUNNING"),
  created_at: Instant,
  ended_at: orElse(Schema.NullOr(Instant), null)
})
/** A run of a workflow. */
export type WorkflowRun = typeof WorkflowRun.Type

/** An organization below this one. What it is set to is kept as it came. */
export const Organization = record({
  id: OrgId,
  name: Schema.String,
  plan: Schema.String,
  logo_id: orElse(Schema.NullOr(FileId), null),
  features: orElse(Anything, {}),
  config: orElse(Anything, {}),
  billing: orElse(Anything, {}),
  members: orElse(
    Schema.Array(Schema.Struct({ id: OrgMemberId, user_id: UserId, role: Schema.String, joined_at: Instant })),
    []
  ),
  created_at: orElse(Schema.NullOr(Instant), null),
  updated_at: orElse(Schema.NullOr(Instant), null)
})
/** An organization below this one. */
export type Organization = typeof Organization.Type

/** `{{…}}` in the text stands for a variable. */
export const Template = Schema.Struct({
  id: TemplateId,
  channel_type: Schema.Literal(...integrations),
  text: Schema.String
})
/** The content of a broadcast on one kind of channel. */
export type Template = typeof Template.Type

/**
 * A broadcast, as the world keeps it. A transactional one can be sent while it is `ACTIVE`, which the dashboard shows
 * and no page spells.
 */
export const Broadcast = record({
  id: BroadcastId,
  name: Schema.String,
  status: Schema.Literal("DRAFT", "ACTIVE", "SCHEDULED", "SENDING", "SENT", "CANCELLED", "FAILED"),
  /** As it was sent: it may have an offset, or more digits than milliseconds. */
  scheduled_at: Schema.NullOr(SentInstant),
  segment_ids: Schema.Array(SegmentId),
  send_to_all: Schema.Boolean,
  /** None: it is a marketing broadcast. */
  templates: Schema.Array(Template),
  created_at: Instant,
  updated_at: Instant
})
/** A broadcast: to whom, when, and how far it has come. */
export type Broadcast = typeof Broadcast.Type

/** One template at one channel of a contact; of a marketing broadcast, the contact alone. */
export const Recipient = record({
  id: RecipientId,
  broadcast_id: BroadcastId,
  template_id: Schema.NullOr(TemplateId),
  contact_id: ContactId,
  channel_id: Schema.NullOr(ChannelId),
  status: Schema.Literal("SKIPPED", "SENT", "SENDING"),
  error_message: Schema.NullOr(Schema.String),
  /** What the request set in place of the contact's own, for this broadcast only. */
  instead: Schema.Struct({
    name: Schema.NullOr(Schema.String),
    phone: Schema.NullOr(Schema.String),
    email: Schema.NullOr(Schema.String)
  }),
  /** What is to be written in the chat when the row is sent; null where nothing is, or it was sent. */
  text: orElse(Schema.NullOr(Schema.String), null),
  created_at: Instant,
  /** Null: when it was made, where it was sent at all. */
  sent_at: orElse(Schema.NullOr(Instant), null)
})
/** What became of a broadcast at one channel of a contact. */
export type Recipient = typeof Recipient.Type

/** An action of an assistant, as the world keeps it. */
export const Action = record({
  id: AssistantActionId,
  assistant_id: AssistantId,
  enabled: Schema.Boolean,
  name: Schema.NullOr(Schema.String),
  instructions: Schema.NullOr(Schema.String),
  action_id: ActionKind,
  connection_id: Schema.NullOr(ConnectionId),
  config: Anything,
  position: Schema.Number,
  created_at: Instant,
  updated_at: Instant
})
/** An action of an assistant. */
export type Action = typeof Action.Type

/** A text, or a website, of which no page is read. */
export const Content = record({
  id: ContentId,
  title: Schema.String,
  /** Null: a website. */
  text: Schema.NullOr(Schema.String),
  status: Schema.Literal(...contentStatuses),
  assistant_ids: Schema.Array(AssistantId),
  exclude_path_patterns: Schema.Array(Schema.String),
  include_path_patterns: Schema.Array(Schema.String),
  created_at: Instant,
  updated_at: Instant
})
/** What assistants can look up. */
export type Content = typeof Content.Type

/** A table of the organization's own, as the world keeps it: the ids of its fields, in order. */
export const CustomTable = record({
  id: TableId,
  name: Schema.String,
  description: Schema.NullOr(Schema.String),
  record_prefix: Schema.String,
  field_ids: Schema.Array(FieldId),
  created_at: Instant,
  updated_at: Instant
})
/** A table of the organization's own. */
export type CustomTable = typeof CustomTable.Type

/** A view of a table, as the world keeps it. */
export const View = record({
  id: ViewId,
  table_id: TableId,
  name: Schema.String,
  description: Schema.NullOr(Schema.String),
  config: Anything,
  sort: Schema.NullOr(Anything),
  filter: Schema.NullOr(Anything),
  position: Schema.Number,
  is_default: Schema.Boolean,
  show_in_sidebar: Schema.Boolean,
  archived: Schema.Boolean,
  created_at: Instant,
  updated_at: Instant
})
/** A view of a table. */
export type View = typeof View.Type

/** A record of a table, with its values by the keys of the table's fields. */
export const TableRecord = record({ id: RecordId, table_id: TableId, values: Anything, created_at: Instant })
/** A record of a table. */
export type TableRecord = typeof TableRecord.Type
