/**
 * The contract of `knowledge`: what assistants can look up, and which of it an assistant has. All its pages are old.
 */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import * as Closed from "../schema/Closed.ts"
import { AssistantId, ContentId, OrgId } from "../Ids.ts"
import {
  AvailableContent,
  contentStatuses,
  contentTypes,
  KnowledgeChunk,
  KnowledgeContent
} from "../Assistant/KnowledgeContent.ts"
import * as Open from "../schema/Open.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"

/** A text. How a file or a website is given is printed on no page. */
export const CreateContent = Closed.struct({
  /** At most 2,097,152 characters. */
  content: Closed.struct({ type: Schema.Literal("TEXT"), text: Closed.text(2_097_152) }),
  /** 1 to 255 characters. The page calls only the content required. */
  title: Closed.optional(Closed.textBetween(1, 255))
})

/** At most 256 patterns of 2048 characters, such as `/docs/*`. */
const patterns = Closed.optional(Schema.Array(Closed.text(2048)).pipe(Schema.maxItems(256)))

/** Which paths of a website are read. */
export const UpdateContentUrl = Closed.struct({ exclude_path_patterns: patterns, include_path_patterns: patterns })

const status = Closed.optional(Schema.Literal("ALL", ...contentStatuses))

/** Which chunks to list: all, unless a status is given. */
export const ChunkFilter = Closed.struct({ status, ...Paging.fields })

/** Which contents to list: all, unless a type or a status is given. */
export const ContentFilter = Closed.struct({
  /** Part of a title, at most 256 characters. */
  search: Closed.optional(Closed.text(256)),
  type: Closed.optional(Schema.Literal("ALL", ...contentTypes)),
  status,
  ...Paging.fields
})

const content = { org_id: OrgId, content_id: ContentId }
const assistant = { org_id: OrgId, assistant_id: AssistantId }

/**
 * Adds a text that assistants can look up.
 *
 * @see https://docs.useinvent.com/api-reference/create-content
 */
export const create = Endpoint.post("create", "/orgs/:org_id/knowledge/contents")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setPayload(CreateContent)
  .addSuccess(KnowledgeContent)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.unsafe)

/**
 * Reads a content, with its text where it has one.
 *
 * @see https://docs.useinvent.com/api-reference/get-content
 */
export const get = Endpoint.get("get", "/orgs/:org_id/knowledge/contents/:content_id")
  .setPath(Schema.Struct(content))
  .addSuccess(KnowledgeContent)
  .annotate(Provenance, { method: "printed", path: "printed", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Says which paths of a website are read.
 *
 * @see https://docs.useinvent.com/api-reference/patch-orgs-knowledgecontents-url
 */
export const updateUrl = Endpoint.patch("updateUrl", "/orgs/:org_id/knowledge/contents/:content_id/url")
  .setPath(Schema.Struct(content))
  .setPayload(UpdateContentUrl)
  .addSuccess(KnowledgeContent)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.idempotent)

/**
 * Lists the chunks that a content was cut into.
 *
 * @see https://docs.useinvent.com/api-reference/get-content-chunks
 */
export const listChunks = Endpoint.get("listChunks", "/orgs/:org_id/knowledge/contents/:content_id/chunks")
  .setPath(Schema.Struct(content))
  .setUrlParams(ChunkFilter)
  .addSuccess(Open.list(KnowledgeChunk))
  .annotate(Provenance, { method: "printed", path: "printed", query: "printed", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Lists what an assistant can look up.
 *
 * @inferred The page describes a search without its name; `search` is the name on other lists.
 * @see https://docs.useinvent.com/api-reference/get-contents-1
 */
export const listOfAssistant = Endpoint.get(
  "listOfAssistant",
  "/orgs/:org_id/assistants/:assistant_id/knowledge/contents"
)
  .setPath(Schema.Struct(assistant))
  .setUrlParams(ContentFilter)
  .addSuccess(Open.list(KnowledgeContent))
  .annotate(Provenance, { method: "printed", path: "printed", query: { inferred: ["search"] }, answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Lists what an assistant could look up, and whether it can already.
 *
 * @inferred The page describes a search without its name; `search` is the name on other lists.
 * @see https://docs.useinvent.com/api-reference/search-available-contents
 */
export const listAvailable = Endpoint.get(
  "listAvailable",
  "/orgs/:org_id/assistants/:assistant_id/knowledge/contents/search"
)
  .setPath(Schema.Struct(assistant))
  .setUrlParams(ContentFilter)
  .addSuccess(Open.list(AvailableContent))
  .annotate(Provenance, { method: "printed", path: "printed", query: { inferred: ["search"] }, answer: "printed" })
  .pipe(RetrySafety.safe)

/** What assistants can look up: texts, files and websites, their chunks, and which of them an assistant has. */
export const Knowledge = HttpApiGroup.make("knowledge")
  .add(create)
  .add(get)
  .add(updateUrl)
  .add(listChunks)
  .add(listOfAssistant)
  .add(listAvailable)
