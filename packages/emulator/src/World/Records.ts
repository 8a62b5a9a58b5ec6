/** What the organization keeps beside its contacts and chats: each kind of record as it is in memory and as it is written down. */
import { activityTypes } from "@effect-invent/domain/ContactActivity"
import {
  ActivityId,
  BoardId,
  BroadcastId,
  ChatId,
  ConnectionId,
  ContactId,
  FieldId,
  FileId,
  MemoryId,
  NoteId,
  OrgId,
  OrgMemberId,
  SegmentId,
  TemplateId,
  UserId,
  WorkflowId,
  WorkflowRunId
} from "@effect-invent/domain/Ids"
import { integrations } from "@effect-invent/domain/Integration"
import { colors } from "@effect-invent/domain/Segment"
import * as Schema from "effect/Schema"

const Instant = Schema.DateTimeUtc

const record = <const Fields extends Schema.Struct.Fields>(fields: Fields) => Schema.mutable(Schema.Struct(fields))

export const Segment = record({
  id: SegmentId,
  name: Schema.String,
  color: Schema.Literal(...colors),
  boards: Schema.Array(Schema.Struct({ board_id: BoardId, board_name: Schema.String, column_id: Schema.String })),
  created_at: Instant,
  updated_at: Instant
})
export type Segment = typeof Segment.Type

export const Note = record({
  id: NoteId,
  contact_id: ContactId,
  content: Schema.String,
  user_id: UserId,
  created_at: Instant
})
export type Note = typeof Note.Type

/** Its bytes are not kept. */
export const File = record({
  id: FileId,
  contact_id: ContactId,
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
export type File = typeof File.Type

export const Activity = record({
  id: ActivityId,
  contact_id: ContactId,
  type: Schema.Literal(...activityTypes),
  segment_id: Schema.NullOr(SegmentId),
  note_id: Schema.NullOr(NoteId),
  file_id: Schema.NullOr(FileId),
  created_at: Instant
})
export type Activity = typeof Activity.Type

export const Memory = record({
  id: MemoryId,
  chat_id: ChatId,
  summary: Schema.String,
  key_points: Schema.Array(Schema.String),
  message_count: Schema.Number,
  created_at: Instant
})
export type Memory = typeof Memory.Type

/** A member of the organization, and the user they are. */
export const OrgMember = record({ id: OrgMemberId, user_id: UserId, name: Schema.String })
export type OrgMember = typeof OrgMember.Type

/** `options` are what can be chosen for the fields of its actions. */
export const Connection = record({ id: ConnectionId, options: Schema.Array(Schema.Unknown) })
export type Connection = typeof Connection.Type

export const Field = record({ id: FieldId, key: Schema.String, type: Schema.Literal("string", "number", "boolean", "date", "datetime") })
export type Field = typeof Field.Type

export const Workflow = record({ id: WorkflowId, name: Schema.String })
export type Workflow = typeof Workflow.Type

export const WorkflowRun = record({
  id: WorkflowRunId,
  workflow_id: WorkflowId,
  identifier: Schema.NullOr(Schema.String),
  created_at: Instant
})
export type WorkflowRun = typeof WorkflowRun.Type

export const Organization = record({ id: OrgId, name: Schema.String, plan: Schema.String })
export type Organization = typeof Organization.Type

/** `{{…}}` in the text stands for a variable. */
export const Template = Schema.Struct({ id: TemplateId, channel_type: Schema.Literal(...integrations), text: Schema.String })
export type Template = typeof Template.Type

export const Broadcast = record({
  id: BroadcastId,
  name: Schema.String,
  status: Schema.Literal("DRAFT", "SCHEDULED", "SENDING", "SENT", "CANCELLED", "FAILED"),
  scheduled_at: Schema.NullOr(Instant),
  segment_ids: Schema.Array(SegmentId),
  send_to_all: Schema.Boolean,
  /** None: it is a marketing broadcast. */
  templates: Schema.Array(Template),
  created_at: Instant,
  updated_at: Instant
})
export type Broadcast = typeof Broadcast.Type
