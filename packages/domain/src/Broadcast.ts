/** A broadcast: a message to many contacts, and what became of it at each. */
import * as Schema from "effect/Schema"
import { MemberContact } from "./ChatMember.ts"
import { BroadcastId, RecipientId } from "./Ids.ts"
import { Instant } from "./Instant.ts"
import * as Open from "./Open.ts"

const broadcast = Open.struct({
  id: BroadcastId,
  name: Open.optional(Schema.String),
  /** `CANCELLED` has two Ls here, and one in the status of a chat. */
  status: Open.optional(Open.literals("DRAFT", "SCHEDULED", "SENDING", "SENT", "CANCELLED", "FAILED")),
  scheduled_at: Open.optional(Instant),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant)
}).annotations({ identifier: "Broadcast" })

/**
 * Beside `status`, what a broadcast holds is inferred from what creates it.
 *
 * @see https://docs.useinvent.com/api-reference/create-a-broadcast
 */
export interface Broadcast extends Schema.Schema.Type<typeof broadcast> {}
export interface BroadcastEncoded extends Schema.Schema.Encoded<typeof broadcast> {}
export const Broadcast: Schema.Schema<Broadcast, BroadcastEncoded> = broadcast

type Flag<What extends string> = {
  readonly [Key in `is_${What}`]: ReturnType<typeof Open.optional<typeof Schema.Boolean>>
} & { readonly [Key in `${What}_at`]: ReturnType<typeof Open.optional<typeof Instant>> }

/** Whether it happened, and when. */
const flag = <const What extends string>(what: What) =>
  ({ [`is_${what}`]: Open.optional(Schema.Boolean), [`${what}_at`]: Open.optional(Instant) }) as Flag<What>

const recipient = Open.struct({
  /** No page shows it as required. */
  id: Open.optional(RecipientId),
  contact: Open.optional(MemberContact),
  external_message_id: Open.optional(Schema.String),
  error_message: Open.optional(Schema.String),
  ...flag("skipped"),
  ...flag("failed"),
  ...flag("bounced"),
  ...flag("sent"),
  ...flag("delivered"),
  ...flag("complained"),
  ...flag("unsubscribed"),
  ...flag("opened"),
  ...flag("played")
}).annotations({ identifier: "Recipient" })

/**
 * One template that was fired at one channel of a contact.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-broadcasts/send-a-transactional-broadcast
 */
export interface Recipient extends Schema.Schema.Type<typeof recipient> {}
export interface RecipientEncoded extends Schema.Schema.Encoded<typeof recipient> {}
export const Recipient: Schema.Schema<Recipient, RecipientEncoded> = recipient

const recipients = Open.struct({
  recipients: Open.optional(Schema.Array(Recipient))
}).annotations({ identifier: "Recipients" })

export interface Recipients extends Schema.Schema.Type<typeof recipients> {}
export interface RecipientsEncoded extends Schema.Schema.Encoded<typeof recipients> {}
export const Recipients: Schema.Schema<Recipients, RecipientsEncoded> = recipients
