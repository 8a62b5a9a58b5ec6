/** A contact: a person who talks to an assistant, with the channels that reach them. */
import * as Schema from "effect/Schema"
import { ContactChannel } from "./Contact/ContactChannel.ts"
import { ContactId } from "./Ids.ts"
import { Instant } from "./schema/Instant.ts"
import { IntegrationId } from "./Integration.ts"
import * as Open from "./schema/Open.ts"
import { Segment } from "./Segment.ts"

const contact = Open.struct({
  id: ContactId,
  name: Open.optional(Schema.String),
  blocked: Open.optional(Schema.Boolean),
  blocked_at: Open.optional(Instant),
  /** From broadcasts. Older pages leave it out. */
  unsubscribed: Open.optional(Schema.Boolean),
  unsubscribed_at: Open.optional(Instant),
  unsubscribe_reason: Open.optional(Schema.String),
  unsubscribe_feedback: Open.optional(Schema.String),
  is_admin: Open.optional(Schema.Boolean),
  channels: Open.optional(Open.list(ContactChannel)),
  segments: Open.optional(Open.list(Segment)),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant)
}).annotations({ identifier: "Contact" })

/**
 * A person who talks to an assistant, with the channels that reach them. Says whether they are blocked or have
 * unsubscribed; older pages leave the latter out.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/get-contacts
 */
export interface Contact extends Schema.Schema.Type<typeof contact> {}
/** {@link Contact} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ContactEncoded extends Schema.Schema.Encoded<typeof contact> {}
/**
 * Reads {@link Contact} from the wire and writes it back. Fails where `id` is missing; what no page documents is kept.
 */
export const Contact: Schema.Schema<Contact, ContactEncoded> = contact

const mergedContact = Open.struct({
  merged: Open.optional(Contact),
  merged_contact_ids: Open.optional(Schema.Array(ContactId))
}).annotations({ identifier: "MergedContact" })

/** What is left of several contacts: the ids in `merged_contact_ids` are gone. */
export interface MergedContact extends Schema.Schema.Type<typeof mergedContact> {}
/** {@link MergedContact} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface MergedContactEncoded extends Schema.Schema.Encoded<typeof mergedContact> {}
/**
 * Reads {@link MergedContact} from the wire and writes it back. Every key may be absent or null; what no page documents
 * is kept.
 */
export const MergedContact: Schema.Schema<MergedContact, MergedContactEncoded> = mergedContact

const duplicateGroup = Open.struct({
  /** The one that the vendor recommends to keep. */
  primary: Open.optional(Contact),
  duplicates: Open.optional(Open.list(Contact))
}).annotations({ identifier: "DuplicateGroup" })

/**
 * Contacts that share at least one external channel.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-duplicate-contact-groups
 */
export interface DuplicateGroup extends Schema.Schema.Type<typeof duplicateGroup> {}
/** {@link DuplicateGroup} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface DuplicateGroupEncoded extends Schema.Schema.Encoded<typeof duplicateGroup> {}
/**
 * Reads {@link DuplicateGroup} from the wire and writes it back. Every key may be absent or null; what no page
 * documents is kept.
 */
export const DuplicateGroup: Schema.Schema<DuplicateGroup, DuplicateGroupEncoded> = duplicateGroup

const importedContact = Open.struct({
  type: Open.optional(IntegrationId),
  email: Open.optional(Schema.String),
  user_id: Open.optional(Schema.String),
  name: Open.optional(Schema.String),
  contact_id: Open.optional(ContactId)
}).annotations({ identifier: "ImportedContact" })

/** A channel of a contact that a bulk creation names. */
export interface ImportedContact extends Schema.Schema.Type<typeof importedContact> {}
/** {@link ImportedContact} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ImportedContactEncoded extends Schema.Schema.Encoded<typeof importedContact> {}
/**
 * Reads {@link ImportedContact} from the wire and writes it back. Every key may be absent or null; what no page
 * documents is kept.
 */
export const ImportedContact: Schema.Schema<ImportedContact, ImportedContactEncoded> = importedContact

/** What a bulk creation would do with each. */
export const ContactDryRun = Open.struct({
  created: Open.optional(Open.list(ImportedContact)),
  updated: Open.optional(Open.list(ImportedContact)),
  invalid: Open.optional(Open.list(ImportedContact))
}).annotations({ identifier: "ContactDryRun" })
/** The contacts that a bulk creation would create, those that it would update, and those that it would refuse. */
export type ContactDryRun = typeof ContactDryRun.Type
