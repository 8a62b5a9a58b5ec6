/**
 * The identifiers of the Invent API. Each is an opaque, prefixed string (`con_…`, `ast_…`); the brand exists only in
 * the types, so that a chat's id cannot be passed where a contact's belongs.
 *
 * @see https://docs.useinvent.com/api-reference/getting-started/introduction
 */
import * as Schema from "effect/Schema"

/** An organization (workspace), or the literal `c`: the one the API key was created in. */
export const OrgId = Schema.String.pipe(Schema.brand("OrgId"))
/** Text that names an organization. `OrgId.make` brands it; no other kind of id fits in its place. */
export type OrgId = typeof OrgId.Type

/** A contact: a person who talks to an assistant. Merging contacts makes ids disappear. */
export const ContactId = Schema.String.pipe(Schema.brand("ContactId"))
/** Text that names a contact. `ContactId.make` brands it; no other kind of id fits in its place. */
export type ContactId = typeof ContactId.Type

/** A contact's channel: one address (phone number, handle, custom id) at which the contact can be reached. */
export const ChannelId = Schema.String.pipe(Schema.brand("ChannelId"))
/** Text that names a contact's channel. `ChannelId.make` brands it; no other kind of id fits in its place. */
export type ChannelId = typeof ChannelId.Type

/** A chat. Several chats can belong to one conversation, see {@link ConversationId}. */
export const ChatId = Schema.String.pipe(Schema.brand("ChatId"))
/** Text that names a chat. `ChatId.make` brands it; no other kind of id fits in its place. */
export type ChatId = typeof ChatId.Type

/** A conversation: the chats of one contact with one assistant, in sequence. */
export const ConversationId = Schema.String.pipe(Schema.brand("ConversationId"))
/** Text that names a conversation. `ConversationId.make` brands it; no other kind of id fits in its place. */
export type ConversationId = typeof ConversationId.Type

/** A message of a chat. */
export const MessageId = Schema.String.pipe(Schema.brand("MessageId"))
/** Text that names a message. `MessageId.make` brands it; no other kind of id fits in its place. */
export type MessageId = typeof MessageId.Type

/** One call of a tool inside a message. */
export const ToolCallId = Schema.String.pipe(Schema.brand("ToolCallId"))
/** Text that names a call of a tool. `ToolCallId.make` brands it; no other kind of id fits in its place. */
export type ToolCallId = typeof ToolCallId.Type

/** An assistant (`ast_…`). */
export const AssistantId = Schema.String.pipe(Schema.brand("AssistantId"))
/** Text that names an assistant. `AssistantId.make` brands it; no other kind of id fits in its place. */
export type AssistantId = typeof AssistantId.Type

/** A connection to an external service (`con_…`). */
export const ConnectionId = Schema.String.pipe(Schema.brand("ConnectionId"))
/** Text that names a connection. `ConnectionId.make` brands it; no other kind of id fits in its place. */
export type ConnectionId = typeof ConnectionId.Type

/** A member of a chat: a contact's channel, a user, or a session. */
export const MemberId = Schema.String.pipe(Schema.brand("MemberId"))
/** Text that names a member of a chat. `MemberId.make` brands it; no other kind of id fits in its place. */
export type MemberId = typeof MemberId.Type

/** A user: a human of the organization's staff. */
export const UserId = Schema.String.pipe(Schema.brand("UserId"))
/** Text that names a user of the staff. `UserId.make` brands it; no other kind of id fits in its place. */
export type UserId = typeof UserId.Type

/** A stored file. */
export const FileId = Schema.String.pipe(Schema.brand("FileId"))
/** Text that names a stored file. `FileId.make` brands it; no other kind of id fits in its place. */
export type FileId = typeof FileId.Type

/** A broadcast. */
export const BroadcastId = Schema.String.pipe(Schema.brand("BroadcastId"))
/** Text that names a broadcast. `BroadcastId.make` brands it; no other kind of id fits in its place. */
export type BroadcastId = typeof BroadcastId.Type

/** A segment: a named set of contacts. */
export const SegmentId = Schema.String.pipe(Schema.brand("SegmentId"))
/** Text that names a segment. `SegmentId.make` brands it; no other kind of id fits in its place. */
export type SegmentId = typeof SegmentId.Type

/** A note that the staff keeps on a contact. */
export const NoteId = Schema.String.pipe(Schema.brand("NoteId"))
/** Text that names a note. `NoteId.make` brands it; no other kind of id fits in its place. */
export type NoteId = typeof NoteId.Type

/** An entry of a contact's timeline. */
export const ActivityId = Schema.String.pipe(Schema.brand("ActivityId"))
/** Text that names an entry of a timeline. `ActivityId.make` brands it; no other kind of id fits in its place. */
export type ActivityId = typeof ActivityId.Type

/** A field that an organization keeps on its contacts. */
export const FieldId = Schema.String.pipe(Schema.brand("FieldId"))
/** Text that names a field. `FieldId.make` brands it; no other kind of id fits in its place. */
export type FieldId = typeof FieldId.Type

/** A conversation summary. */
export const MemoryId = Schema.String.pipe(Schema.brand("MemoryId"))
/** Text that names a summary. `MemoryId.make` brands it; no other kind of id fits in its place. */
export type MemoryId = typeof MemoryId.Type

/** A member of an organization: what a chat is assigned to. */
export const OrgMemberId = Schema.String.pipe(Schema.brand("OrgMemberId"))
/** Text that names a member of an organization. `OrgMemberId.make` brands it; no other kind of id fits in its place. */
export type OrgMemberId = typeof OrgMemberId.Type

/** A board of an assistant. */
export const BoardId = Schema.String.pipe(Schema.brand("BoardId"))
/** Text that names a board. `BoardId.make` brands it; no other kind of id fits in its place. */
export type BoardId = typeof BoardId.Type

/** A template of a broadcast. */
export const TemplateId = Schema.String.pipe(Schema.brand("TemplateId"))
/** Text that names a template. `TemplateId.make` brands it; no other kind of id fits in its place. */
export type TemplateId = typeof TemplateId.Type

/** One message of a broadcast to one contact. */
export const RecipientId = Schema.String.pipe(Schema.brand("RecipientId"))
/** Text that names a recipient. `RecipientId.make` brands it; no other kind of id fits in its place. */
export type RecipientId = typeof RecipientId.Type

/** A workflow. */
export const WorkflowId = Schema.String.pipe(Schema.brand("WorkflowId"))
/** Text that names a workflow. `WorkflowId.make` brands it; no other kind of id fits in its place. */
export type WorkflowId = typeof WorkflowId.Type

/** One run of a workflow. */
export const WorkflowRunId = Schema.String.pipe(Schema.brand("WorkflowRunId"))
/** Text that names a run. `WorkflowRunId.make` brands it; no other kind of id fits in its place. */
export type WorkflowRunId = typeof WorkflowRunId.Type

/** An action of an assistant. */
export const AssistantActionId = Schema.String.pipe(Schema.brand("AssistantActionId"))
/** Text that names an action. `AssistantActionId.make` brands it; no other kind of id fits in its place. */
export type AssistantActionId = typeof AssistantActionId.Type

/** A kind of action: `TOOLS:HTTP_REQUEST`, `TOOLS:WEB_SEARCH`, `TOOLS:WEB_SCRAPING` and others that no page lists. */
export const ActionKind = Schema.String.pipe(Schema.brand("ActionKind"))
/** Text that names a kind of action. `ActionKind.make` brands it. */
export type ActionKind = typeof ActionKind.Type

/** A text, file or website that assistants can look up. */
export const ContentId = Schema.String.pipe(Schema.brand("ContentId"))
/** Text that names a content. `ContentId.make` brands it; no other kind of id fits in its place. */
export type ContentId = typeof ContentId.Type

/** A table of an organization's own. */
export const TableId = Schema.String.pipe(Schema.brand("TableId"))
/** Text that names a table. `TableId.make` brands it; no other kind of id fits in its place. */
export type TableId = typeof TableId.Type

/** A view of a table. */
export const ViewId = Schema.String.pipe(Schema.brand("ViewId"))
/** Text that names a view. `ViewId.make` brands it; no other kind of id fits in its place. */
export type ViewId = typeof ViewId.Type

/** A record of a table. */
export const RecordId = Schema.String.pipe(Schema.brand("RecordId"))
/** Text that names a record. `RecordId.make` brands it; no other kind of id fits in its place. */
export type RecordId = typeof RecordId.Type
