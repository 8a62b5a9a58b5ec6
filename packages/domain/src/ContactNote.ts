/** What the staff wrote down about a contact. */
import * as Schema from "effect/Schema"
import { File } from "./File.ts"
import { ContactId, NoteId } from "./Ids.ts"
import { Instant } from "./Instant.ts"
import * as Open from "./Open.ts"
import { User } from "./User.ts"

const contactNote = Open.struct({
  id: NoteId,
  contact_id: Open.optional(ContactId),
  content: Open.optional(Schema.String),
  attachments: Open.optional(Open.list(File)),
  user: Open.optional(User),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant)
}).annotations({ identifier: "ContactNote" })

/** @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-notes */
export interface ContactNote extends Schema.Schema.Type<typeof contactNote> {}
export interface ContactNoteEncoded extends Schema.Schema.Encoded<typeof contactNote> {}
export const ContactNote: Schema.Schema<ContactNote, ContactNoteEncoded> = contactNote
