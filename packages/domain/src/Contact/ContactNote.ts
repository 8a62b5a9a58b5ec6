/** What the staff wrote down about a contact. */
import * as Schema from "effect/Schema"
import { File } from "../File.ts"
import { ContactId, NoteId } from "../Ids.ts"
import { Instant } from "../schema/Instant.ts"
import * as Open from "../schema/Open.ts"
import { User } from "../User.ts"

const contactNote = Open.struct({
  id: NoteId,
  contact_id: Open.optional(ContactId),
  content: Open.optional(Schema.String),
  attachments: Open.optional(Open.list(File)),
  user: Open.optional(User),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant)
}).annotations({ identifier: "ContactNote" })

/**
 * What a user of the staff wrote down about a contact, with attachments.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-notes
 */
export interface ContactNote extends Schema.Schema.Type<typeof contactNote> {}
/** {@link ContactNote} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ContactNoteEncoded extends Schema.Schema.Encoded<typeof contactNote> {}
/**
 * Reads {@link ContactNote} from the wire and writes it back. Fails where `id` is missing; what no page documents is
 * kept.
 */
export const ContactNote: Schema.Schema<ContactNote, ContactNoteEncoded> = contactNote
