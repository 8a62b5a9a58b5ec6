/** How an assistant behaves; a chat can carry its own, which overrides the assistant's. */
import * as Schema from "effect/Schema"
import * as Open from "./Open.ts"

const conversationConfig = Open.struct({
  thread_mode: Open.optional(Open.literals("new")),
  welcome_banner: Open.optional(Schema.String),
  suggested_messages: Open.optional(Schema.Array(Schema.String)),
  auto_intro_message: Open.optional(Schema.String),
  enable_memories: Open.optional(Schema.Boolean),
  enable_transfer_to_human_tool: Open.optional(Schema.Boolean),
  enable_end_conversation_tool: Open.optional(Schema.Boolean),
  enable_block_contact_tool: Open.optional(Schema.Boolean),
  enable_update_contact_tool: Open.optional(Schema.Boolean),
  enable_ai_replies: Open.optional(Schema.Boolean),
  enable_auto_resolve: Open.optional(Schema.Boolean),
  enable_auto_follow_ups: Open.optional(Schema.Boolean),
  enable_auto_csat: Open.optional(Schema.Boolean),
  enable_private_chats: Open.optional(Schema.Boolean)
}).annotations({ identifier: "ConversationConfig" })

/** Switches of a conversation. */
export interface ConversationConfig extends Schema.Schema.Type<typeof conversationConfig> {}
export interface ConversationConfigEncoded extends Schema.Schema.Encoded<typeof conversationConfig> {}
export const ConversationConfig: Schema.Schema<ConversationConfig, ConversationConfigEncoded> = conversationConfig

const assistantConfig = Open.struct({
  language: Open.optional(Open.literals("auto")),
  model: Open.optional(Schema.String),
  stt: Open.optional(Open.struct({ model: Open.optional(Schema.String) })),
  tts: Open.optional(Open.struct({ model: Open.optional(Schema.String), voice_id: Open.optional(Schema.String) })),
  conversation: Open.optional(ConversationConfig),
  knowledge_scope: Open.optional(Open.literals("all")),
  /** An IANA time zone: the only zone the API knows. */
  timezone: Open.optional(Schema.String),
  instructions: Open.optional(Schema.String)
}).annotations({ identifier: "AssistantConfig" })

export interface AssistantConfig extends Schema.Schema.Type<typeof assistantConfig> {}
export interface AssistantConfigEncoded extends Schema.Schema.Encoded<typeof assistantConfig> {}
export const AssistantConfig: Schema.Schema<AssistantConfig, AssistantConfigEncoded> = assistantConfig
