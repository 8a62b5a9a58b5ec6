/** A file in a request: its bytes, or an address to fetch it from. Which of the two is required is on no page. */
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Closed from "../schema/Closed.ts"

/**
 * The schema of `file` for other tools: a generator of clients takes no union of a text and an object, and no page
 * names the keys of the object.
 */
const base64 = { type: "string", contentEncoding: "base64" }

// Schema's own encoder takes 7 seconds for 50 MB and lets nothing else run meanwhile. `Buffer` takes 40 ms; where a
// runtime has none, Schema's is used.
const Bytes = Schema.transformOrFail(Schema.String, Schema.Uint8ArrayFromSelf, {
  strict: true,
  decode: (text) => ParseResult.decode(Schema.Uint8ArrayFromBase64)(text),
  encode: (bytes) =>
    typeof Buffer === "undefined"
      ? ParseResult.encode(Schema.Uint8ArrayFromBase64)(bytes)
      : ParseResult.succeed(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"))
})

/** The keys of a request that carries a file. */
export const fields = {
  /** The bytes alone, or with a name and a MIME type. */
  file: Closed.optional(
    Schema.Union(Bytes, Closed.struct({ data: Bytes, name: Schema.String, type: Schema.String })).annotations({
      jsonSchema: base64
    })
  ),
  file_url: Closed.optional(Schema.String),
  /** At most 255 MIME types of 255 characters. */
  allowed_types: Closed.optional(Schema.Array(Closed.text(255)).pipe(Schema.maxItems(255)))
}

/** A file to upload, by its bytes or its address. */
export const UploadFile = Closed.struct(fields)
/** The bytes of a file or its address, and the MIME types that are allowed. */
export type UploadFile = typeof UploadFile.Type
