/** One entry of a contact's timeline: what happened to the contact, and by whom. */
import * as Schema from "effect/Schema"
import { ContactFile } from "./ContactFile.ts"
import { ContactNote } from "./ContactNote.ts"
import { ActivityId, AssistantId, BroadcastId } from "../Ids.ts"
import { Instant } from "../schema/Instant.ts"
import * as Open from "../schema/Open.ts"
import * as OpenRecord from "../schema/OpenRecord.ts"
import { Segment } from "../Segment.ts"
import { User } from "../User.ts"

/**
 * What an entry of a contact's timeline can be. Older pages lack `file_uploaded`.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-activities
 */
export const activityTypes = [
  "note_created",
  "file_uploaded",
  "segment_added",
  "segment_removed",
  "contact_blocked",
  "contact_unblocked",
  "contact_unsubscribed",
  "contact_resubscribed"
] as const

const contactActivity = Open.struct({
  id: ActivityId,
  type: Open.optional(Open.literals(...activityTypes)),
  created_at: Open.optional(Instant),
  actor: Open.optional(User),
  assistant: Open.optional(
    Open.struct({
      id: Open.optional(AssistantId),
      name: Open.optional(Schema.String),
      avatar_url: Open.optional(Schema.String)
    })
  ),
  segment: Open.optional(Segment),
  broadcast: Open.optional(Open.struct({ id: Open.optional(BroadcastId), name: Open.optional(Schema.String) })),
  note: Open.optional(Open.tolerant(ContactNote)),
  file: Open.optional(Open.tolerant(ContactFile)),
  metadata: Open.optional(OpenRecord.Json)
}).annotations({ identifier: "ContactActivity" })

/**
 * One entry of a contact's timeline: what happened (`type`), when, and by whom: a user of the staff or an assistant.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-activities
 */
export interface ContactActivity extends Schema.Schema.Type<typeof contactActivity> {}
/** {@link ContactActivity} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ContactActivityEncoded extends Schema.Schema.Encoded<typeof contactActivity> {}
/**
 * Reads {@link ContactActivity} from the wire and writes it back. Fails where `id` is missing; what no page documents
 * is kept.
 */
export const ContactActivity: Schema.Schema<ContactActivity, ContactActivityEncoded> = contactActivity
