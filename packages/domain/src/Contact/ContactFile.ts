/** A file that belongs to a contact. */
import type * as Schema from "effect/Schema"
import { fields } from "../File.ts"
import * as Open from "../schema/Open.ts"
import { User } from "../User.ts"

const contactFile = Open.struct({
  ...fields,
  /** Whether it was given to the contact directly, attached to a note, or shared in a chat. */
  source: Open.optional(Open.literals("direct", "note", "chat")),
  /** Null where the file came from the contact or the assistant. */
  user: Open.optional(User)
}).annotations({ identifier: "ContactFile" })

/**
 * A file of a contact: given to it directly, attached to a note, or shared in a chat (`source`).
 *
 * @see https://docs.useinvent.com/api-reference/orgs-contacts/upload-contact-file
 */
export interface ContactFile extends Schema.Schema.Type<typeof contactFile> {}
/** {@link ContactFile} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ContactFileEncoded extends Schema.Schema.Encoded<typeof contactFile> {}
/**
 * Reads {@link ContactFile} from the wire and writes it back. Fails where `id` is missing; what no page documents is
 * kept.
 */
export const ContactFile: Schema.Schema<ContactFile, ContactFileEncoded> = contactFile
