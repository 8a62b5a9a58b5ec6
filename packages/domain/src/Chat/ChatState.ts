/** The state of a chat: open or closed, who answers, when a follow-up is due, until when it is muted. */
import * as Schema from "effect/Schema"
import { AssistantConfig, ConversationConfig } from "../Assistant/AssistantConfig.ts"
import { AssistantId, ChatId, ConversationId, UserId } from "../Ids.ts"
import { Instant } from "../schema/Instant.ts"
import { IntegrationId } from "../Integration.ts"
import * as Open from "../schema/Open.ts"

/** The states an inbox entry can be in. `SNOOZED` carries no wake time. */
export const InboxState = Open.literals("OPEN", "SNOOZED", "CLOSED")
/** `OPEN`, `SNOOZED` or `CLOSED`, or another state as `Unknown`. */
export type InboxState = typeof InboxState.Type

const chatState = Open.struct({
  id: Open.optional(Schema.String),
  /** `SNOOZED` has no end. */
  state: Open.optional(InboxState),
  integration_id: Open.optional(IntegrationId),
  assistant_id: Open.optional(AssistantId),
  assistant_integration_id: Open.optional(Schema.String),
  /** Several chats can be of one conversation. */
  conversation_id: Open.optional(ConversationId),
  /**
   * Whether AI is on in this chat. It is one of four switches; see `assistant`, `assistant_integration` and the
   * contact.
   */
  ai_enabled: Open.optional(Schema.Boolean),
  admin_unseen_count: Open.optional(Schema.Number),
  user_unseen_count: Open.optional(Schema.Number),
  assistant: Open.optional(
    Open.struct({
      id: Open.optional(AssistantId),
      name: Open.optional(Schema.String),
      enabled: Open.optional(Schema.Boolean),
      avatar_url: Open.optional(Schema.String),
      deleted: Open.optional(Schema.Boolean),
      config: Open.optional(Open.struct({ conversation: Open.optional(ConversationConfig) }))
    })
  ),
  assistant_integration: Open.optional(
    Open.struct({
      id: Open.optional(Schema.String),
      enabled: Open.optional(Schema.Boolean),
      has_connection: Open.optional(Schema.Boolean)
    })
  ),
  assigned_user: Open.optional(
    Open.struct({
      id: Open.optional(UserId),
      name: Open.optional(Schema.String),
      email: Open.optional(Schema.String),
      avatar: Open.optional(Schema.String),
      seen_at: Open.optional(Instant)
    })
  ),
  assigned_at: Open.optional(Instant),
  /** What this chat has in place of its assistant's own configuration: inferred. */
  assistant_config: Open.optional(AssistantConfig),
  /** When the assistant is to follow up; null or absent: no follow-up is scheduled. */
  follow_up_at: Open.optional(Instant),
  /** Null or absent: not muted. */
  muted_until: Open.optional(Instant),
  /** 1 to 5; whether whole is not stated. */
  csat_score: Open.optional(Schema.Number),
  last_contact_message_at: Open.optional(Instant)
}).annotations({ identifier: "ChatState" })

/**
 * A chat's entry in the inbox: whether it is open, who answers, who it is assigned to, when a follow-up is due, until
 * when it is muted, and its rating.
 *
 * @see https://docs.useinvent.com/api-reference/chats-state/update-chat-state
 */
export interface ChatState extends Schema.Schema.Type<typeof chatState> {}
/** {@link ChatState} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ChatStateEncoded extends Schema.Schema.Encoded<typeof chatState> {}
/**
 * Reads {@link ChatState} from the wire and writes it back. Every key may be absent or null; what no page documents is
 * kept.
 */
export const ChatState: Schema.Schema<ChatState, ChatStateEncoded> = chatState

const unseen = Open.struct({
  chat_id: Open.optional(ChatId),
  assigned_user_id: Open.optional(UserId),
  admin_unseen_count: Open.optional(Schema.Number),
  user_unseen_count: Open.optional(Schema.Number)
}).annotations({ identifier: "Unseen" })

/**
 * How much of a chat is unseen, and by whom.
 *
 * @see https://docs.useinvent.com/api-reference/chats-state/mark-chat-as-unseen
 */
export interface Unseen extends Schema.Schema.Type<typeof unseen> {}
/** {@link Unseen} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface UnseenEncoded extends Schema.Schema.Encoded<typeof unseen> {}
/**
 * Reads {@link Unseen} from the wire and writes it back. Every key may be absent or null; what no page documents is
 * kept.
 */
export const Unseen: Schema.Schema<Unseen, UnseenEncoded> = unseen

const stateInfo = Open.struct({
  /** The newest chat of the conversation, where another chat exists. */
  newest_chat_id: Open.optional(ChatId)
}).annotations({ identifier: "StateInfo" })

/**
 * Names the newest chat of a conversation, where another chat than the requested one exists.
 *
 * @see https://docs.useinvent.com/api-reference/chats-state/get-chat-state-info
 */
export interface StateInfo extends Schema.Schema.Type<typeof stateInfo> {}
/** {@link StateInfo} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface StateInfoEncoded extends Schema.Schema.Encoded<typeof stateInfo> {}
/**
 * Reads {@link StateInfo} from the wire and writes it back. Every key may be absent or null; what no page documents is
 * kept.
 */
export const StateInfo: Schema.Schema<StateInfo, StateInfoEncoded> = stateInfo
