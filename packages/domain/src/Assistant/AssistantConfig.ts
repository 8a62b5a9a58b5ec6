/** How an assistant behaves; a chat can carry its own, which overrides the assistant's. */
import * as Schema from "effect/Schema"
import * as Closed from "../schema/Closed.ts"
import * as Open from "../schema/Open.ts"

/** The keys of a conversation's settings that are spelt and typed alike in requests and in answers. */
const conversationKeys = {
  welcome_banner: Schema.String,
  auto_intro_message: Schema.String,
  enable_memories: Schema.Boolean,
  enable_transfer_to_human_tool: Schema.Boolean,
  enable_end_conversation_tool: Schema.Boolean,
  enable_block_contact_tool: Schema.Boolean,
  enable_update_contact_tool: Schema.Boolean,
  enable_ai_replies: Schema.Boolean,
  enable_auto_resolve: Schema.Boolean,
  enable_auto_follow_ups: Schema.Boolean,
  enable_auto_csat: Schema.Boolean,
  enable_private_chats: Schema.Boolean
}

const conversationConfig = Open.struct({
  thread_mode: Open.optional(Open.literals("new")),
  suggested_messages: Open.optional(Schema.Array(Schema.NullOr(Schema.String))),
  ...Open.optionals(conversationKeys)
}).annotations({ identifier: "ConversationConfig" })

/** Switches of a conversation. */
export interface ConversationConfig extends Schema.Schema.Type<typeof conversationConfig> {}
/** {@link ConversationConfig} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ConversationConfigEncoded extends Schema.Schema.Encoded<typeof conversationConfig> {}
/**
 * Reads {@link ConversationConfig} from the wire and writes it back. Every key may be absent or null; what no page
 * documents is kept.
 */
export const ConversationConfig: Schema.Schema<ConversationConfig, ConversationConfigEncoded> = conversationConfig

/** As {@link conversationKeys}, of the assistant. */
const assistantKeys = {
  model: Schema.String,
  /** An IANA time zone: the only zone in the API. */
  timezone: Schema.String,
  instructions: Schema.String
}

const assistantConfig = Open.struct({
  language: Open.optional(Open.literals("auto")),
  stt: Open.optional(Open.struct({ model: Open.optional(Schema.String) })),
  tts: Open.optional(Open.struct({ model: Open.optional(Schema.String), voice_id: Open.optional(Schema.String) })),
  conversation: Open.optional(ConversationConfig),
  knowledge_scope: Open.optional(Open.literals("all")),
  ...Open.optionals(assistantKeys)
}).annotations({ identifier: "AssistantConfig" })

/**
 * An assistant's language, models, instructions, time zone and switches. A chat can carry one of its own, which
 * overrides the assistant's.
 */
export interface AssistantConfig extends Schema.Schema.Type<typeof assistantConfig> {}
/** {@link AssistantConfig} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface AssistantConfigEncoded extends Schema.Schema.Encoded<typeof assistantConfig> {}
/**
 * Reads {@link AssistantConfig} from the wire and writes it back. Every key may be absent or null; what no page
 * documents is kept.
 */
export const AssistantConfig: Schema.Schema<AssistantConfig, AssistantConfigEncoded> = assistantConfig

/**
 * An assistant's configuration in a request: a misspelt key is refused. Of `language`, `thread_mode` and
 * `knowledge_scope` the pages show one value each and not the list, so any text is sent.
 */
export const AssistantConfigChange = Closed.struct({
  language: Closed.optional(Schema.String),
  stt: Closed.optional(Closed.struct({ model: Closed.optional(Schema.String) })),
  tts: Closed.optional(
    Closed.struct({ model: Closed.optional(Schema.String), voice_id: Closed.optional(Schema.String) })
  ),
  conversation: Closed.optional(
    Closed.struct({
      thread_mode: Closed.optional(Schema.String),
      suggested_messages: Closed.optional(Schema.Array(Schema.String)),
      ...Closed.optionals(conversationKeys)
    })
  ),
  knowledge_scope: Closed.optional(Schema.String),
  ...Closed.optionals(assistantKeys)
})
/** An assistant's configuration in a request. Only the keys given are sent. */
export type AssistantConfigChange = typeof AssistantConfigChange.Type
