/** The ids of the emulator. They are counted by kind, so that a test can know them beforehand. */
import {
  ActivityId,
  AssistantActionId,
  AssistantId,
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
  TemplateId,
  ToolCallId,
  UserId,
  ViewId,
  WorkflowId,
  WorkflowRunId
} from "@effect-invent/domain/Ids"
import { Table } from "./TrackedMap.ts"

/** The next id of each kind, and `counts`: how many there are. */
export const make = () => {
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
    user: () => UserId.make(next("user")),
    orgMember: () => OrgMemberId.make(next("org_member")),
    segment: () => SegmentId.make(next("segment")),
    note: () => NoteId.make(next("note")),
    file: () => FileId.make(next("file")),
    activity: () => ActivityId.make(next("activity")),
    memory: () => MemoryId.make(next("memory")),
    field: () => FieldId.make(next("field")),
    connection: () => ConnectionId.make(next("con")),
    workflow: () => WorkflowId.make(next("workflow")),
    workflowRun: () => WorkflowRunId.make(next("run")),
    broadcast: () => BroadcastId.make(next("broadcast")),
    template: () => TemplateId.make(next("template")),
    recipient: () => RecipientId.make(next("recipient")),
    action: () => AssistantActionId.make(next("action")),
    content: () => ContentId.make(next("content")),
    table: () => TableId.make(next("table")),
    view: () => ViewId.make(next("view")),
    record: () => RecordId.make(next("record")),
    secretKey: () => next("secret")
  }
}
/** See {@link make}. */
export type Ids = ReturnType<typeof make>
