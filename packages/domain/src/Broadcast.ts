/** A broadcast: a message to many contacts, and what became of it at each. */
import * as Schema from "effect/Schema"
import { Contact } from "./Contact.ts"
import { BroadcastId, ConnectionId, RecipientId, TemplateId } from "./Ids.ts"
import { Instant } from "./schema/Instant.ts"
import { IntegrationId } from "./Integration.ts"
import * as Open from "./schema/Open.ts"
import * as OpenRecord from "./schema/OpenRecord.ts"
import { Segment } from "./Segment.ts"

/** `CANCELLED` has two Ls here, and one in the status of a chat. */
export const broadcastStatuses = ["DRAFT", "SCHEDULED", "SENDING", "SENT", "CANCELLED", "FAILED"] as const

const broadcastTemplate = Open.struct({
  id: Open.optional(TemplateId),
  broadcast_id: Open.optional(BroadcastId),
  connection_id: Open.optional(ConnectionId),
  integration_id: Open.optional(IntegrationId),
  recipients_count: Open.optional(Schema.Number),
  config: Open.optional(OpenRecord.Json),
  error: Open.optional(Schema.String),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant)
}).annotations({ identifier: "BroadcastTemplate" })

/** The content of a broadcast on one kind of channel. */
export interface BroadcastTemplate extends Schema.Schema.Type<typeof broadcastTemplate> {}
/** {@link BroadcastTemplate} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface BroadcastTemplateEncoded extends Schema.Schema.Encoded<typeof broadcastTemplate> {}
/**
 * Reads {@link BroadcastTemplate} from the wire and writes it back. Every key may be absent or null; what no page
 * documents is kept.
 */
export const BroadcastTemplate: Schema.Schema<BroadcastTemplate, BroadcastTemplateEncoded> = broadcastTemplate

const broadcast = Open.struct({
  id: BroadcastId,
  name: Open.optional(Schema.String),
  status: Open.optional(Open.literals(...broadcastStatuses)),
  scheduled_at: Open.optional(Instant),
  started_at: Open.optional(Instant),
  completed_at: Open.optional(Instant),
  contacts_count: Open.optional(Schema.Number),
  recipients_count: Open.optional(Schema.Number),
  skipped_count: Open.optional(Schema.Number),
  sent_count: Open.optional(Schema.Number),
  failed_count: Open.optional(Schema.Number),
  delivered_count: Open.optional(Schema.Number),
  opened_count: Open.optional(Schema.Number),
  played_count: Open.optional(Schema.Number),
  click_count: Open.optional(Schema.Number),
  complained_count: Open.optional(Schema.Number),
  unsubscribed_count: Open.optional(Schema.Number),
  error_message: Open.optional(Schema.String),
  segments: Open.optional(Open.list(Segment)),
  send_to_all: Open.optional(Schema.Boolean),
  templates: Open.optional(Open.list(BroadcastTemplate)),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant)
}).annotations({ identifier: "Broadcast" })

/**
 * A message to many contacts: its status, when it is sent, to which segments, and how many contacts it reached in what
 * way.
 *
 * @see https://docs.useinvent.com/api-reference/get-broadcasts
 */
export interface Broadcast extends Schema.Schema.Type<typeof broadcast> {}
/** {@link Broadcast} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface BroadcastEncoded extends Schema.Schema.Encoded<typeof broadcast> {}
/**
 * Reads {@link Broadcast} from the wire and writes it back. Fails where `id` is missing; what no page documents is
 * kept.
 */
export const Broadcast: Schema.Schema<Broadcast, BroadcastEncoded> = broadcast

type Flag<What extends string> = {
  readonly [Key in `is_${What}`]: ReturnType<typeof Open.optional<typeof Schema.Boolean>>
} & { readonly [Key in `is_${What}_at`]: ReturnType<typeof Open.optional<typeof Instant>> }

/** Whether it happened, and when: `is_sent` and `is_sent_at`. */
const flag = <const What extends string>(what: What) =>
  ({ [`is_${what}`]: Open.optional(Schema.Boolean), [`is_${what}_at`]: Open.optional(Instant) }) as Flag<What>

const recipient = Open.struct({
  /** No page shows it as required. */
  id: Open.optional(RecipientId),
  broadcast_id: Open.optional(BroadcastId),
  broadcast_name: Open.optional(Schema.String),
  template_id: Open.optional(TemplateId),
  /** On the list of recipients only, as is `status`. */
  integration_id: Open.optional(IntegrationId),
  /** The address on the channel that the template was fired at. */
  user_id: Open.optional(Schema.String),
  name: Open.optional(Schema.String),
  username: Open.optional(Schema.String),
  phone: Open.optional(Schema.String),
  email: Open.optional(Schema.String),
  status: Open.optional(Open.literals("SENDING")),
  contact: Open.optional(Contact),
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
  ...flag("played"),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant)
}).annotations({ identifier: "Recipient" })

/**
 * One template that was fired at one channel of a contact.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-broadcasts/send-a-transactional-broadcast
 */
export interface Recipient extends Schema.Schema.Type<typeof recipient> {}
/** {@link Recipient} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface RecipientEncoded extends Schema.Schema.Encoded<typeof recipient> {}
/**
 * Reads {@link Recipient} from the wire and writes it back. Every key may be absent or null; what no page documents is
 * kept.
 */
export const Recipient: Schema.Schema<Recipient, RecipientEncoded> = recipient

const recipients = Open.struct({
  recipients: Open.optional(Open.list(Recipient))
}).annotations({ identifier: "Recipients" })

/** The answer of `broadcasts.sendTransactional`: one row for each template that fired, sent or skipped. */
export interface Recipients extends Schema.Schema.Type<typeof recipients> {}
/** {@link Recipients} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface RecipientsEncoded extends Schema.Schema.Encoded<typeof recipients> {}
/**
 * Reads {@link Recipients} from the wire and writes it back. Every key may be absent or null; what no page documents is
 * kept.
 */
export const Recipients: Schema.Schema<Recipients, RecipientsEncoded> = recipients

const propertyEntry = Open.struct({
  user_id: Open.optional(Schema.String),
  email: Open.optional(Schema.String),
  phone: Open.optional(Schema.String)
}).annotations({ identifier: "PropertyEntry" })

/** Whom a line of imported values is for. */
export interface PropertyEntry extends Schema.Schema.Type<typeof propertyEntry> {}
/** {@link PropertyEntry} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface PropertyEntryEncoded extends Schema.Schema.Encoded<typeof propertyEntry> {}
/**
 * Reads {@link PropertyEntry} from the wire and writes it back. Every key may be absent or null; what no page documents
 * is kept.
 */
export const PropertyEntry: Schema.Schema<PropertyEntry, PropertyEntryEncoded> = propertyEntry

/** Which lines an import would take, and which not. */
export const EntriesDryRun = Open.struct({
  valid: Open.optional(Open.list(PropertyEntry)),
  invalid: Open.optional(Open.list(PropertyEntry))
}).annotations({ identifier: "EntriesDryRun" })
/** The lines of an import that a broadcast would take, and those that it would refuse. */
export type EntriesDryRun = typeof EntriesDryRun.Type
