/** A file that somebody shared, or the voice note behind a text. */
import * as Schema from "effect/Schema"
import { FileId } from "./Ids.ts"
import { Instant } from "./Instant.ts"
import * as Open from "./Open.ts"

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

/** @see https://docs.useinvent.com/api-reference/chats-files/get-chat-files */
export interface File extends Schema.Schema.Type<typeof file> {}
export interface FileEncoded extends Schema.Schema.Encoded<typeof file> {}
export const File: Schema.Schema<File, FileEncoded> = file
