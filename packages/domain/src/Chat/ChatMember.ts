/**
 * Who takes part in a chat, and so who wrote a message: a contact's channel, a user of the staff, or a widget session.
 */
import * as Schema from "effect/Schema"
import * as ContactChannel from "../Contact/ContactChannel.ts"
import { ChannelId, ContactId, MemberId, UserId } from "../Ids.ts"
import { IntegrationId } from "../Integration.ts"
import * as Open from "../schema/Open.ts"

/**
 * A contact as it appears inside a channel. Whether the contact unsubscribed is printed on no page here: see `Contact`,
 * the filters of `contacts.list`, and the activities.
 */
export const MemberContact = Open.struct({
  id: Open.optional(ContactId),
  name: Open.optional(Schema.String),
  blocked: Open.optional(Schema.Boolean),
  /** Whether no assistant answers this contact. On one page, the newest. */
  ai_replies_disabled: Open.optional(Schema.Boolean),
  is_admin: Open.optional(Schema.Boolean)
})
/**
 * A contact inside a channel: its id, its name, and whether it is blocked. It does not show whether the contact
 * unsubscribed.
 */
export type MemberContact = typeof MemberContact.Type

/** The channel through which a contact takes part. */
export const MemberContactChannel = Open.struct({
  id: Open.optional(ChannelId),
  type: Open.optional(IntegrationId),
  /** The contact's address on this channel, for example a phone number. */
  user_id: Open.optional(Schema.String),
  avatar: Open.optional(Schema.String),
  name: Open.optional(Schema.String),
  username: Open.optional(Schema.String),
  email: Open.optional(Schema.String),
  phone: Open.optional(Schema.String),
  country: Open.optional(Schema.String),
  agent: Open.optional(Schema.String),
  ip: Open.optional(Schema.String),
  language: Open.optional(Schema.String),
  contact: Open.optional(MemberContact),
  link: Open.optional(Schema.String),
  ...ContactChannel.olderNames
})
/** The channel through which a contact takes part in a chat, with the contact's address on it in `user_id`. */
export type MemberContactChannel = typeof MemberContactChannel.Type

const chatMember = Open.struct({
  id: Open.optional(MemberId),
  role: Open.optional(Open.literals("ADMIN", "MEMBER")),
  user: Open.optional(
    Open.struct({ id: Open.optional(UserId), name: Open.optional(Schema.String), avatar: Open.optional(Schema.String) })
  ),
  session: Open.optional(Open.struct({ id: Open.optional(Schema.String) })),
  contact_channel: Open.optional(MemberContactChannel)
}).annotations({ identifier: "ChatMember" })

/**
 * Who takes part in a chat: one of `user` (staff), `session` (an anonymous visitor of a widget) and `contact_channel`.
 * That only one is set is inferred.
 */
export interface ChatMember extends Schema.Schema.Type<typeof chatMember> {}
/** {@link ChatMember} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ChatMemberEncoded extends Schema.Schema.Encoded<typeof chatMember> {}
/**
 * Reads {@link ChatMember} from the wire and writes it back. Every key may be absent or null; what no page documents is
 * kept.
 */
export const ChatMember: Schema.Schema<ChatMember, ChatMemberEncoded> = chatMember
