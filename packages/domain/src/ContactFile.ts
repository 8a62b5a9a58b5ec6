/** A file that belongs to a contact. */
import type * as Schema from "effect/Schema"
import { fields } from "./File.ts"
import * as Open from "./Open.ts"
import { User } from "./User.ts"

const contactFile = Open.struct({
  ...fields,
  source: Open.optional(Open.literals("direct", "note", "chat")),
  /** Null where the file came from the contact or the assistant. */
  user: Open.optional(User)
}).annotations({ identifier: "ContactFile" })

/** @see https://docs.useinvent.com/api-reference/orgs-contacts/upload-contact-file */
export interface ContactFile extends Schema.Schema.Type<typeof contactFile> {}
export interface ContactFileEncoded extends Schema.Schema.Encoded<typeof contactFile> {}
export const ContactFile: Schema.Schema<ContactFile, ContactFileEncoded> = contactFile
