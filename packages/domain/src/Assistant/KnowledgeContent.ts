/**
 * What an assistant can look up: a text, a file or a website, cut into chunks. All its pages are of the oldest kind.
 */
import * as Schema from "effect/Schema"
import { ContentId } from "../Ids.ts"
import { Instant } from "../schema/Instant.ts"
import * as Open from "../schema/Open.ts"

/** The kinds of content. How a file or a website is given is printed on no page. */
export const contentTypes = ["TEXT", "FILE", "URL"] as const
/** How far the server is with reading a content, or one of its chunks. */
export const contentStatuses = ["PENDING", "PROCESSING", "PROCESSED", "FAILED"] as const

const source = Open.struct({
  type: Open.optional(Open.literals(...contentTypes)),
  /** Of a text. What a file and a website have instead is printed on no page. */
  text: Open.optional(Schema.String)
}).annotations({ identifier: "KnowledgeSource" })

/** Where a content comes from: for a text, the text itself. */
export interface KnowledgeSource extends Schema.Schema.Type<typeof source> {}
/** {@link KnowledgeSource} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface KnowledgeSourceEncoded extends Schema.Schema.Encoded<typeof source> {}
/**
 * Reads {@link KnowledgeSource} from the wire and writes it back. Every key may be absent or null; what no page
 * documents is kept.
 */
export const KnowledgeSource: Schema.Schema<KnowledgeSource, KnowledgeSourceEncoded> = source

const fields = {
  id: ContentId,
  title: Open.optional(Schema.String),
  type: Open.optional(Open.literals(...contentTypes)),
  content: Open.optional(Open.tolerant(KnowledgeSource)),
  /** Bytes. */
  size: Open.optional(Schema.Number),
  chunks_processed: Open.optional(Schema.Number),
  chunks_count: Open.optional(Schema.Number),
  error: Open.optional(Schema.String),
  status: Open.optional(Open.literals(...contentStatuses)),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant)
}

const knowledgeContent = Open.struct({
  ...fields,
  /** In the answer of `knowledge.get` only. */
  text: Open.optional(Schema.String),
  /** These two in the answers of `knowledge.create` and `knowledge.updateUrl` only. */
  parent_content_id: Open.optional(ContentId),
  children: Open.optional(Open.list(Open.struct(fields)))
}).annotations({ identifier: "KnowledgeContent" })

/**
 * A text, a file or a website that assistants can look up, and how many of its chunks were read. `size` is in bytes.
 *
 * @see https://docs.useinvent.com/api-reference/get-content
 */
export interface KnowledgeContent extends Schema.Schema.Type<typeof knowledgeContent> {}
/** {@link KnowledgeContent} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface KnowledgeContentEncoded extends Schema.Schema.Encoded<typeof knowledgeContent> {}
/**
 * Reads {@link KnowledgeContent} from the wire and writes it back. Fails where `id` is missing; what no page documents
 * is kept.
 */
export const KnowledgeContent: Schema.Schema<KnowledgeContent, KnowledgeContentEncoded> = knowledgeContent

const knowledgeChunk = Open.struct({
  id: Schema.String,
  content_id: Open.optional(ContentId),
  char_start: Open.optional(Schema.Number),
  char_end: Open.optional(Schema.Number),
  chunk_index: Open.optional(Schema.Number),
  status: Open.optional(Open.literals(...contentStatuses)),
  error: Open.optional(Schema.String),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant)
}).annotations({ identifier: "KnowledgeChunk" })

/**
 * One chunk of a content: the characters from `char_start` to `char_end`, and how far the server is with it.
 *
 * @see https://docs.useinvent.com/api-reference/get-content-chunks
 */
export interface KnowledgeChunk extends Schema.Schema.Type<typeof knowledgeChunk> {}
/** {@link KnowledgeChunk} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface KnowledgeChunkEncoded extends Schema.Schema.Encoded<typeof knowledgeChunk> {}
/**
 * Reads {@link KnowledgeChunk} from the wire and writes it back. Fails where `id` is missing; what no page documents is
 * kept.
 */
export const KnowledgeChunk: Schema.Schema<KnowledgeChunk, KnowledgeChunkEncoded> = knowledgeChunk

const availableContent = Open.struct({
  id: ContentId,
  title: Open.optional(Schema.String),
  type: Open.optional(Open.literals(...contentTypes)),
  status: Open.optional(Open.literals(...contentStatuses)),
  /** Whether the assistant has it already. */
  linked: Open.optional(Schema.Boolean)
}).annotations({ identifier: "AvailableContent" })

/**
 * A content that an assistant can be given, and whether it has it already (`linked`).
 *
 * @see https://docs.useinvent.com/api-reference/search-available-contents
 */
export interface AvailableContent extends Schema.Schema.Type<typeof availableContent> {}
/** {@link AvailableContent} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface AvailableContentEncoded extends Schema.Schema.Encoded<typeof availableContent> {}
/**
 * Reads {@link AvailableContent} from the wire and writes it back. Fails where `id` is missing; what no page documents
 * is kept.
 */
export const AvailableContent: Schema.Schema<AvailableContent, AvailableContentEncoded> = availableContent
