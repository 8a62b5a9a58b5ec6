/**
 * What each method of the client takes, gives and fails with, in the contract's own words. Written by `pnpm interface`
 * from `packages/domain/src/api`, and held to it by `check`: change the words there.
 */
import type { Assistant } from "@effect-invent/domain/Assistant"
import type { AssistantAction } from "@effect-invent/domain/Assistant/AssistantAction"
import type {
  AvailableContent,
  KnowledgeChunk,
  KnowledgeContent
} from "@effect-invent/domain/Assistant/KnowledgeContent"
import type { Broadcast, EntriesDryRun, Recipient, Recipients } from "@effect-invent/domain/Broadcast"
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatMessage } from "@effect-invent/domain/Chat/ChatMessage"
import type { ChatState, StateInfo, Unseen } from "@effect-invent/domain/Chat/ChatState"
import type { Memory } from "@effect-invent/domain/Chat/Memory"
import type { UserMessage } from "@effect-invent/domain/Chat/MessagePart"
import type { ActionOption, Connection } from "@effect-invent/domain/Connection"
import type { Contact, ContactDryRun, DuplicateGroup, MergedContact } from "@effect-invent/domain/Contact"
import type { ContactActivity } from "@effect-invent/domain/Contact/ContactActivity"
import type { ContactChannel } from "@effect-invent/domain/Contact/ContactChannel"
import type { ContactFile } from "@effect-invent/domain/Contact/ContactFile"
import type { ContactNote } from "@effect-invent/domain/Contact/ContactNote"
import type { File } from "@effect-invent/domain/File"
import type {
  ActionKind,
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
  MessageId,
  OrgId,
  OrgMemberId,
  RecordId,
  SegmentId,
  TableId,
  TemplateId,
  ToolCallId,
  ViewId,
  WorkflowId
} from "@effect-invent/domain/Ids"
import type { RepeatableError, UnsafeError } from "@effect-invent/domain/InventError"
import type { OrgUsage, Organization } from "@effect-invent/domain/Organization"
import type { ContactGrowth, Dashboard } from "@effect-invent/domain/Organization/Analytics"
import type { Segment } from "@effect-invent/domain/Segment"
import type { RecordsImport, Table } from "@effect-invent/domain/Table"
import type { Field } from "@effect-invent/domain/Table/Field"
import type { RecordActivity } from "@effect-invent/domain/Table/RecordActivity"
import type { View } from "@effect-invent/domain/Table/View"
import type { WorkflowRun } from "@effect-invent/domain/WorkflowRun"
import type { ContactStatus } from "@effect-invent/domain/api/Contacts"
import type { OpenRecord } from "@effect-invent/domain/schema/OpenRecord"
import type { Undecodable } from "@effect-invent/domain/schema/Undecodable"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"

/** In a request: the values themselves are the kind's own, and not looked at. */
export interface ActionConfigChange {
  readonly input?: OpenRecord<unknown> | undefined
  readonly definitions?: ReadonlyArray<DefinitionChange> | undefined
}

/** The action, and the values of its fields so far. Only `action_id` is required. */
export interface ActionOptions {
  /** The kind of action. */
  readonly action_id: ActionKind
  readonly connection_id?: ConnectionId | undefined
  /** The values of the action's fields so far. */
  readonly input?: OpenRecord<unknown> | undefined
  readonly resource_id?: string | undefined
  readonly definitions?: ReadonlyArray<DefinitionChange> | undefined
}

/** Which entries of a timeline to list: all, unless a type is given. */
export interface ActivityFilter {
  /** Only the entries of this type, such as `contact_unsubscribed`. */
  readonly type?:
      | "note_created"
      | "file_uploaded"
      | "segment_added"
      | "segment_removed"
      | "contact_blocked"
      | "contact_unblocked"
      | "contact_unsubscribed"
      | "contact_resubscribed" | undefined
  /** Which page, counted from 1, the default. */
  readonly page?: number | undefined
  /** How many entries a page has: 1 to 100, the default. */
  readonly take?: number | undefined
  /** A token for the next page, on endpoints that the vendor does not name. */
  readonly next?: string | undefined
}

/** Presumably a member of the organization; the answer shows them as `assigned_user`. */
export interface Assign {
  /** Null unassigns. */
  readonly member_id: OrgMemberId | null
}

/**
 * An assistant's configuration in a request: a misspelt key is refused. Of `language`, `thread_mode` and
 * `knowledge_scope` the pages show one value each and not the list, so any text is sent.
 */
export interface AssistantConfigChange {
  readonly language?: string | undefined
  readonly stt?: {
    readonly model?: string | undefined
  } | undefined
  readonly tts?: {
    readonly model?: string | undefined
    readonly voice_id?: string | undefined
  } | undefined
  readonly conversation?: {
    readonly thread_mode?: string | undefined
    readonly suggested_messages?: ReadonlyArray<string> | undefined
    readonly welcome_banner?: string | undefined
    readonly auto_intro_message?: string | undefined
    readonly enable_memories?: boolean | undefined
    readonly enable_transfer_to_human_tool?: boolean | undefined
    readonly enable_end_conversation_tool?: boolean | undefined
    readonly enable_block_contact_tool?: boolean | undefined
    readonly enable_update_contact_tool?: boolean | undefined
    readonly enable_ai_replies?: boolean | undefined
    readonly enable_auto_resolve?: boolean | undefined
    readonly enable_auto_follow_ups?: boolean | undefined
    readonly enable_auto_csat?: boolean | undefined
    readonly enable_private_chats?: boolean | undefined
  } | undefined
  readonly knowledge_scope?: string | undefined
  readonly model?: string | undefined
  /** An IANA time zone: the only zone in the API. */
  readonly timezone?: string | undefined
  readonly instructions?: string | undefined
}

/** Which assistants to list. */
export interface AssistantFilter {
  /** Part of a name. */
  readonly search?: string | undefined
  /** Which page, counted from 1, the default. */
  readonly page?: number | undefined
  /** How many entries a page has: 1 to 100, the default. */
  readonly take?: number | undefined
  /** A token for the next page, on endpoints that the vendor does not name. */
  readonly next?: string | undefined
}

/** Which broadcasts to list: all, unless a status is given. */
export interface BroadcastFilter {
  /** Part of a name, at most 256 characters. */
  readonly search?: string | undefined
  readonly status?:
      | "ALL" | "DRAFT" | "SCHEDULED" | "SENDING" | "SENT" | "CANCELLED" | "FAILED"
      | undefined
  /** Which page, counted from 1, the default. */
  readonly page?: number | undefined
  /** How many entries a page has: 1 to 100, the default. */
  readonly take?: number | undefined
  /** A token for the next page, on endpoints that the vendor does not name. */
  readonly next?: string | undefined
}

/** Which chunks to list: all, unless a status is given. */
export interface ChunkFilter {
  readonly status?: "ALL" | "PENDING" | "PROCESSING" | "PROCESSED" | "FAILED" | undefined
  /** Which page, counted from 1, the default. */
  readonly page?: number | undefined
  /** How many entries a page has: 1 to 100, the default. */
  readonly take?: number | undefined
  /** A token for the next page, on endpoints that the vendor does not name. */
  readonly next?: string | undefined
}

/** Which files of a contact to list. */
export interface ContactFileFilter {
  /** Part of a file name. */
  readonly search?: string | undefined
  /** The beginning of a MIME type, such as `image/`. */
  readonly mimetype?: string | undefined
  /** Which page, counted from 1, the default. */
  readonly page?: number | undefined
  /** How many entries a page has: 1 to 100, the default. */
  readonly take?: number | undefined
  /** A token for the next page, on endpoints that the vendor does not name. */
  readonly next?: string | undefined
}

/** Each filter that is given narrows the list. */
export interface ContactFilter {
  /** Part of a name. */
  readonly search?: string | undefined
  readonly unsubscribed?: boolean | undefined
  /** Presumably the address on a channel, as its `user_id`. */
  readonly user_id?: string | undefined
  readonly name?: string | undefined
  readonly username?: string | undefined
  readonly email?: string | undefined
  readonly segment_id?: SegmentId | undefined
  readonly exclude_admins?: boolean | undefined
  /** On older pages, one of which has it beside `unsubscribed`; the newest has `exclude_admins`. */
  readonly is_admin?: boolean | undefined
  /** Leaves out the contacts that are on this board. */
  readonly exclude_board_id?: BoardId | undefined
  readonly status?: ContactStatus | undefined
  /** Which page, counted from 1, the default. */
  readonly page?: number | undefined
  /** How many entries a page has: 1 to 100, the default. */
  readonly take?: number | undefined
  /** A token for the next page, on endpoints that the vendor does not name. */
  readonly next?: string | undefined
}

/** Which contents to list: all, unless a type or a status is given. */
export interface ContentFilter {
  /** Part of a title, at most 256 characters. */
  readonly search?: string | undefined
  readonly type?: "ALL" | "TEXT" | "FILE" | "URL" | undefined
  readonly status?: "ALL" | "PENDING" | "PROCESSING" | "PROCESSED" | "FAILED" | undefined
  /** Which page, counted from 1, the default. */
  readonly page?: number | undefined
  /** How many entries a page has: 1 to 100, the default. */
  readonly take?: number | undefined
  /** A token for the next page, on endpoints that the vendor does not name. */
  readonly next?: string | undefined
}

/** A new action: its kind, its values, and whether it is on. The page requires `enabled`, `action_id` and `config`. */
export interface CreateAction {
  readonly enabled: boolean
  /** The kind of action. */
  readonly action_id: ActionKind
  readonly config: ActionConfigChange
  /** At most 64 characters. */
  readonly name?: string | undefined
  /** At most 1024 characters here, and 2048 when the action is changed. */
  readonly instructions?: string | undefined
  readonly connection_id?: ConnectionId | undefined
}

/** A new assistant. Only `name` is required. */
export interface CreateAssistant {
  /** 1 to 1024 characters. */
  readonly name: string
  readonly config?: AssistantConfigChange | undefined
  readonly enabled?: boolean | undefined
  /** Presumably the id of a file that `files.uploadOrg` gave. */
  readonly avatar_id?: FileId | undefined
  /** For a widget that proves who its user is. */
  readonly generate_secret_key?: boolean | undefined
}

/** A new marketing broadcast: what it is called, when it is sent, and to which segments. Only `name` is required. */
export interface CreateBroadcast {
  /** 1 to 255 characters. */
  readonly name: string
  /** Null: at once. */
  readonly scheduled_at?: DateTime.Utc | null | undefined
  /** At most 10. */
  readonly segment_ids?: ReadonlyArray<SegmentId> | undefined
  readonly send_to_all?: boolean | undefined
}

/** `assistant_id` is accepted without being documented as required. */
export interface CreateChat {
  /** The assistant that handles the chat. */
  readonly assistant_id?: AssistantId | undefined
  /** At most 256 characters. */
  readonly title?: string | undefined
  /** The opening message, authored as the contact: at least one part. */
  readonly message?: UserMessage | undefined
}

/** Which keys the server asks for is not stated, nor which kind of channel is made without `type`. */
export interface CreateContact {
  readonly channel?: {
    /** The kind of channel, as a bulk creation names it: there the example is `email`. */
    readonly type?: string | undefined
    /** The contact's address on the channel. */
    readonly user_id?: string | undefined
    readonly name?: string | undefined
    readonly email?: string | undefined
    readonly phone?: string | undefined
    /** Presumably the contact that the channel is added to, instead of a new one. */
    readonly contact_id?: ContactId | undefined
  } | undefined
  readonly segment_ids?: ReadonlyArray<SegmentId> | undefined
}

/** A text. How a file or a website is given is printed on no page. */
export interface CreateContent {
  /** At most 2,097,152 characters. */
  readonly content: {
    readonly type: "TEXT"
    readonly text: string
  }
  /** 1 to 255 characters. The page calls only the content required. */
  readonly title?: string | undefined
}

/** The parts of a message of the staff's. */
export interface CreateMessage {
  /** At least one part. */
  readonly message: UserMessage
}

/** What the dashboard asks for; the page names nothing. */
export interface CreateOrg {
  readonly name?: string | undefined
  readonly features?: {
    readonly allow_overdraft?: boolean | undefined
    readonly workflows?: boolean | undefined
    readonly broadcasts?: boolean | undefined
    readonly enable_japifon?: boolean | undefined
  } | undefined
}

/** A new table. Only `name` is required by the page; a prefix presumably is, too. */
export interface CreateTable {
  /** 1 to 128 characters. */
  readonly name: string
  /** 1 to 16 capital letters and digits, the first a letter; no other table may have it. Presumably required. */
  readonly record_prefix?: string | undefined
  /** At most 512 characters. */
  readonly description?: string | undefined
}

/**
 * What to decide about an action that waits for approval. All names of the keys are guesses: the page is stored without
 * them.
 */
export interface DecideApproval {
  readonly decision: "accepted" | "rejected"
  /** Why, for the assistant to read: at most 512 characters. */
  readonly reason?: string | undefined
  /**
   * True: the decision is recorded and the answer comes at once, its tool still running. False, the vendor's default:
   * the answer comes when the tool has finished.
   */
  readonly background?: boolean | undefined
}

/** In a request. No page documents which of its keys are required. */
export interface DefinitionChange {
  readonly path?: string | undefined
  readonly definition?: OpenRecord<unknown> | undefined
}

/** At most 10,000 channels, each of which is to become a contact or to join one. */
export interface DryRunCreate {
  readonly channels: ReadonlyArray<{
    /** The kind of channel; the page's example is `email`. */
    readonly type?: string | undefined
    readonly email?: string | undefined
    readonly user_id?: string | undefined
    readonly name?: string | undefined
    readonly contact_id?: ContactId | undefined
  }>
  readonly segment_id?: SegmentId | undefined
}

/** At most 50,000 lines, each with whom it is for and the values of the broadcast's properties there. */
export interface DryRunEntries {
  readonly entries: ReadonlyArray<{
    readonly values?: OpenRecord<unknown> | undefined
    readonly user_id?: string | undefined
    readonly email?: string | undefined
    readonly phone?: string | undefined
  }>
}

/** The whole new content. */
export interface EditMessage {
  /** At least one part. */
  readonly message: UserMessage
}

/** Which files of a chat to list. */
export interface FileFilter {
  /** Part of a file name, at most 256 characters. */
  readonly search?: string | undefined
  /** The beginning of a MIME type, such as `image/`. */
  readonly mimetype?: string | undefined
  /** Which page, counted from 1, the default. */
  readonly page?: number | undefined
  /** How many entries a page has: 1 to 100, the default. */
  readonly take?: number | undefined
  /** A token for the next page, on endpoints that the vendor does not name. */
  readonly next?: string | undefined
}

/** The days to count, and how they are put together. What is counted without dates is not stated. */
export interface GrowthFilter {
  readonly from_date?: DateTime.Utc | undefined
  readonly to_date?: DateTime.Utc | undefined
  /** `day` when left out. */
  readonly interval?: "day" | "week" | "month" | undefined
  /** The IANA time zone in which a day begins. */
  readonly timezone?: string | undefined
  /** Which page, counted from 1, the default. */
  readonly page?: number | undefined
  /** How many entries a page has: 1 to 100, the default. */
  readonly take?: number | undefined
  /** A token for the next page, on endpoints that the vendor does not name. */
  readonly next?: string | undefined
}

/** A CSV, and which of its columns fills which field. */
export interface ImportRecords {
  /** The CSV as the page's example has it, in the JSON of the body. */
  readonly file: string
  /** JSON of at most 8192 characters: an object that names for each header of the CSV the key of a field. */
  readonly mapping?: string | undefined
}

/** Which chats of the inbox to list. Of the keys, public code uses `integration_id` and `take`; no page names any. */
export interface InboxFilter {
  /** Only the chats of this kind of channel. */
  readonly integration_id?:
      | "internal"
      | "custom"
      | "whatsapp_bot"
      | "messenger_bot"
      | "instagram_dm"
      | "tiktok_dm"
      | "telegram_bot"
      | "gmail"
      | "slack_bot"
      | "twilio"
      | "telnyx"
      | "email"
      | "google_calendar" | undefined
  /** Which page, counted from 1, the default. */
  readonly page?: number | undefined
  /** How many entries a page has: 1 to 100, the default. */
  readonly take?: number | undefined
  /** A token for the next page, on endpoints that the vendor does not name. */
  readonly next?: string | undefined
}

/** The page's example is `ADMIN`; what else there is, it does not say. */
export interface JoinOrg {
  readonly role?: string | undefined
}

/** Left out, all duplicates that the server finds by itself are merged. */
export interface MergeContacts {
  /** 1 to 50. */
  readonly source_contact_ids?: ReadonlyArray<ContactId> | undefined
}

/** Of two contacts, the first is deleted and the second kept. */
export interface MergeTwo {
  readonly source_contact_id: ContactId
  readonly target_contact_id: ContactId
}

/** Which messages to list: all, unless a start is given. */
export interface MessageFilter {
  /** The messages from this time on. Whether the time itself is included is undocumented. */
  readonly from_date?: DateTime.Utc | undefined
  /** Which page, counted from 1, the default. */
  readonly page?: number | undefined
  /** How many entries a page has: 1 to 100, the default. */
  readonly take?: number | undefined
  /** A token for the next page, on endpoints that the vendor does not name. */
  readonly next?: string | undefined
}

/** Puts a field between two others; without both, the page does not say where. */
export interface MoveField {
  /** At most 128 characters. */
  readonly field_id: FieldId
  /** At most 1024 characters. */
  readonly after?: string | undefined
  /** At most 1024 characters. */
  readonly before?: string | undefined
}

/** Which of the options to list. */
export interface OptionFilter {
  /** Part of a label. */
  readonly search?: string | undefined
  /** The option with this value. */
  readonly value?: string | undefined
  /** The options with these values. */
  readonly values?: ReadonlyArray<string> | undefined
  /** Which page, counted from 1, the default. */
  readonly page?: number | undefined
  /** How many entries a page has: 1 to 100, the default. */
  readonly take?: number | undefined
  /** A token for the next page, on endpoints that the vendor does not name. */
  readonly next?: string | undefined
}

/** The place of each view of a table. Limits are stated on no page. */
export interface OrderViews {
  readonly positions: ReadonlyArray<{
    readonly id: ViewId
    readonly position: number
  }>
}

/** The query of a list without filters of its own. */
export interface Page {
  /** Which page, counted from 1, the default. */
  readonly page?: number | undefined
  /** How many entries a page has: 1 to 100, the default. */
  readonly take?: number | undefined
  /** A token for the next page, on endpoints that the vendor does not name. */
  readonly next?: string | undefined
}

/** At most 25 actions, and the place of each within its group. */
export interface ReorderActions {
  readonly positions: ReadonlyArray<{
    readonly id: AssistantActionId
    readonly position: number
  }>
}

/** The answer to an interactive tool. `connection` is the only kind documented. */
export interface RespondToTool {
  readonly type: "connection"
  /** The connection that the contact connected. */
  readonly connection_id: ConnectionId
}

/** No page says which keys are required, nor what the defaults are. */
export interface RunWorkflow {
  /** The values of the workflow's own inputs. */
  readonly input?: OpenRecord<unknown> | undefined
  readonly stream?: boolean | undefined
  readonly background?: boolean | undefined
  /** The page's example is `latest`. */
  readonly workflow_version_id?: string | undefined
  /** The step to begin at. */
  readonly from_step_key?: string | undefined
  /** Its purpose is undocumented; nothing says that it makes a repetition harmless. */
  readonly identifier?: string | undefined
}

/** Which segments to list. */
export interface SegmentFilter {
  /** Part of a name. */
  readonly search?: string | undefined
  /** Leaves out the segments that are columns of a board. */
  readonly exclude_board_columns?: boolean | undefined
  /** Which page, counted from 1, the default. */
  readonly page?: number | undefined
  /** How many entries a page has: 1 to 100, the default. */
  readonly take?: number | undefined
  /** A token for the next page, on endpoints that the vendor does not name. */
  readonly next?: string | undefined
}

/** The parts of a message of the contact's, and the channel to send as. */
export interface SendMessage {
  /** At least one part. */
  readonly message: UserMessage
  /** The custom channel to send as; required when the contact has more than one on this chat. */
  readonly channel_id?: ChannelId | undefined
}

/** The parts of a message of the contact's. The channel is in the path. */
export interface SendMessageOnChannel {
  /** At least one part. */
  readonly message: UserMessage
}

/**
 * To whom, from the most exact: a channel; a contact, whose channel each template infers; a phone number or an e-mail
 * address, whose contact is found or created. Beside a channel or a contact, `phone` and `email` override its own for
 * this broadcast only.
 */
export interface SendTransactional {
  /** Exactly this channel; the contact is not looked for, and whether the channel is available is not checked. */
  readonly contact_channel_id?: ChannelId | undefined
  /** This contact, on the channel that each template infers. */
  readonly contact_id?: ContactId | undefined
  /** At most 256 characters. */
  readonly phone?: string | undefined
  /** At most 256 characters. */
  readonly email?: string | undefined
  /** Overrides the contact's name for this broadcast only: at most 256 characters. */
  readonly name?: string | undefined
  /** Override the stored fields; what is left out has its default. */
  readonly variables?: OpenRecord<unknown> | undefined
  /** Only these of the broadcast's templates. */
  readonly template_ids?: ReadonlyArray<TemplateId> | undefined
  /** True: queued, and the answer comes at once. False, the vendor's default: the answer comes when all was sent. */
  readonly background?: boolean | undefined
}

/** Which tables to list. */
export interface TableFilter {
  readonly type?: "custom" | "contacts" | "chats" | "users" | undefined
  /** Part of a name. */
  readonly search?: string | undefined
  /** Which page, counted from 1, the default. */
  readonly page?: number | undefined
  /** How many entries a page has: 1 to 100, the default. */
  readonly take?: number | undefined
  /** A token for the next page, on endpoints that the vendor does not name. */
  readonly next?: string | undefined
}

/** A tool in a request: a misspelt key is refused. */
export interface ToolChange {
  readonly name?: string | undefined
  readonly display_name?: string | undefined
  readonly action_name?: string | undefined
  readonly description?: string | undefined
  readonly icon?: string | undefined
  readonly icon_url?: string | undefined
  readonly connection_id?: ConnectionId | undefined
  readonly parameters?: OpenRecord<unknown> | undefined
  readonly enabled_by_default?: boolean | undefined
  readonly callback?: string | undefined
  readonly validation?: string | undefined
}

/** Only the keys given are changed. */
export interface UpdateAction {
  readonly enabled?: boolean | undefined
  /** At most 64 characters. */
  readonly name?: string | undefined
  /** At most 2048 characters. */
  readonly instructions?: string | undefined
  /** Null takes the connection away, by the newest capture of the page. */
  readonly connection_id?: ConnectionId | null | undefined
  readonly config?: ActionConfigChange | undefined
}

/** Only the keys given are changed. */
export interface UpdateAssistant {
  readonly name?: string | undefined
  readonly enabled?: boolean | undefined
  /** Presumably the id of a file that `files.uploadOrg` gave. */
  readonly avatar_id?: FileId | undefined
  readonly config?: AssistantConfigChange | undefined
  /** The boards that the assistant works on, and the segment in which a contact begins on each. */
  readonly boards?: ReadonlyArray<{
    readonly board_id: BoardId
    readonly initial_segment_id?: SegmentId | undefined
  }> | undefined
}

/** Only the keys given are changed. */
export interface UpdateBilling {
  readonly auto_recharge?: {
    readonly enabled?: boolean | undefined
    readonly recharge_threshold?: number | undefined
    readonly recharge_amount?: number | undefined
  } | undefined
  readonly spending_cap?: {
    readonly enabled?: boolean | undefined
    readonly amount?: number | undefined
    readonly reset_at?: DateTime.Utc | undefined
  } | undefined
}

/** Only the keys given are changed, and null clears. The channel's `user_id` cannot be changed. */
export interface UpdateChannel {
  /** An absolute URI of at most 2048 characters; null clears. */
  readonly avatar?: string | null | undefined
  /** At most 256 characters; null clears. */
  readonly name?: string | null | undefined
  /** At most 256 characters; null clears. */
  readonly phone?: string | null | undefined
  /** At most 256 characters; null clears. */
  readonly username?: string | null | undefined
  /** An e-mail address of at most 256 characters; null clears. */
  readonly email?: string | null | undefined
}

/** Only the keys given are changed. The page states no limits. */
export interface UpdateChat {
  readonly title?: string | undefined
  readonly model?: string | undefined
  readonly visibility?: "PRIVATE" | "PUBLIC_READ" | "PUBLIC_WRITE" | undefined
  readonly pinned?: boolean | undefined
  readonly tools?: ReadonlyArray<ToolChange> | undefined
}

/** Only the keys given are changed. */
export interface UpdateContact {
  /** At most 512 characters; null clears. */
  readonly name?: string | null | undefined
  readonly blocked?: boolean | undefined
  readonly unsubscribed?: boolean | undefined
}

/** Which paths of a website are read. */
export interface UpdateContentUrl {
  /** At most 256 patterns of 2048 characters, such as `/docs/*`. */
  readonly exclude_path_patterns?: ReadonlyArray<string> | undefined
  /** At most 256 patterns of 2048 characters, such as `/docs/*`. */
  readonly include_path_patterns?: ReadonlyArray<string> | undefined
}

/** Only the keys given are changed. The type of a field cannot be. */
export interface UpdateField {
  /** 1 to 64 small letters, digits and underscores, the first a letter. */
  readonly key?: string | undefined
  /** One of 17 kinds, of which one is printed. */
  readonly schema?: OpenRecord<unknown> | undefined
  readonly config?: {
    readonly button?: OpenRecord<unknown> | undefined
    readonly auto_fill?: OpenRecord<unknown> | undefined
    readonly sync?: OpenRecord<unknown> | undefined
  } | undefined
  readonly connection_id?: ConnectionId | undefined
  readonly unique?: boolean | undefined
  readonly readonly?: boolean | undefined
  readonly archived?: boolean | undefined
}

/** Only the keys given are changed, at any depth of `config`. */
export interface UpdateOrg {
  /** 2 to 64 characters. */
  readonly name?: string | undefined
  readonly config?: {
    readonly email?: string | undefined
    readonly address?: string | undefined
    readonly terms_url?: string | undefined
    readonly privacy_url?: string | undefined
    readonly access?: {
      readonly session_ttl_seconds?: number | undefined
      readonly allow_google?: boolean | undefined
      readonly allow_microsoft?: boolean | undefined
      readonly allow_email_code?: boolean | undefined
      readonly allow_invites?: boolean | undefined
    } | undefined
    /** Which modules are shown; the page is cut in the list of their names. */
    readonly modules?: OpenRecord<boolean> | undefined
  } | undefined
  /** The id of a file; null clears. */
  readonly logo_id?: FileId | null | undefined
  /** Effective by the older page, ignored by the newer. */
  readonly features?: {
    readonly allow_overdraft?: boolean | undefined
    readonly workflows?: boolean | undefined
    readonly broadcasts?: boolean | undefined
    readonly enable_japifon?: boolean | undefined
  } | undefined
}

/** Only the keys given are changed. */
export interface UpdateSegment {
  /** 1 to 128 characters. */
  readonly name?: string | undefined
  readonly color?:
      | "red"
      | "orange"
      | "amber"
      | "yellow"
      | "lime"
      | "green"
      | "teal"
      | "cyan"
      | "sky"
      | "blue"
      | "indigo"
      | "violet"
      | "purple"
      | "fuchsia"
      | "pink"
      | "rose"
      | "neutral" | undefined
}

/** Only the keys given are changed. */
export interface UpdateState {
  /** `SNOOZED` carries no wake time. */
  readonly state?: "OPEN" | "SNOOZED" | "CLOSED" | undefined
  /** Whether the assistant answers in this chat. */
  readonly ai_enabled?: boolean | undefined
  /** The chat's own configuration of its assistant, which overrides the assistant's. */
  readonly assistant_config?: AssistantConfigChange | undefined
  /** When the assistant is to follow up; null cancels. What a past time does is not stated. */
  readonly follow_up_at?: DateTime.Utc | null | undefined
  /** At most one year ahead; null clears. */
  readonly muted_until?: DateTime.Utc | null | undefined
  /** 1 to 5; whether it has to be whole is not stated. */
  readonly csat_score?: number | undefined
}

/** Only the keys given are changed. The page states no limits. */
export interface UpdateView {
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly config?: ViewConfigChange | undefined
  readonly sort?: {
    readonly key?: string | undefined
  } | undefined
  readonly filter?: {
    readonly key?: string | undefined
    readonly value?: unknown | undefined
  } | undefined
  readonly show_in_sidebar?: boolean | undefined
  readonly archived?: boolean | undefined
}

/** A file to upload, by its bytes or its address. */
export interface UploadFile {
  /** The bytes alone, or with a name and a MIME type. */
  readonly file?: Uint8Array | {
    readonly data: Uint8Array
    readonly name: string
    readonly type: string
  } | undefined
  readonly file_url?: string | undefined
  /** At most 255 MIME types of 255 characters. */
  readonly allowed_types?: ReadonlyArray<string> | undefined
}

/** A file to keep, by its bytes or its address, and who may read it. */
export interface UploadOrgFile {
  /** The bytes alone, or with a name and a MIME type. */
  readonly file?: Uint8Array | {
    readonly data: Uint8Array
    readonly name: string
    readonly type: string
  } | undefined
  readonly file_url?: string | undefined
  /** At most 255 MIME types of 255 characters. */
  readonly allowed_types?: ReadonlyArray<string> | undefined
  /** `PRIVATE`: its address is signed, and valid for a while. */
  readonly visibility?: "PUBLIC" | "PRIVATE" | undefined
}

/** Which usage to list, and by what interval. Only `interval` is required. */
export interface UsageFilter {
  readonly from_date?: DateTime.Utc | undefined
  readonly to_date?: DateTime.Utc | undefined
  readonly interval: "hour" | "day" | "week" | "month" | "year"
  /** Only this meter. */
  readonly type?:
      | "run"
      | "ai_tokens"
      | "ai_sst"
      | "ai_tts"
      | "ai_embeddings"
      | "ai_memory_reconcile"
      | "ai_memory_summarize"
      | "broadcast_whatsapp"
      | "broadcast_email"
      | "broadcast_sms" | undefined
  /** Which page, counted from 1, the default. */
  readonly page?: number | undefined
  /** How many entries a page has: 1 to 100, the default. */
  readonly take?: number | undefined
  /** A token for the next page, on endpoints that the vendor does not name. */
  readonly next?: string | undefined
}

/** In a request. */
export interface ViewConfigChange {
  readonly shared?: OpenRecord<unknown> | undefined
  readonly board?: {
    readonly key?: string | undefined
    readonly hide_empty_groups?: boolean | undefined
    readonly card_fields?: ReadonlyArray<string> | undefined
    readonly columns?: ReadonlyArray<{
      readonly key?: string | undefined
      readonly visible?: boolean | undefined
    }> | undefined
    readonly date?: OpenRecord<unknown> | undefined
    readonly number?: {
      readonly from?: number | undefined
      readonly to?: number | undefined
      readonly step?: number | undefined
    } | undefined
  } | undefined
  readonly table?: {
    readonly columns?: ReadonlyArray<{
      readonly key?: string | undefined
      readonly visible?: boolean | undefined
      readonly sticky?: boolean | undefined
      readonly width?: number | undefined
    }> | undefined
  } | undefined
  readonly calendar?: {
    readonly key?: string | undefined
    readonly show_weekends?: boolean | undefined
  } | undefined
  readonly timeline?: {
    readonly key?: string | undefined
    readonly end_key?: string | undefined
  } | undefined
}

/**
 * Contacts: their channels, segments, notes, files and timeline, merging them, and acting as one on a custom channel.
 */
export interface Contacts {
  /**
   * Lists the contacts of the organization. With `unsubscribed: true`, or a `status`, it lists who must not be written
   * to.
   *
   * `GET /orgs/{org_id}/contacts`. Reads only: sent again after a lost answer.
   *
   * - `urlParams.search`: Part of a name.
   * - `urlParams.user_id`: Presumably the address on a channel, as its `user_id`.
   * - `urlParams.is_admin`: On older pages, one of which has it beside `unsubscribed`; the newest has `exclude_admins`.
   * - `urlParams.exclude_board_id`: Leaves out the contacts that are on this board.
   *
   * @inferred The page describes a search by name without its name; `search` is the name on other lists.
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/get-contacts
   */
  readonly list: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: ContactFilter
  }) => Effect.Effect<ReadonlyArray<Contact | Undecodable>, RepeatableError>

  /**
   * Lists the contacts of the organization. With `unsubscribed: true`, or a `status`, it lists who must not be written
   * to.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @inferred The page describes a search by name without its name; `search` is the name on other lists.
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/get-contacts
   */
  readonly stream: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: ContactFilter
  }) => Stream.Stream<Contact | Undecodable, RepeatableError>

  /**
   * Creates a contact, with a channel and segments where given.
   *
   * `POST /orgs/{org_id}/contacts`. Not sent again after a lost answer, which is an `OutcomeUnknown`.
   *
   * - `payload.channel.type`: The kind of channel, as a bulk creation names it: there the example is `email`.
   * - `payload.channel.user_id`: The contact's address on the channel.
   * - `payload.channel.contact_id`: Presumably the contact that the channel is added to, instead of a new one.
   *
   * @inferred The page prints the channel without its `type`, which a bulk creation has.
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/create-a-contact
   */
  readonly create: (request: {
    readonly path?: { readonly org_id?: OrgId }
    readonly payload: CreateContact
  }) => Effect.Effect<Contact, UnsafeError>

  /**
   * Lists the fields that the organization keeps on its contacts.
   *
   * `GET /orgs/{org_id}/contacts/fields`. Reads only: sent again after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-fields
   */
  readonly listFields: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: Page
  }) => Effect.Effect<ReadonlyArray<Field | Undecodable>, RepeatableError>

  /**
   * Lists the fields that the organization keeps on its contacts.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-fields
   */
  readonly streamFields: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: Page
  }) => Stream.Stream<Field | Undecodable, RepeatableError>

  /**
   * Renames, blocks or unsubscribes a contact, or takes it back. What a block does to messages and follow-ups is
   * undocumented.
   *
   * `PATCH /orgs/{org_id}/contacts/{contact_id}`. A repetition changes nothing more: sent again after a lost answer.
   *
   * - `payload.name`: At most 512 characters; null clears.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/update-a-contact
   */
  readonly update: (request: {
    readonly path: { readonly org_id?: OrgId; readonly contact_id: ContactId }
    readonly payload: UpdateContact
  }) => Effect.Effect<Contact, RepeatableError>

  /**
   * Merges 1 to 50 contacts into this one. Their ids are gone afterwards, and nothing brings them back.
   *
   * `POST /orgs/{org_id}/contacts/{contact_id}/merge`. Not sent again after a lost answer, which is an
   * `OutcomeUnknown`.
   *
   * - `payload.source_contact_ids`: 1 to 50.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/merge-contacts
   */
  readonly merge: (request: {
    readonly path: { readonly org_id?: OrgId; readonly contact_id: ContactId }
    readonly payload: MergeContacts
  }) => Effect.Effect<MergedContact, UnsafeError>

  /**
   * Merges one contact into another, by an older page: the source's id is gone afterwards, and nothing brings it back.
   *
   * `POST /orgs/{org_id}/contacts/merge`. Not sent again after a lost answer, which is an `OutcomeUnknown`.
   *
   * @see https://docs.useinvent.com/api-reference/merge-contacts
   */
  readonly mergeTwo: (request: {
    readonly path?: { readonly org_id?: OrgId }
    readonly payload: MergeTwo
  }) => Effect.Effect<Contact, UnsafeError>

  /**
   * Lists groups of contacts that share at least one external channel, each with the one that is recommended to be
   * kept.
   *
   * `GET /orgs/{org_id}/contacts/duplicates`. Reads only: sent again after a lost answer.
   *
   * @inferred The page says that the list is paged and is cut before the names: paging is as on other lists.
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-duplicate-contact-groups
   */
  readonly listDuplicates: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: Page
  }) => Effect.Effect<ReadonlyArray<DuplicateGroup | Undecodable>, RepeatableError>

  /**
   * Lists groups of contacts that share at least one external channel, each with the one that is recommended to be
   * kept.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @inferred The page says that the list is paged and is cut before the names: paging is as on other lists.
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-duplicate-contact-groups
   */
  readonly streamDuplicates: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: Page
  }) => Stream.Stream<DuplicateGroup | Undecodable, RepeatableError>

  /**
   * Says what a creation of many contacts would do with each of them. That it writes nothing is inferred from its
   * title; the creation itself has no page.
   *
   * `POST /orgs/{org_id}/contacts/bulk/dry`. Reads only: sent again after a lost answer.
   *
   * - `payload.channels.type`: The kind of channel; the page's example is `email`.
   *
   * @see https://docs.useinvent.com/api-reference/dry-run-create-multiple-contacts
   */
  readonly dryRunCreate: (request: {
    readonly path?: { readonly org_id?: OrgId }
    readonly payload: DryRunCreate
  }) => Effect.Effect<ContactDryRun, RepeatableError>

  /**
   * Lists the segments that a contact is in.
   *
   * `GET /orgs/{org_id}/contacts/{contact_id}/segments`. Reads only: sent again after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/get-contact-segments
   */
  readonly listSegments: (request: {
    readonly path: { readonly org_id?: OrgId; readonly contact_id: ContactId }
    readonly urlParams?: Page
  }) => Effect.Effect<ReadonlyArray<Segment | Undecodable>, RepeatableError>

  /**
   * Lists the segments that a contact is in.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/get-contact-segments
   */
  readonly streamSegments: (request: {
    readonly path: { readonly org_id?: OrgId; readonly contact_id: ContactId }
    readonly urlParams?: Page
  }) => Stream.Stream<Segment | Undecodable, RepeatableError>

  /**
   * Puts a contact into a segment. Putting it there again changes nothing, as far as a set goes.
   *
   * `POST /orgs/{org_id}/contacts/{contact_id}/segments/{segment_id}`. A repetition changes nothing more: sent again
   * after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/add-segment-to-contact
   */
  readonly addSegment: (request: {
    readonly path: {
      readonly org_id?: OrgId
      readonly contact_id: ContactId
      readonly segment_id: SegmentId
    }
  }) => Effect.Effect<Contact, RepeatableError>

  /**
   * Lists the notes that the staff keeps on a contact.
   *
   * `GET /orgs/{org_id}/contacts/{contact_id}/notes`. Reads only: sent again after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-notes
   */
  readonly listNotes: (request: {
    readonly path: { readonly org_id?: OrgId; readonly contact_id: ContactId }
    readonly urlParams?: Page
  }) => Effect.Effect<ReadonlyArray<ContactNote | Undecodable>, RepeatableError>

  /**
   * Lists the notes that the staff keeps on a contact.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-notes
   */
  readonly streamNotes: (request: {
    readonly path: { readonly org_id?: OrgId; readonly contact_id: ContactId }
    readonly urlParams?: Page
  }) => Stream.Stream<ContactNote | Undecodable, RepeatableError>

  /**
   * Lists what happened to a contact, newest first.
   *
   * `GET /orgs/{org_id}/contacts/{contact_id}/activities`. Reads only: sent again after a lost answer.
   *
   * - `urlParams.type`: Only the entries of this type, such as `contact_unsubscribed`.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-activities
   */
  readonly listActivities: (request: {
    readonly path: { readonly org_id?: OrgId; readonly contact_id: ContactId }
    readonly urlParams?: ActivityFilter
  }) => Effect.Effect<ReadonlyArray<ContactActivity | Undecodable>, RepeatableError>

  /**
   * Lists what happened to a contact, newest first.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-activities
   */
  readonly streamActivities: (request: {
    readonly path: { readonly org_id?: OrgId; readonly contact_id: ContactId }
    readonly urlParams?: ActivityFilter
  }) => Stream.Stream<ContactActivity | Undecodable, RepeatableError>

  /**
   * Lists all files of a contact: those of its chats, and those given to it.
   *
   * `GET /orgs/{org_id}/contacts/{contact_id}/files`. Reads only: sent again after a lost answer.
   *
   * - `urlParams.search`: Part of a file name.
   * - `urlParams.mimetype`: The beginning of a MIME type, such as `image/`.
   *
   * @experimental The page is stored without method and path, which are inferred from `contacts.uploadFile`.
   * @inferred The page is stored without names: `search` is the name on other lists, `mimetype` a guess for the filter
   * by MIME type, and the answer is a list of the files that an upload answers with.
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/get-contact-files
   */
  readonly listFiles: (request: {
    readonly path: { readonly org_id?: OrgId; readonly contact_id: ContactId }
    readonly urlParams?: ContactFileFilter
  }) => Effect.Effect<ReadonlyArray<ContactFile | Undecodable>, RepeatableError>

  /**
   * Lists all files of a contact: those of its chats, and those given to it.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @experimental The page is stored without method and path, which are inferred from `contacts.uploadFile`.
   * @inferred The page is stored without names: `search` is the name on other lists, `mimetype` a guess for the filter
   * by MIME type, and the answer is a list of the files that an upload answers with.
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/get-contact-files
   */
  readonly streamFiles: (request: {
    readonly path: { readonly org_id?: OrgId; readonly contact_id: ContactId }
    readonly urlParams?: ContactFileFilter
  }) => Stream.Stream<ContactFile | Undecodable, RepeatableError>

  /**
   * Gives a contact a file.
   *
   * `POST /orgs/{org_id}/contacts/{contact_id}/files`. Not sent again after a lost answer, which is an
   * `OutcomeUnknown`.
   *
   * - `payload.file`: The bytes alone, or with a name and a MIME type.
   * - `payload.allowed_types`: At most 255 MIME types of 255 characters.
   *
   * @inferred Beside base64 text, the page takes an object with the base64 data, the name and the type of a file, and
   * does not name its keys: `data`, `name` and `type` are guesses.
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/upload-contact-file
   */
  readonly uploadFile: (request: {
    readonly path: { readonly org_id?: OrgId; readonly contact_id: ContactId }
    readonly payload: UploadFile
  }) => Effect.Effect<ContactFile, UnsafeError>

  /**
   * Changes how a contact appears on a channel. Custom channels only.
   *
   * `PATCH /orgs/{org_id}/contacts/{contact_id}/channels/{channel_id}`. A repetition changes nothing more: sent again
   * after a lost answer.
   *
   * - `payload.avatar`: An absolute URI of at most 2048 characters; null clears.
   * - `payload.name`: At most 256 characters; null clears.
   * - `payload.phone`: At most 256 characters; null clears.
   * - `payload.username`: At most 256 characters; null clears.
   * - `payload.email`: An e-mail address of at most 256 characters; null clears.
   *
   * @see https://docs.useinvent.com/api-reference/update-a-contact-channel-only-for-custom-channels
   */
  readonly updateChannel: (request: {
    readonly path: {
      readonly org_id?: OrgId
      readonly contact_id: ContactId
      readonly channel_id: ChannelId
    }
    readonly payload: UpdateChannel
  }) => Effect.Effect<ContactChannel, RepeatableError>

  /**
   * Starts a chat with a contact on one of its custom channels. The contact's channel is the chat's sole member; the
   * message, if any, is the contact's.
   *
   * `POST /orgs/{org_id}/contacts/{contact_id}/channels/{channel_id}/chats`. Not sent again after a lost answer, which
   * is an `OutcomeUnknown`.
   *
   * - `payload.assistant_id`: The assistant that handles the chat.
   * - `payload.title`: At most 256 characters.
   * - `payload.message`: The opening message, authored as the contact: at least one part.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/create-a-chat-on-a-contact-channel
   */
  readonly createChat: (request: {
    readonly path: {
      readonly org_id?: OrgId
      readonly contact_id: ContactId
      readonly channel_id: ChannelId
    }
    readonly payload: CreateChat
  }) => Effect.Effect<Chat, UnsafeError>

  /**
   * Posts a message into an existing chat as the contact. Custom channels only.
   *
   * `POST /orgs/{org_id}/contacts/{contact_id}/chats/{chat_id}/messages`. Not sent again after a lost answer, which is
   * an `OutcomeUnknown`.
   *
   * - `payload.message`: At least one part.
   * - `payload.channel_id`: The custom channel to send as; required when the contact has more than one on this chat.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/send-a-message-as-a-contact
   */
  readonly sendMessage: (request: {
    readonly path: {
      readonly org_id?: OrgId
      readonly contact_id: ContactId
      readonly chat_id: ChatId
    }
    readonly payload: SendMessage
  }) => Effect.Effect<ChatMessage, UnsafeError>

  /**
   * Posts a message as the contact, the channel named in the path: the newer form of `sendMessage`.
   *
   * `POST /orgs/{org_id}/contacts/{contact_id}/channels/{channel_id}/chats/{chat_id}/messages`. Not sent again after a
   * lost answer, which is an `OutcomeUnknown`.
   *
   * - `payload.message`: At least one part.
   *
   * @experimental The page lists its path parameters and neither method nor path, which are inferred.
   * @inferred The page is stored without names: body and answer are those of `sendMessage`, without the channel.
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/send-a-message-as-a-contact-on-a-channel
   */
  readonly sendMessageOnChannel: (request: {
    readonly path: {
      readonly org_id?: OrgId
      readonly contact_id: ContactId
      readonly channel_id: ChannelId
      readonly chat_id: ChatId
    }
    readonly payload: SendMessageOnChannel
  }) => Effect.Effect<ChatMessage, UnsafeError>

  /**
   * Answers a pending interactive tool as the contact. Custom channels only; what happens to a tool that is no longer
   * pending is undocumented.
   *
   * `POST
   * /orgs/{org_id}/contacts/{contact_id}/channels/{channel_id}/chats/{chat_id}/messages/{message_id}/tools/{tool_call_id}/respond`.
   * Not sent again after a lost answer, which is an `OutcomeUnknown`.
   *
   * - `payload.connection_id`: The connection that the contact connected.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/respond-to-interactive-tool-as-a-contact-on-a-channel
   */
  readonly respondToTool: (request: {
    readonly path: {
      readonly org_id?: OrgId
      readonly contact_id: ContactId
      readonly channel_id: ChannelId
      readonly chat_id: ChatId
      readonly message_id: MessageId
      readonly tool_call_id: ToolCallId
    }
    readonly payload: RespondToTool
  }) => Effect.Effect<ChatMessage, UnsafeError>

  /**
   * Accepts or rejects a pending action as the contact: as `messages.decideApproval`, on a custom channel.
   *
   * `POST
   * /orgs/{org_id}/contacts/{contact_id}/channels/{channel_id}/chats/{chat_id}/messages/{message_id}/approvals/{tool_call_id}`.
   * Not sent again after a lost answer, which is an `OutcomeUnknown`.
   *
   * - `payload.reason`: Why, for the assistant to read: at most 512 characters.
   * - `payload.background`: True: the decision is recorded and the answer comes at once, its tool still running. False,
   *   the vendor's default: the answer comes when the tool has finished.
   *
   * @experimental Method and path are inferred from `messages.decideApproval` and `respondToTool`.
   * @inferred The keys of the body are guesses, and the answer is a message by the page's description, as there.
   * @see https://docs.useinvent.com/api-reference/orgs-contacts/decide-action-approval-as-a-contact-on-a-channel
   */
  readonly decideApproval: (request: {
    readonly path: {
      readonly org_id?: OrgId
      readonly contact_id: ContactId
      readonly channel_id: ChannelId
      readonly chat_id: ChatId
      readonly message_id: MessageId
      readonly tool_call_id: ToolCallId
    }
    readonly payload: DecideApproval
  }) => Effect.Effect<ChatMessage, UnsafeError>
}

/**
 * The messages of a chat: to list, send, edit and delete them, and to decide about an action that waits for approval.
 */
export interface Messages {
  /**
   * Lists the messages of a chat. Their order is undocumented, and so is whether `from_date` includes its own instant:
   * sort by `created_at`, and ask from a little earlier than needed.
   *
   * `GET /chats/{chat_id}/messages`. Reads only: sent again after a lost answer.
   *
   * - `urlParams.from_date`: The messages from this time on. Whether the time itself is included is undocumented.
   *
   * @inferred The page describes a start date without its name; `from_date` is what public code uses and what two other
   * pages print.
   * @see https://docs.useinvent.com/api-reference/chats-messages/get-chat-messages
   */
  readonly list: (request: {
    readonly path: { readonly chat_id: ChatId }
    readonly urlParams?: MessageFilter
  }) => Effect.Effect<ReadonlyArray<ChatMessage | Undecodable>, RepeatableError>

  /**
   * Lists the messages of a chat. Their order is undocumented, and so is whether `from_date` includes its own instant:
   * sort by `created_at`, and ask from a little earlier than needed.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @inferred The page describes a start date without its name; `from_date` is what public code uses and what two other
   * pages print.
   * @see https://docs.useinvent.com/api-reference/chats-messages/get-chat-messages
   */
  readonly stream: (request: {
    readonly path: { readonly chat_id: ChatId }
    readonly urlParams?: MessageFilter
  }) => Stream.Stream<ChatMessage | Undecodable, RepeatableError>

  /**
   * Sends a message into a chat as the API key, that is as the staff. Whether that switches the assistant off is
   * undocumented.
   *
   * `POST /chats/{chat_id}/messages`. Not sent again after a lost answer, which is an `OutcomeUnknown`.
   *
   * - `payload.message`: At least one part.
   *
   * @inferred The page is stored without names: `message` is the key on the pages that edit a message and that send one
   * as a contact, and the answer is a message by the page's description.
   * @see https://docs.useinvent.com/api-reference/chats-messages/create-chat-message
   */
  readonly create: (request: {
    readonly path: { readonly chat_id: ChatId }
    readonly payload: CreateMessage
  }) => Effect.Effect<ChatMessage, UnsafeError>

  /**
   * Reads one message.
   *
   * `GET /chats/{chat_id}/messages/{message_id}`. Reads only: sent again after a lost answer.
   *
   * @experimental The path is inferred from those that edit and delete a message.
   * @see https://docs.useinvent.com/api-reference/chats-messages/get-chat-message
   */
  readonly get: (request: {
    readonly path: { readonly chat_id: ChatId; readonly message_id: MessageId }
  }) => Effect.Effect<ChatMessage, RepeatableError>

  /**
   * Replaces the text of a message.
   *
   * `PATCH /chats/{chat_id}/messages/{message_id}`. A repetition changes nothing more: sent again after a lost answer.
   *
   * - `payload.message`: At least one part.
   *
   * @see https://docs.useinvent.com/api-reference/chats-messages/edit-chat-message
   */
  readonly edit: (request: {
    readonly path: { readonly chat_id: ChatId; readonly message_id: MessageId }
    readonly payload: EditMessage
  }) => Effect.Effect<ChatMessage, RepeatableError>

  /**
   * Deletes a message.
   *
   * `DELETE /chats/{chat_id}/messages/{message_id}`. A repetition changes nothing more: sent again after a lost answer.
   *
   * @inferred The page is listed and not stored: what it answers is unknown, and not looked at.
   * @see https://docs.useinvent.com/api-reference/chats-messages/delete-chat-message
   */
  readonly remove: (request: {
    readonly path: { readonly chat_id: ChatId; readonly message_id: MessageId }
  }) => Effect.Effect<void, RepeatableError>

  /**
   * Accepts or rejects an action that the assistant wants approved. Without `background: true`, it answers only when
   * the tool has finished, so one attempt may take as long as the client's deadline for blocking calls.
   *
   * `POST /chats/{chat_id}/messages/{message_id}/approvals/{tool_call_id}`. Not sent again after a lost answer, which
   * is an `OutcomeUnknown`.
   *
   * - `payload.reason`: Why, for the assistant to read: at most 512 characters.
   * - `payload.background`: True: the decision is recorded and the answer comes at once, its tool still running. False,
   *   the vendor's default: the answer comes when the tool has finished.
   *
   * @inferred The page is stored without names: `decision`, `reason` and `background` are guesses for what it
   * describes, and the answer is a message by its description.
   * @see https://docs.useinvent.com/api-reference/chats-messages/decide-action-approval
   */
  readonly decideApproval: (request: {
    readonly path: {
      readonly chat_id: ChatId
      readonly message_id: MessageId
      readonly tool_call_id: ToolCallId
    }
    readonly payload: DecideApproval
  }) => Effect.Effect<ChatMessage, UnsafeError>
}

/**
 * A chat's entry in the inbox: open, snoozed or closed, who answers, when a follow-up is due, until when it is muted.
 */
export interface State {
  /**
   * Changes the state of a chat and answers with the whole chat. An empty payload changes nothing and so reads the
   * chat, which no published endpoint does. A request whose answer was lost is not sent again when it might arrive
   * after `follow_up_at`, since the assistant could follow up a second time: read the chat before you send another.
   *
   * `PATCH /chats/{chat_id}/state`. A repetition changes nothing more: sent again after a lost answer.
   *
   * - `payload.state`: `SNOOZED` carries no wake time.
   * - `payload.ai_enabled`: Whether the assistant answers in this chat.
   * - `payload.assistant_config`: The chat's own configuration of its assistant, which overrides the assistant's.
   * - `payload.follow_up_at`: When the assistant is to follow up; null cancels. What a past time does is not stated.
   * - `payload.muted_until`: At most one year ahead; null clears.
   * - `payload.csat_score`: 1 to 5; whether it has to be whole is not stated.
   *
   * @inferred The page describes the state and the configuration without their names; `state` and `assistant_config`
   * are those of the answer.
   * @see https://docs.useinvent.com/api-reference/chats-state/update-chat-state
   */
  readonly update: (request: {
    readonly path: { readonly chat_id: ChatId }
    readonly payload: UpdateState
  }) => Effect.Effect<Chat, RepeatableError>

  /**
   * Assigns a conversation to a member of the staff; null unassigns. Answers with the state alone.
   *
   * `PATCH /chats/{chat_id}/state/assign`. A repetition changes nothing more: sent again after a lost answer.
   *
   * - `payload.member_id`: Null unassigns.
   *
   * @see https://docs.useinvent.com/api-reference/chats-state/assign-conversation
   */
  readonly assign: (request: {
    readonly path: { readonly chat_id: ChatId }
    readonly payload: Assign
  }) => Effect.Effect<ChatState, RepeatableError>

  /**
   * Marks a chat as unseen by the staff. Doing it again leaves it unseen; whether it counts up is undocumented.
   *
   * `POST /chats/{chat_id}/state/unseen`. A repetition changes nothing more: sent again after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/chats-state/mark-chat-as-unseen
   */
  readonly markUnseen: (request: {
    readonly path: { readonly chat_id: ChatId }
  }) => Effect.Effect<Unseen, RepeatableError>

  /**
   * Names the newest chat of the conversation that this chat belongs to, where there is another: whoever keeps a chat's
   * id must follow it.
   *
   * `GET /chats/{chat_id}/state/info`. Reads only: sent again after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/chats-state/get-chat-state-info
   */
  readonly info: (request: {
    readonly path: { readonly chat_id: ChatId }
  }) => Effect.Effect<StateInfo, RepeatableError>
}

/** Files that were shared in a chat, and files that the organization keeps. */
export interface Files {
  /**
   * Lists the files that were shared in a chat.
   *
   * `GET /chats/{chat_id}/files`. Reads only: sent again after a lost answer.
   *
   * - `urlParams.search`: Part of a file name, at most 256 characters.
   * - `urlParams.mimetype`: The beginning of a MIME type, such as `image/`.
   *
   * @inferred The page is stored without names. `search` is the name on other lists, `mimetype` a guess for the filter
   * by MIME type, and the answer is a list of files by the page's description.
   * @see https://docs.useinvent.com/api-reference/chats-files/get-chat-files
   */
  readonly list: (request: {
    readonly path: { readonly chat_id: ChatId }
    readonly urlParams?: FileFilter
  }) => Effect.Effect<ReadonlyArray<File | Undecodable>, RepeatableError>

  /**
   * Lists the files that were shared in a chat.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @inferred The page is stored without names. `search` is the name on other lists, `mimetype` a guess for the filter
   * by MIME type, and the answer is a list of files by the page's description.
   * @see https://docs.useinvent.com/api-reference/chats-files/get-chat-files
   */
  readonly stream: (request: {
    readonly path: { readonly chat_id: ChatId }
    readonly urlParams?: FileFilter
  }) => Stream.Stream<File | Undecodable, RepeatableError>

  /**
   * Lists the files of the organization.
   *
   * `GET /orgs/{org_id}/files`. Reads only: sent again after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/list-files
   */
  readonly listOrg: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: Page
  }) => Effect.Effect<ReadonlyArray<File | Undecodable>, RepeatableError>

  /**
   * Lists the files of the organization.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @see https://docs.useinvent.com/api-reference/list-files
   */
  readonly streamOrg: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: Page
  }) => Stream.Stream<File | Undecodable, RepeatableError>

  /**
   * Uploads a file to the organization: presumably what an assistant's `avatar_id` and an organization's `logo_id`
   * name.
   *
   * `POST /orgs/{org_id}/files`. Not sent again after a lost answer, which is an `OutcomeUnknown`.
   *
   * - `payload.file`: The bytes alone, or with a name and a MIME type.
   * - `payload.allowed_types`: At most 255 MIME types of 255 characters.
   * - `payload.visibility`: `PRIVATE`: its address is signed, and valid for a while.
   *
   * @inferred Beside base64 text, the page takes an object with the base64 data, the name and the type of a file, and
   * does not name its keys: `data`, `name` and `type` are guesses.
   * @see https://docs.useinvent.com/api-reference/create-file
   */
  readonly uploadOrg: (request: {
    readonly path?: { readonly org_id?: OrgId }
    readonly payload: UploadOrgFile
  }) => Effect.Effect<File, UnsafeError>
}

/** The summaries that an assistant writes of a conversation every 10 messages. */
export interface Memories {
  /**
   * Lists the summaries of a conversation. The assistant writes one every 10 messages.
   *
   * `GET /chats/{chat_id}/memories`. Reads only: sent again after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/chats-memories/get-conversation-summaries
   */
  readonly list: (request: {
    readonly path: { readonly chat_id: ChatId }
    readonly urlParams?: Page
  }) => Effect.Effect<ReadonlyArray<Memory | Undecodable>, RepeatableError>

  /**
   * Lists the summaries of a conversation. The assistant writes one every 10 messages.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @see https://docs.useinvent.com/api-reference/chats-memories/get-conversation-summaries
   */
  readonly stream: (request: {
    readonly path: { readonly chat_id: ChatId }
    readonly urlParams?: Page
  }) => Stream.Stream<Memory | Undecodable, RepeatableError>

  /**
   * Deletes all summaries of a conversation; its messages stay.
   *
   * `DELETE /chats/{chat_id}/memories`. A repetition changes nothing more: sent again after a lost answer.
   *
   * @inferred The page is listed and not stored: what it answers is unknown, and not looked at.
   * @see https://docs.useinvent.com/api-reference/chats-memories/clear-conversation-summaries
   */
  readonly clear: (request: {
    readonly path: { readonly chat_id: ChatId }
  }) => Effect.Effect<void, RepeatableError>

  /**
   * Deletes one summary.
   *
   * `DELETE /chats/{chat_id}/memories/{memory_id}`. A repetition changes nothing more: sent again after a lost answer.
   *
   * @inferred The page is listed and not stored: what it answers is unknown, and not looked at.
   * @see https://docs.useinvent.com/api-reference/chats-memories/delete-a-conversation-summary
   */
  readonly remove: (request: {
    readonly path: { readonly chat_id: ChatId; readonly memory_id: MemoryId }
  }) => Effect.Effect<void, RepeatableError>
}

/** The chats of the organization by older pages of the vendor's: their title, model, visibility, pin and tools. */
export interface Chats {
  /**
   * Lists the chats of the organization. An old page, with old names for a channel's keys; `inbox.list` is what is
   * used.
   *
   * `GET /orgs/{org_id}/chats`. Reads only: sent again after a lost answer.
   *
   * @inferred The page is cut before its query: paging is as on other lists.
   * @see https://docs.useinvent.com/api-reference/get-org-chats
   */
  readonly list: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: Page
  }) => Effect.Effect<ReadonlyArray<Chat | Undecodable>, RepeatableError>

  /**
   * Lists the chats of the organization. An old page, with old names for a channel's keys; `inbox.list` is what is
   * used.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @inferred The page is cut before its query: paging is as on other lists.
   * @see https://docs.useinvent.com/api-reference/get-org-chats
   */
  readonly stream: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: Page
  }) => Stream.Stream<Chat | Undecodable, RepeatableError>

  /**
   * Changes a chat's title, model, visibility, pin or tools. Its inbox state is changed by `state.update`.
   *
   * `PATCH /chats/{chat_id}`. A repetition changes nothing more: sent again after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/update-chat
   */
  readonly update: (request: {
    readonly path: { readonly chat_id: ChatId }
    readonly payload: UpdateChat
  }) => Effect.Effect<Chat, RepeatableError>
}

/** The inbox: the chats of all channels and assistants in one list. */
export interface Inbox {
  /**
   * Lists the chats of the inbox, each with its members, state and last message. Their order is undocumented.
   *
   * `GET /orgs/{org_id}/inbox`. Reads only: sent again after a lost answer.
   *
   * - `urlParams.integration_id`: Only the chats of this kind of channel.
   *
   * @experimental There is no page: the path, `integration_id` and `take` are what public code uses; `page` is inferred
   * from other lists.
   * @inferred The query is what public code uses, and the answer what public code reads.
   * @see https://docs.useinvent.com/guides/inbox
   */
  readonly list: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: InboxFilter
  }) => Effect.Effect<ReadonlyArray<Chat | Undecodable>, RepeatableError>

  /**
   * Lists the chats of the inbox, each with its members, state and last message. Their order is undocumented.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @experimental There is no page: the path, `integration_id` and `take` are what public code uses; `page` is inferred
   * from other lists.
   * @inferred The query is what public code uses, and the answer what public code reads.
   * @see https://docs.useinvent.com/guides/inbox
   */
  readonly stream: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: InboxFilter
  }) => Stream.Stream<Chat | Undecodable, RepeatableError>
}

/** The organization's assistants: their configuration, their secret keys, and the actions that each can take. */
export interface Assistants {
  /**
   * Lists the assistants of the organization.
   *
   * `GET /orgs/{org_id}/assistants`. Reads only: sent again after a lost answer.
   *
   * - `urlParams.search`: Part of a name.
   *
   * @inferred The page on paging prints `search`, `page` and `take` of this list; `next` is as on other lists.
   * @see https://docs.useinvent.com/api-reference/orgs-assistants/get-assistants
   */
  readonly list: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: AssistantFilter
  }) => Effect.Effect<ReadonlyArray<Assistant | Undecodable>, RepeatableError>

  /**
   * Lists the assistants of the organization.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @inferred The page on paging prints `search`, `page` and `take` of this list; `next` is as on other lists.
   * @see https://docs.useinvent.com/api-reference/orgs-assistants/get-assistants
   */
  readonly stream: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: AssistantFilter
  }) => Stream.Stream<Assistant | Undecodable, RepeatableError>

  /**
   * Creates an assistant. At most 10 an hour and organization, which the server counts.
   *
   * `POST /orgs/{org_id}/assistants`. Not sent again after a lost answer, which is an `OutcomeUnknown`.
   *
   * - `payload.name`: 1 to 1024 characters.
   * - `payload.avatar_id`: Presumably the id of a file that `files.uploadOrg` gave.
   * - `payload.generate_secret_key`: For a widget that proves who its user is.
   *
   * @see https://docs.useinvent.com/api-reference/create-assistant
   */
  readonly create: (request: {
    readonly path?: { readonly org_id?: OrgId }
    readonly payload: CreateAssistant
  }) => Effect.Effect<Assistant, UnsafeError>

  /**
   * Reads an assistant.
   *
   * `GET /orgs/{org_id}/assistants/{assistant_id}`. Reads only: sent again after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-assistants/get-assistant
   */
  readonly get: (request: {
    readonly path: { readonly org_id?: OrgId; readonly assistant_id: AssistantId }
  }) => Effect.Effect<Assistant, RepeatableError>

  /**
   * Changes what an assistant is called, how it behaves, which boards it works on, or whether it works at all.
   *
   * `PATCH /orgs/{org_id}/assistants/{assistant_id}`. A repetition changes nothing more: sent again after a lost
   * answer.
   *
   * - `payload.avatar_id`: Presumably the id of a file that `files.uploadOrg` gave.
   * - `payload.boards`: The boards that the assistant works on, and the segment in which a contact begins on each.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-assistants/update-assistant
   */
  readonly update: (request: {
    readonly path: { readonly org_id?: OrgId; readonly assistant_id: AssistantId }
    readonly payload: UpdateAssistant
  }) => Effect.Effect<Assistant, RepeatableError>

  /**
   * Gives an assistant a new secret key for its widget. That the old one stops at once is inferred: deploy the new one
   * first.
   *
   * `POST /orgs/{org_id}/assistants/{assistant_id}/rotate-secret-key`. Not sent again after a lost answer, which is an
   * `OutcomeUnknown`.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-assistants/rotate-assistant-secret-key
   */
  readonly rotateSecretKey: (request: {
    readonly path: { readonly org_id?: OrgId; readonly assistant_id: AssistantId }
  }) => Effect.Effect<Assistant, UnsafeError>

  /**
   * Lists the actions of an assistant.
   *
   * `GET /orgs/{org_id}/assistants/{assistant_id}/actions`. Reads only: sent again after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-assistants/get-assistant-actions
   */
  readonly listActions: (request: {
    readonly path: { readonly org_id?: OrgId; readonly assistant_id: AssistantId }
    readonly urlParams?: Page
  }) => Effect.Effect<ReadonlyArray<AssistantAction | Undecodable>, RepeatableError>

  /**
   * Lists the actions of an assistant.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-assistants/get-assistant-actions
   */
  readonly streamActions: (request: {
    readonly path: { readonly org_id?: OrgId; readonly assistant_id: AssistantId }
    readonly urlParams?: Page
  }) => Stream.Stream<AssistantAction | Undecodable, RepeatableError>

  /**
   * Gives an assistant an action.
   *
   * `POST /orgs/{org_id}/assistants/{assistant_id}/actions`. Not sent again after a lost answer, which is an
   * `OutcomeUnknown`.
   *
   * - `payload.action_id`: The kind of action.
   * - `payload.name`: At most 64 characters.
   * - `payload.instructions`: At most 1024 characters here, and 2048 when the action is changed.
   *
   * @see https://docs.useinvent.com/api-reference/create-assistant-action
   */
  readonly createAction: (request: {
    readonly path: { readonly org_id?: OrgId; readonly assistant_id: AssistantId }
    readonly payload: CreateAction
  }) => Effect.Effect<AssistantAction, UnsafeError>

  /**
   * Reads an action.
   *
   * `GET /orgs/{org_id}/assistants/{assistant_id}/actions/{action_id}`. Reads only: sent again after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-assistants/get-assistant-action
   */
  readonly getAction: (request: {
    readonly path: {
      readonly org_id?: OrgId
      readonly assistant_id: AssistantId
      readonly action_id: AssistantActionId
    }
  }) => Effect.Effect<AssistantAction, RepeatableError>

  /**
   * Changes an action. Its kind stays.
   *
   * `PATCH /orgs/{org_id}/assistants/{assistant_id}/actions/{action_id}`. A repetition changes nothing more: sent again
   * after a lost answer.
   *
   * - `payload.name`: At most 64 characters.
   * - `payload.instructions`: At most 2048 characters.
   * - `payload.connection_id`: Null takes the connection away, by the newest capture of the page.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-assistants/update-assistant-action
   */
  readonly updateAction: (request: {
    readonly path: {
      readonly org_id?: OrgId
      readonly assistant_id: AssistantId
      readonly action_id: AssistantActionId
    }
    readonly payload: UpdateAction
  }) => Effect.Effect<AssistantAction, RepeatableError>

  /**
   * Sets the places of actions within their groups. The page prints a query for paging, odd as that is.
   *
   * `PATCH /orgs/{org_id}/assistants/{assistant_id}/actions/reorder`. A repetition changes nothing more: sent again
   * after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-assistants/reorder-assistant-actions
   */
  readonly reorderActions: (request: {
    readonly path: { readonly org_id?: OrgId; readonly assistant_id: AssistantId }
    readonly urlParams?: Page
    readonly payload: ReorderActions
  }) => Effect.Effect<ReadonlyArray<AssistantAction | Undecodable>, RepeatableError>
}

/** Segments: named, coloured sets of contacts. */
export interface Segments {
  /**
   * Lists the segments of the organization, each with its boards.
   *
   * `GET /orgs/{org_id}/segments`. Reads only: sent again after a lost answer.
   *
   * - `urlParams.search`: Part of a name.
   * - `urlParams.exclude_board_columns`: Leaves out the segments that are columns of a board.
   *
   * @inferred The page describes a search by name without its name; `search` is the name on other lists.
   * @see https://docs.useinvent.com/api-reference/get-segments
   */
  readonly list: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: SegmentFilter
  }) => Effect.Effect<ReadonlyArray<Segment | Undecodable>, RepeatableError>

  /**
   * Lists the segments of the organization, each with its boards.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @inferred The page describes a search by name without its name; `search` is the name on other lists.
   * @see https://docs.useinvent.com/api-reference/get-segments
   */
  readonly stream: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: SegmentFilter
  }) => Stream.Stream<Segment | Undecodable, RepeatableError>

  /**
   * Renames or recolours a segment. The answer has its boards.
   *
   * `PATCH /orgs/{org_id}/segments/{segment_id}`. A repetition changes nothing more: sent again after a lost answer.
   *
   * - `payload.name`: 1 to 128 characters.
   *
   * @see https://docs.useinvent.com/api-reference/update-a-segment
   */
  readonly update: (request: {
    readonly path: { readonly org_id?: OrgId; readonly segment_id: SegmentId }
    readonly payload: UpdateSegment
  }) => Effect.Effect<Segment, RepeatableError>
}

/** Services outside that the organization is connected to, and the values that the fields of their actions can have. */
export interface Connections {
  /**
   * Lists the connections of the organization.
   *
   * `GET /orgs/{org_id}/connections`. Reads only: sent again after a lost answer.
   *
   * @inferred The cookbook shows the request with `page` and `take`; `next` is as on other lists, and of the answer
   * only the id can be assumed.
   * @see https://docs.useinvent.com/api-reference/getting-started/cookbook
   */
  readonly list: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: Page
  }) => Effect.Effect<ReadonlyArray<Connection | Undecodable>, RepeatableError>

  /**
   * Lists the connections of the organization.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @inferred The cookbook shows the request with `page` and `take`; `next` is as on other lists, and of the answer
   * only the id can be assumed.
   * @see https://docs.useinvent.com/api-reference/getting-started/cookbook
   */
  readonly stream: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: Page
  }) => Stream.Stream<Connection | Undecodable, RepeatableError>

  /**
   * Gets what can be chosen for a field of an action. A POST that reads. Which key names the field is not stated:
   * `resource_id` or the path of a definition.
   *
   * `POST /orgs/{org_id}/connections/actions/options`. Reads only: sent again after a lost answer.
   *
   * - `urlParams.search`: Part of a label.
   * - `urlParams.value`: The option with this value.
   * - `urlParams.values`: The options with these values.
   * - `payload.action_id`: The kind of action.
   * - `payload.input`: The values of the action's fields so far.
   *
   * @inferred The page describes a search without its name; `search` is the name on other lists.
   * @see https://docs.useinvent.com/api-reference/get-the-options-for-an-action
   */
  readonly actionOptions: (request: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: OptionFilter
    readonly payload: ActionOptions
  }) => Effect.Effect<ReadonlyArray<ActionOption | Undecodable>, RepeatableError>
}

/** Workflows: to run one, and to list the runs of all. */
export interface Workflows {
  /**
   * Runs a workflow. Whether it answers when the run has ended is not stated: an attempt without `background: true` has
   * the deadline of blocking calls. What `stream: true` answers is not stated either; an answer that is not JSON is an
   * `UnexpectedResponse`.
   *
   * `POST /orgs/{org_id}/workflows/{workflow_id}/runs`. Not sent again after a lost answer, which is an
   * `OutcomeUnknown`.
   *
   * - `payload.input`: The values of the workflow's own inputs.
   * - `payload.workflow_version_id`: The page's example is `latest`.
   * - `payload.from_step_key`: The step to begin at.
   * - `payload.identifier`: Its purpose is undocumented; nothing says that it makes a repetition harmless.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-workflows/run-a-workflow
   */
  readonly run: (request: {
    readonly path: { readonly org_id?: OrgId; readonly workflow_id: WorkflowId }
    readonly payload: RunWorkflow
  }) => Effect.Effect<WorkflowRun, UnsafeError>

  /**
   * Lists the runs of all workflows.
   *
   * `GET /orgs/{org_id}/workflows/runs`. Reads only: sent again after a lost answer.
   *
   * @inferred The page is cut before its query: paging is as on other lists.
   * @see https://docs.useinvent.com/api-reference/orgs-workflows/get-runs
   */
  readonly listRuns: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: Page
  }) => Effect.Effect<ReadonlyArray<WorkflowRun | Undecodable>, RepeatableError>

  /**
   * Lists the runs of all workflows.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @inferred The page is cut before its query: paging is as on other lists.
   * @see https://docs.useinvent.com/api-reference/orgs-workflows/get-runs
   */
  readonly streamRuns: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: Page
  }) => Stream.Stream<WorkflowRun | Undecodable, RepeatableError>
}

/** The organizations below this one: their configuration, billing, members and usage. */
export interface Orgs {
  /**
   * Lists the organizations below this one. A parent's key may act in each of them by its real id; `c` stays the
   * parent.
   *
   * `GET /orgs/{org_id}/orgs`. Reads only: sent again after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-orgs/list-sub-organizations
   */
  readonly list: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: Page
  }) => Effect.Effect<ReadonlyArray<Organization | Undecodable>, RepeatableError>

  /**
   * Lists the organizations below this one. A parent's key may act in each of them by its real id; `c` stays the
   * parent.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-orgs/list-sub-organizations
   */
  readonly stream: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: Page
  }) => Stream.Stream<Organization | Undecodable, RepeatableError>

  /**
   * Creates an organization below this one.
   *
   * `POST /orgs/{org_id}/orgs`. Not sent again after a lost answer, which is an `OutcomeUnknown`.
   *
   * @experimental The page lists one path parameter and neither method nor path, which are inferred from `orgs.list`.
   * @inferred The body is unknown: `name` and `features` are what the dashboard asks for. The answer is an organization
   * by the page's description.
   * @see https://docs.useinvent.com/api-reference/orgs-orgs/create-sub-organization
   */
  readonly create: (request: {
    readonly path?: { readonly org_id?: OrgId }
    readonly payload: CreateOrg
  }) => Effect.Effect<Organization, UnsafeError>

  /**
   * Changes the name, configuration or logo of an organization below this one; by the older page, what it may use.
   *
   * `PATCH /orgs/{org_id}/orgs/{sub_org_id}`. A repetition changes nothing more: sent again after a lost answer.
   *
   * - `payload.name`: 2 to 64 characters.
   * - `payload.config.modules`: Which modules are shown; the page is cut in the list of their names.
   * - `payload.logo_id`: The id of a file; null clears.
   * - `payload.features`: Effective by the older page, ignored by the newer.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-orgs/update-sub-organization
   */
  readonly update: (request: {
    readonly path: { readonly org_id?: OrgId; readonly sub_org_id: OrgId }
    readonly payload: UpdateOrg
  }) => Effect.Effect<Organization, RepeatableError>

  /**
   * Changes when an organization below this one is recharged, and how much it may spend. Answers with all of it.
   *
   * `PATCH /orgs/{org_id}/orgs/{sub_org_id}/billing`. A repetition changes nothing more: sent again after a lost
   * answer.
   *
   * @see https://docs.useinvent.com/api-reference/update-sub-organization-billing-config
   */
  readonly updateBilling: (request: {
    readonly path: { readonly org_id?: OrgId; readonly sub_org_id: OrgId }
    readonly payload: UpdateBilling
  }) => Effect.Effect<Organization, RepeatableError>

  /**
   * Makes the admin who calls a member of an organization below this one. May not be open to keys, as it speaks of who
   * is logged in.
   *
   * `POST /orgs/{org_id}/orgs/{sub_org_id}/join`. Not sent again after a lost answer, which is an `OutcomeUnknown`.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-orgs/join-sub-organization
   */
  readonly join: (request: {
    readonly path: { readonly org_id?: OrgId; readonly sub_org_id: OrgId }
    readonly payload: JoinOrg
  }) => Effect.Effect<Organization, UnsafeError>

  /**
   * Lists what the organizations below this one used: a row for each organization, meter and interval.
   *
   * `GET /orgs/{org_id}/orgs/usage`. Reads only: sent again after a lost answer.
   *
   * - `urlParams.type`: Only this meter.
   *
   * @see https://docs.useinvent.com/api-reference/get-consolidated-sub-organizations-usage
   */
  readonly listUsage: (request: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams: UsageFilter
  }) => Effect.Effect<ReadonlyArray<OrgUsage | Undecodable>, RepeatableError>

  /**
   * Lists what the organizations below this one used: a row for each organization, meter and interval.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @see https://docs.useinvent.com/api-reference/get-consolidated-sub-organizations-usage
   */
  readonly streamUsage: (request: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams: UsageFilter
  }) => Stream.Stream<OrgUsage | Undecodable, RepeatableError>
}

/** What assistants can look up: texts, files and websites, their chunks, and which of them an assistant has. */
export interface Knowledge {
  /**
   * Adds a text that assistants can look up.
   *
   * `POST /orgs/{org_id}/knowledge/contents`. Not sent again after a lost answer, which is an `OutcomeUnknown`.
   *
   * - `payload.content`: At most 2,097,152 characters.
   * - `payload.title`: 1 to 255 characters. The page calls only the content required.
   *
   * @see https://docs.useinvent.com/api-reference/create-content
   */
  readonly create: (request: {
    readonly path?: { readonly org_id?: OrgId }
    readonly payload: CreateContent
  }) => Effect.Effect<KnowledgeContent, UnsafeError>

  /**
   * Reads a content, with its text where it has one.
   *
   * `GET /orgs/{org_id}/knowledge/contents/{content_id}`. Reads only: sent again after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/get-content
   */
  readonly get: (request: {
    readonly path: { readonly org_id?: OrgId; readonly content_id: ContentId }
  }) => Effect.Effect<KnowledgeContent, RepeatableError>

  /**
   * Says which paths of a website are read.
   *
   * `PATCH /orgs/{org_id}/knowledge/contents/{content_id}/url`. A repetition changes nothing more: sent again after a
   * lost answer.
   *
   * - `payload.exclude_path_patterns`: At most 256 patterns of 2048 characters, such as `/docs/*`.
   * - `payload.include_path_patterns`: At most 256 patterns of 2048 characters, such as `/docs/*`.
   *
   * @see https://docs.useinvent.com/api-reference/patch-orgs-knowledgecontents-url
   */
  readonly updateUrl: (request: {
    readonly path: { readonly org_id?: OrgId; readonly content_id: ContentId }
    readonly payload: UpdateContentUrl
  }) => Effect.Effect<KnowledgeContent, RepeatableError>

  /**
   * Lists the chunks that a content was cut into.
   *
   * `GET /orgs/{org_id}/knowledge/contents/{content_id}/chunks`. Reads only: sent again after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/get-content-chunks
   */
  readonly listChunks: (request: {
    readonly path: { readonly org_id?: OrgId; readonly content_id: ContentId }
    readonly urlParams?: ChunkFilter
  }) => Effect.Effect<ReadonlyArray<KnowledgeChunk | Undecodable>, RepeatableError>

  /**
   * Lists the chunks that a content was cut into.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @see https://docs.useinvent.com/api-reference/get-content-chunks
   */
  readonly streamChunks: (request: {
    readonly path: { readonly org_id?: OrgId; readonly content_id: ContentId }
    readonly urlParams?: ChunkFilter
  }) => Stream.Stream<KnowledgeChunk | Undecodable, RepeatableError>

  /**
   * Lists what an assistant can look up.
   *
   * `GET /orgs/{org_id}/assistants/{assistant_id}/knowledge/contents`. Reads only: sent again after a lost answer.
   *
   * - `urlParams.search`: Part of a title, at most 256 characters.
   *
   * @inferred The page describes a search without its name; `search` is the name on other lists.
   * @see https://docs.useinvent.com/api-reference/get-contents-1
   */
  readonly listOfAssistant: (request: {
    readonly path: { readonly org_id?: OrgId; readonly assistant_id: AssistantId }
    readonly urlParams?: ContentFilter
  }) => Effect.Effect<ReadonlyArray<KnowledgeContent | Undecodable>, RepeatableError>

  /**
   * Lists what an assistant can look up.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @inferred The page describes a search without its name; `search` is the name on other lists.
   * @see https://docs.useinvent.com/api-reference/get-contents-1
   */
  readonly streamOfAssistant: (request: {
    readonly path: { readonly org_id?: OrgId; readonly assistant_id: AssistantId }
    readonly urlParams?: ContentFilter
  }) => Stream.Stream<KnowledgeContent | Undecodable, RepeatableError>

  /**
   * Lists what an assistant could look up, and whether it can already.
   *
   * `GET /orgs/{org_id}/assistants/{assistant_id}/knowledge/contents/search`. Reads only: sent again after a lost
   * answer.
   *
   * - `urlParams.search`: Part of a title, at most 256 characters.
   *
   * @inferred The page describes a search without its name; `search` is the name on other lists.
   * @see https://docs.useinvent.com/api-reference/search-available-contents
   */
  readonly listAvailable: (request: {
    readonly path: { readonly org_id?: OrgId; readonly assistant_id: AssistantId }
    readonly urlParams?: ContentFilter
  }) => Effect.Effect<ReadonlyArray<AvailableContent | Undecodable>, RepeatableError>

  /**
   * Lists what an assistant could look up, and whether it can already.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @inferred The page describes a search without its name; `search` is the name on other lists.
   * @see https://docs.useinvent.com/api-reference/search-available-contents
   */
  readonly streamAvailable: (request: {
    readonly path: { readonly org_id?: OrgId; readonly assistant_id: AssistantId }
    readonly urlParams?: ContentFilter
  }) => Stream.Stream<AvailableContent | Undecodable, RepeatableError>
}

/** Tables of the organization's own: their fields, their records and the order of their views. */
export interface Tables {
  /**
   * Lists the tables of the organization, each with its fields.
   *
   * `GET /orgs/{org_id}/tables`. Reads only: sent again after a lost answer.
   *
   * - `urlParams.search`: Part of a name.
   *
   * @inferred The page prints `type`, describes a search without its name, and is cut there: `search` and paging are as
   * on other lists.
   * @see https://docs.useinvent.com/api-reference/orgs-tables/list-tables
   */
  readonly list: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: TableFilter
  }) => Effect.Effect<ReadonlyArray<Table | Undecodable>, RepeatableError>

  /**
   * Lists the tables of the organization, each with its fields.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @inferred The page prints `type`, describes a search without its name, and is cut there: `search` and paging are as
   * on other lists.
   * @see https://docs.useinvent.com/api-reference/orgs-tables/list-tables
   */
  readonly stream: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: TableFilter
  }) => Stream.Stream<Table | Undecodable, RepeatableError>

  /**
   * Creates a table.
   *
   * `POST /orgs/{org_id}/tables`. Not sent again after a lost answer, which is an `OutcomeUnknown`.
   *
   * - `payload.name`: 1 to 128 characters.
   * - `payload.record_prefix`: 1 to 16 capital letters and digits, the first a letter; no other table may have it.
   *   Presumably required.
   * - `payload.description`: At most 512 characters.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-tables/create-a-table
   */
  readonly create: (request: {
    readonly path?: { readonly org_id?: OrgId }
    readonly payload: CreateTable
  }) => Effect.Effect<Table, UnsafeError>

  /**
   * Changes a field of a table. Two enums that the page describes without their names are left out: whether the field
   * is filled by itself, and what deleting a record does that the field refers to.
   *
   * `PATCH /orgs/{org_id}/tables/{table_id}/fields/{field_id}`. A repetition changes nothing more: sent again after a
   * lost answer.
   *
   * - `payload.key`: 1 to 64 small letters, digits and underscores, the first a letter.
   * - `payload.schema`: One of 17 kinds, of which one is printed.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-tables/update-a-table-field
   */
  readonly updateField: (request: {
    readonly path: {
      readonly org_id?: OrgId
      readonly table_id: TableId
      readonly field_id: FieldId
    }
    readonly payload: UpdateField
  }) => Effect.Effect<Field, RepeatableError>

  /**
   * Moves a field between two others. Moving it there again changes nothing.
   *
   * `POST /orgs/{org_id}/tables/{table_id}/fields/move`. A repetition changes nothing more: sent again after a lost
   * answer.
   *
   * - `payload.field_id`: At most 128 characters.
   * - `payload.after`: At most 1024 characters.
   * - `payload.before`: At most 1024 characters.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-tables/reorder-a-table-field
   */
  readonly moveField: (request: {
    readonly path: { readonly org_id?: OrgId; readonly table_id: TableId }
    readonly payload: MoveField
  }) => Effect.Effect<Field, RepeatableError>

  /**
   * Imports records from a CSV. Rows that are good are kept although others fail.
   *
   * `POST /orgs/{org_id}/tables/{table_id}/records/import`. Not sent again after a lost answer, which is an
   * `OutcomeUnknown`.
   *
   * - `payload.file`: The CSV as the page's example has it, in the JSON of the body.
   * - `payload.mapping`: JSON of at most 8192 characters: an object that names for each header of the CSV the key of a
   *   field.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-tables/import-records
   */
  readonly importRecords: (request: {
    readonly path: { readonly org_id?: OrgId; readonly table_id: TableId }
    readonly payload: ImportRecords
  }) => Effect.Effect<RecordsImport, UnsafeError>

  /**
   * Sets the order of a table's views, and lists them.
   *
   * `PATCH /orgs/{org_id}/tables/{table_id}/views/positions`. A repetition changes nothing more: sent again after a
   * lost answer.
   *
   * @inferred The page prints `page` and is cut there: `take` and `next` are as on other lists.
   * @see https://docs.useinvent.com/api-reference/orgs-tables/reorder-this-tables-tab-strip
   */
  readonly orderViews: (request: {
    readonly path: { readonly org_id?: OrgId; readonly table_id: TableId }
    readonly urlParams?: Page
    readonly payload: OrderViews
  }) => Effect.Effect<ReadonlyArray<View | Undecodable>, RepeatableError>
}

/** How the records of a table are shown. */
export interface Views {
  /**
   * Changes a view.
   *
   * `PATCH /orgs/{org_id}/views/{view_id}`. A repetition changes nothing more: sent again after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-views/update-a-view
   */
  readonly update: (request: {
    readonly path: { readonly org_id?: OrgId; readonly view_id: ViewId }
    readonly payload: UpdateView
  }) => Effect.Effect<View, RepeatableError>
}

/** What happened to a record of a table. */
export interface Records {
  /**
   * Lists what happened to a record.
   *
   * `GET /orgs/{org_id}/records/{record_id}/activities`. Reads only: sent again after a lost answer.
   *
   * @inferred The page is cut before its query: paging is as on other lists.
   * @see https://docs.useinvent.com/api-reference/orgs-records/list-record-activities
   */
  readonly listActivities: (request: {
    readonly path: { readonly org_id?: OrgId; readonly record_id: RecordId }
    readonly urlParams?: Page
  }) => Effect.Effect<ReadonlyArray<RecordActivity | Undecodable>, RepeatableError>

  /**
   * Lists what happened to a record.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @inferred The page is cut before its query: paging is as on other lists.
   * @see https://docs.useinvent.com/api-reference/orgs-records/list-record-activities
   */
  readonly streamActivities: (request: {
    readonly path: { readonly org_id?: OrgId; readonly record_id: RecordId }
    readonly urlParams?: Page
  }) => Stream.Stream<RecordActivity | Undecodable, RepeatableError>
}

/** Counts of the whole organization: contacts, messages and conversations, and how the contacts grow. */
export interface Analytics {
  /**
   * Counts contacts, messages and conversations, of all time.
   *
   * `GET /orgs/{org_id}/analytics/dashboard`. Reads only: sent again after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/get-org-dashboard-analytics
   */
  readonly dashboard: (request?: {
    readonly path?: { readonly org_id?: OrgId }
  }) => Effect.Effect<Dashboard, RepeatableError>

  /**
   * Counts the contacts of each day, week or month: how many came, how many unsubscribed or were blocked, and all of
   * them.
   *
   * `GET /orgs/{org_id}/analytics/contacts/growth`. Reads only: sent again after a lost answer.
   *
   * - `urlParams.interval`: `day` when left out.
   * - `urlParams.timezone`: The IANA time zone in which a day begins.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-analytics/get-contact-growth
   */
  readonly listContactGrowth: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: GrowthFilter
  }) => Effect.Effect<ReadonlyArray<ContactGrowth | Undecodable>, RepeatableError>

  /**
   * Counts the contacts of each day, week or month: how many came, how many unsubscribed or were blocked, and all of
   * them.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-analytics/get-contact-growth
   */
  readonly streamContactGrowth: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: GrowthFilter
  }) => Stream.Stream<ContactGrowth | Undecodable, RepeatableError>
}

/**
 * Broadcasts: marketing messages to segments, transactional messages to one contact, and their recipients.
 * This group has one endpoint for each method and path, as a router and an OpenAPI document require it.
 */
export interface Broadcasts {
  /**
   * Lists the broadcasts of the organization, each with its counts.
   *
   * `GET /orgs/{org_id}/broadcasts`. Reads only: sent again after a lost answer.
   *
   * - `urlParams.search`: Part of a name, at most 256 characters.
   *
   * @inferred The page describes a search without its name; `search` is the name on other lists.
   * @see https://docs.useinvent.com/api-reference/get-broadcasts
   */
  readonly list: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: BroadcastFilter
  }) => Effect.Effect<ReadonlyArray<Broadcast | Undecodable>, RepeatableError>

  /**
   * Lists the broadcasts of the organization, each with its counts.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @inferred The page describes a search without its name; `search` is the name on other lists.
   * @see https://docs.useinvent.com/api-reference/get-broadcasts
   */
  readonly stream: (request?: {
    readonly path?: { readonly org_id?: OrgId }
    readonly urlParams?: BroadcastFilter
  }) => Stream.Stream<Broadcast | Undecodable, RepeatableError>

  /**
   * Creates a marketing broadcast, for at most 10 segments or for everybody.
   *
   * `POST /orgs/{org_id}/broadcasts`. Not sent again after a lost answer, which is an `OutcomeUnknown`.
   *
   * - `payload.name`: 1 to 255 characters.
   * - `payload.scheduled_at`: Null: at once.
   * - `payload.segment_ids`: At most 10.
   *
   * @see https://docs.useinvent.com/api-reference/create-a-broadcast
   */
  readonly create: (request: {
    readonly path?: { readonly org_id?: OrgId }
    readonly payload: CreateBroadcast
  }) => Effect.Effect<Broadcast, UnsafeError>

  /**
   * Sends a transactional broadcast to one contact, on every channel that its templates reach: each that fired has a
   * row in the answer. The newer meaning of the path. Without `background: true`, it answers only when all was sent.
   *
   * `POST /orgs/{org_id}/broadcasts/{broadcast_id}/send`. Not sent again after a lost answer, which is an
   * `OutcomeUnknown`.
   *
   * - `payload.contact_channel_id`: Exactly this channel; the contact is not looked for, and whether the channel is
   *   available is not checked.
   * - `payload.contact_id`: This contact, on the channel that each template infers.
   * - `payload.phone`: At most 256 characters.
   * - `payload.email`: At most 256 characters.
   * - `payload.name`: Overrides the contact's name for this broadcast only: at most 256 characters.
   * - `payload.variables`: Override the stored fields; what is left out has its default.
   * - `payload.template_ids`: Only these of the broadcast's templates.
   * - `payload.background`: True: queued, and the answer comes at once. False, the vendor's default: the answer comes
   *   when all was sent.
   *
   * @see https://docs.useinvent.com/api-reference/orgs-broadcasts/send-a-transactional-broadcast
   */
  readonly sendTransactional: (request: {
    readonly path: { readonly org_id?: OrgId; readonly broadcast_id: BroadcastId }
    readonly payload: SendTransactional
  }) => Effect.Effect<Recipients, UnsafeError>

  /**
   * Lists whom a broadcast went to, a row for each contact and template, and what became of it there. Whether it was
   * opened, and whether the contact unsubscribed, is known here only.
   *
   * `GET /orgs/{org_id}/broadcasts/{broadcast_id}/recipients`. Reads only: sent again after a lost answer.
   *
   * @inferred The page is cut before its query: paging is as on other lists.
   * @see https://docs.useinvent.com/api-reference/get-broadcast-recipients
   */
  readonly listRecipients: (request: {
    readonly path: { readonly org_id?: OrgId; readonly broadcast_id: BroadcastId }
    readonly urlParams?: Page
  }) => Effect.Effect<ReadonlyArray<Recipient | Undecodable>, RepeatableError>

  /**
   * Lists whom a broadcast went to, a row for each contact and template, and what became of it there. Whether it was
   * opened, and whether the contact unsubscribed, is known here only.
   *
   * As a stream: all entries, page by page, in the order the server lists them. `urlParams.page` is the page to begin
   * at. Fails with `UnexpectedResponse` when a page comes twice; what was emitted before a failure stays emitted. Where
   * an entry is added or removed meanwhile, the server moves others to another page: one may come twice, or not at all.
   *
   * @inferred The page is cut before its query: paging is as on other lists.
   * @see https://docs.useinvent.com/api-reference/get-broadcast-recipients
   */
  readonly streamRecipients: (request: {
    readonly path: { readonly org_id?: OrgId; readonly broadcast_id: BroadcastId }
    readonly urlParams?: Page
  }) => Stream.Stream<Recipient | Undecodable, RepeatableError>

  /**
   * Says which lines of imported values a broadcast would take. That it writes nothing is inferred from its title; the
   * import itself has no page.
   *
   * `PATCH /orgs/{org_id}/broadcasts/{broadcast_id}/properties/entries/dry`. A repetition changes nothing more: sent
   * again after a lost answer.
   *
   * @see https://docs.useinvent.com/api-reference/dry-run-update-broadcast-property-entries
   */
  readonly dryRunEntries: (request: {
    readonly path: { readonly org_id?: OrgId; readonly broadcast_id: BroadcastId }
    readonly payload: DryRunEntries
  }) => Effect.Effect<EntriesDryRun, RepeatableError>

  /**
   * Sends a marketing broadcast to its segments: one that is `DRAFT`, `CANCELLED` or `FAILED`. The older meaning of the
   * path; it has no body.
   *
   * `POST /orgs/{org_id}/broadcasts/{broadcast_id}/send`. Not sent again after a lost answer, which is an
   * `OutcomeUnknown`.
   *
   * @see https://docs.useinvent.com/api-reference/send-a-broadcast
   */
  readonly sendMarketing: (request: {
    readonly path: { readonly org_id?: OrgId; readonly broadcast_id: BroadcastId }
  }) => Effect.Effect<Broadcast, UnsafeError>
}

/** The methods of the client, group by group. */
export interface ClientMethods {
  /**
   * Contacts: their channels, segments, notes, files and timeline, merging them, and acting as one on a custom channel.
   */
  readonly contacts: Contacts
  /**
   * The messages of a chat: to list, send, edit and delete them, and to decide about an action that waits for approval.
   */
  readonly messages: Messages
  /**
   * A chat's entry in the inbox: open, snoozed or closed, who answers, when a follow-up is due, until when it is muted.
   */
  readonly state: State
  /** Files that were shared in a chat, and files that the organization keeps. */
  readonly files: Files
  /** The summaries that an assistant writes of a conversation every 10 messages. */
  readonly memories: Memories
  /** The chats of the organization by older pages of the vendor's: their title, model, visibility, pin and tools. */
  readonly chats: Chats
  /** The inbox: the chats of all channels and assistants in one list. */
  readonly inbox: Inbox
  /** The organization's assistants: their configuration, their secret keys, and the actions that each can take. */
  readonly assistants: Assistants
  /** Segments: named, coloured sets of contacts. */
  readonly segments: Segments
  /**
   * Services outside that the organization is connected to, and the values that the fields of their actions can have.
   */
  readonly connections: Connections
  /** Workflows: to run one, and to list the runs of all. */
  readonly workflows: Workflows
  /** The organizations below this one: their configuration, billing, members and usage. */
  readonly orgs: Orgs
  /** What assistants can look up: texts, files and websites, their chunks, and which of them an assistant has. */
  readonly knowledge: Knowledge
  /** Tables of the organization's own: their fields, their records and the order of their views. */
  readonly tables: Tables
  /** How the records of a table are shown. */
  readonly views: Views
  /** What happened to a record of a table. */
  readonly records: Records
  /** Counts of the whole organization: contacts, messages and conversations, and how the contacts grow. */
  readonly analytics: Analytics
  /**
   * Broadcasts: marketing messages to segments, transactional messages to one contact, and their recipients.
   * This group has one endpoint for each method and path, as a router and an OpenAPI document require it.
   */
  readonly broadcasts: Broadcasts
}
