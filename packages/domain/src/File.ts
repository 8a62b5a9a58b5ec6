/** A file that a person shared, or the voice note behind a text. */
import * as Schema from "effect/Schema"
import { FileId } from "./Ids.ts"
import { Instant } from "./schema/Instant.ts"
import * as Open from "./schema/Open.ts"

/** The keys of a stored file, which a contact's file has too. `file_size` is in bytes. */
export const fields = {
  id: FileId,
  file_path: Open.optional(Schema.String),
  file_filename: Open.optional(Schema.String),
  /** Bytes. */
  file_size: Open.optional(Schema.Number),
  file_mimetype: Open.optional(Schema.String),
  file_url: Open.optional(Schema.String),
  created_at: Open.optional(Instant)
}

const file = Open.struct(fields).annotations({ identifier: "File" })

/**
 * A stored file: its name, its size in bytes, its MIME type and its URL. The URL of a private file is signed and
 * expires.
 *
 * @see https://docs.useinvent.com/api-reference/chats-files/get-chat-files
 */
export interface File extends Schema.Schema.Type<typeof file> {}
/** {@link File} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface FileEncoded extends Schema.Schema.Encoded<typeof file> {}
/** Reads {@link File} from the wire and writes it back. Fails where `id` is missing; what no page documents is kept. */
export const File: Schema.Schema<File, FileEncoded> = file
