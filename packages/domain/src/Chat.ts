/** A chat between a contact and an assistant, with its members, its state and its last message. */
import * as Schema from "effect/Schema"
import { ChatMember } from "./Chat/ChatMember.ts"
import { ChatMessage, RunStatus } from "./Chat/ChatMessage.ts"
import { ChatState } from "./Chat/ChatState.ts"
import { ChatId, OrgId } from "./Ids.ts"
import { Instant } from "./schema/Instant.ts"
import { MessagePart } from "./Chat/MessagePart.ts"
import * as Open from "./schema/Open.ts"
import { Features, Tool } from "./Chat/Tool.ts"

const referral = Open.struct({
  type: Open.optional(Open.literals("messenger_ad")),
  parts: Open.optional(Open.list(MessagePart)),
  ref: Open.optional(Schema.String),
  ad_id: Open.optional(Schema.String),
  source: Open.optional(Schema.String),
  referer_uri: Open.optional(Schema.String),
  ads_context_data: Open.optional(
    Open.struct({
      ad_title: Open.optional(Schema.String),
      photo_url: Open.optional(Schema.String),
      video_url: Open.optional(Schema.String),
      post_id: Open.optional(Schema.String),
      product_id: Open.optional(Schema.String)
    })
  )
}).annotations({ identifier: "Referral" })

/** Where a contact came from: an advertisement, a product, an order. */
export interface Referral extends Schema.Schema.Type<typeof referral> {}
/** {@link Referral} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ReferralEncoded extends Schema.Schema.Encoded<typeof referral> {}
/**
 * Reads {@link Referral} from the wire and writes it back. Every key may be absent or null; what no page documents is
 * kept.
 */
export const Referral: Schema.Schema<Referral, ReferralEncoded> = referral

const chat = Open.struct({
  id: ChatId,
  title: Open.optional(Schema.String),
  model: Open.optional(Schema.String),
  members: Open.optional(Schema.Array(ChatMember)),
  /** A temporary chat is deleted 24 hours after its last activity. */
  temporary: Open.optional(Schema.Boolean),
  visibility: Open.optional(Open.literals("PRIVATE", "PUBLIC_READ", "PUBLIC_WRITE")),
  /** In the vendor's own interface. */
  pinned: Open.optional(Schema.Boolean),
  status: Open.optional(RunStatus),
  shared_url: Open.optional(Schema.String),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant),
  tools: Open.optional(Open.list(Tool)),
  features: Open.optional(Open.tolerant(Features)),
  org_id: Open.optional(OrgId),
  state: Open.optional(ChatState),
  /** Where the chat is in the integration. */
  link: Open.optional(Schema.String),
  last_message: Open.optional(ChatMessage),
  referral: Open.optional(Referral)
}).annotations({ identifier: "Chat" })

/**
 * A chat between a contact and an assistant, with its members, its inbox state and its last message. Several chats can
 * belong to one conversation; `state.info` names the newest.
 *
 * @see https://docs.useinvent.com/api-reference/chats-state/update-chat-state
 */
export interface Chat extends Schema.Schema.Type<typeof chat> {}
/** {@link Chat} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ChatEncoded extends Schema.Schema.Encoded<typeof chat> {}
/** Reads {@link Chat} from the wire and writes it back. Fails where `id` is missing; what no page documents is kept. */
export const Chat: Schema.Schema<Chat, ChatEncoded> = chat
