/** A contact: a person who talks to an assistant, with the channels that reach them. */
import * as Schema from "effect/Schema"
import { ContactChannel } from "./ContactChannel.ts"
import { ContactId } from "./Ids.ts"
import { Instant } from "./Instant.ts"
import * as Open from "./Open.ts"
import { Segment } from "./Segment.ts"

const contact = Open.struct({
  id: ContactId,
  name: Open.optional(Schema.String),
  blocked: Open.optional(Schema.Boolean),
  blocked_at: Open.optional(Instant),
  unsubscribed: Open.optional(Schema.Boolean),
  unsubscribed_at: Open.optional(Instant),
  unsubscribe_reason: Open.optional(Schema.String),
  unsubscribe_feedback: Open.optional(Schema.String),
  ai_replies_disabled: Open.optional(Schema.Boolean),
  is_admin: Open.optional(Schema.Boolean),
  channels: Open.optional(Schema.Array(ContactChannel)),
  segments: Open.optional(Schema.Array(Segment)),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant)
}).annotations({ identifier: "Contact" })

/** @see https://docs.useinvent.com/api-reference/orgs-contacts/get-contacts */
export interface Contact extends Schema.Schema.Type<typeof contact> {}
export interface ContactEncoded extends Schema.Schema.Encoded<typeof contact> {}
export const Contact: Schema.Schema<Contact, ContactEncoded> = contact

const mergedContact = Open.struct({
  merged: Open.optional(Contact),
  merged_contact_ids: Open.optional(Schema.Array(ContactId))
}).annotations({ identifier: "MergedContact" })

/** What is left of several contacts: the ids in `merged_contact_ids` are gone. */
export interface MergedContact extends Schema.Schema.Type<typeof mergedContact> {}
export interface MergedContactEncoded extends Schema.Schema.Encoded<typeof mergedContact> {}
export const MergedContact: Schema.Schema<MergedContact, MergedContactEncoded> = mergedContact
