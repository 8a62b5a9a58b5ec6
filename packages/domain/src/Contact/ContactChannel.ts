/** A contact's channel: one address at which the contact can be reached. */
import * as Schema from "effect/Schema"
import { ChannelId } from "../Ids.ts"
import { Instant } from "../schema/Instant.ts"
import { IntegrationId } from "../Integration.ts"
import * as Open from "../schema/Open.ts"
import * as OpenRecord from "../schema/OpenRecord.ts"

/** What the oldest pages call `type`, `user_id`, `username`, `name` and `avatar`. */
export const olderNames = {
  channel_type: Open.optional(IntegrationId),
  channel_id: Open.optional(Schema.String),
  channel_name: Open.optional(Schema.String),
  channel_display_name: Open.optional(Schema.String),
  channel_avatar: Open.optional(Schema.String)
}

const contactChannel = Open.struct({
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
  link: Open.optional(Schema.String),
  platform_data: Open.optional(OpenRecord.Json),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant),
  ...olderNames
}).annotations({ identifier: "ContactChannel" })

/**
 * One address at which a contact can be reached, for example a phone number (`user_id`) on a kind of channel (`type`).
 *
 * @see https://docs.useinvent.com/api-reference/update-a-contact-channel-only-for-custom-channels
 */
export interface ContactChannel extends Schema.Schema.Type<typeof contactChannel> {}
/** {@link ContactChannel} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ContactChannelEncoded extends Schema.Schema.Encoded<typeof contactChannel> {}
/**
 * Reads {@link ContactChannel} from the wire and writes it back. Every key may be absent or null; what no page
 * documents is kept.
 */
export const ContactChannel: Schema.Schema<ContactChannel, ContactChannelEncoded> = contactChannel
