/** What assistants can look up: texts, cut into chunks at once, and websites, of which nothing is read. */
import type { ContentFilter, CreateContent, UpdateContentUrl } from "@effect-invent/domain/api/Knowledge"
import type { AssistantId, ContentId } from "@effect-invent/domain/Ids"
import type {
  AvailableContent,
  KnowledgeChunk,
  KnowledgeContent
} from "@effect-invent/domain/Assistant/KnowledgeContent"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { flow } from "effect/Function"
import { badRequest } from "../Refusal.ts"
import type { Core } from "./Core.ts"
import { given } from "./Given.ts"
import * as Pages from "./Pages.ts"
import type * as Records from "./Records.ts"

/** Characters of a chunk. How the vendor cuts is on no page. */
const chunkLength = 1000

const encoder = new TextEncoder()

const typeOf = ({ text }: Records.Content) => (text === null ? "URL" : "TEXT")

const chunksOf = ({ created_at, id, status, text, updated_at }: Records.Content): ReadonlyArray<KnowledgeChunk> =>
  Array.from({ length: Math.ceil((text ?? "").length / chunkLength) }, (_, chunk_index) => ({
    id: `chunk_${chunk_index}_of_${id}`,
    content_id: id,
    char_start: chunk_index * chunkLength,
    char_end: Math.min((chunk_index + 1) * chunkLength, (text ?? "").length),
    chunk_index,
    status,
    error: null,
    created_at,
    updated_at
  }))

const show = (record: Records.Content): KnowledgeContent => {
  const type = typeOf(record)
  const chunks = chunksOf(record).length
  return {
    id: record.id,
    title: record.title,
    type,
    content: { type, ...(record.text === null ? {} : { text: record.text }) },
    size: encoder.encode(record.text ?? "").length,
    chunks_processed: chunks,
    chunks_count: chunks,
    error: null,
    status: record.status,
    created_at: record.created_at,
    updated_at: record.updated_at
  }
}

/** As it is answered when it is created or its paths are changed. */
const showParent = (record: Records.Content): KnowledgeContent => ({
  ...show(record),
  parent_content_id: null,
  children: []
})

const matches =
  ({ search = "", status = "ALL", type = "ALL" }: typeof ContentFilter.Type) =>
  (content: Records.Content) =>
    content.title.toLowerCase().includes(search.toLowerCase()) &&
    (status === "ALL" || content.status === status) &&
    (type === "ALL" || typeOf(content) === type)

/** Makes what the API does with contents. A text is processed at once; a website is never read. */
export const make = ({ atomic, store }: Core) => {
  /** Part of a change. */
  const add = (at: DateTime.Utc, title: string, text: string | null) => {
    const content: Records.Content = {
      id: store.ids.content(),
      title,
      text,
      status: "PROCESSED",
      assistant_ids: [],
      exclude_path_patterns: [],
      include_path_patterns: [],
      created_at: at,
      updated_at: at
    }
    store.contents.set(content.id, content)
    return content
  }

  const create = Effect.fnUntraced(function* ({ content, title = "" }: typeof CreateContent.Type) {
    return showParent(add(yield* DateTime.now, title, content.text))
  }, atomic)

  const get = flow(
    (id: ContentId) => Effect.map(store.findContent(id), (content) => ({ ...show(content), text: content.text })),
    atomic
  )

  const updateUrl = Effect.fnUntraced(function* (id: ContentId, payload: typeof UpdateContentUrl.Type) {
    const content = yield* store.findContent(id)
    if (content.text !== null) return yield* badRequest(`Content ${id} is not a website`)
    Object.assign(content, given(payload), { updated_at: yield* DateTime.now })
    return showParent(content)
  }, atomic)

  const listChunks = Effect.fnUntraced(function* (
    id: ContentId,
    { status = "ALL", ...query }: Pages.PageQuery & Pick<typeof ContentFilter.Type, "status">
  ) {
    const chunks = chunksOf(yield* store.findContent(id)).filter((chunk) => status === "ALL" || chunk.status === status)
    return Pages.page(chunks, query, (chunk) => chunk)
  }, atomic)

  const listOfAssistant = Effect.fnUntraced(function* (id: AssistantId, filter: typeof ContentFilter.Type) {
    yield* store.findAssistant(id)
    const linked = [...store.contents.values()].filter(({ assistant_ids }) => assistant_ids.includes(id))
    return Pages.page(linked.filter(matches(filter)), filter, show)
  }, atomic)

  const listAvailable = Effect.fnUntraced(function* (id: AssistantId, filter: typeof ContentFilter.Type) {
    yield* store.findAssistant(id)
    return Pages.page([...store.contents.values()].filter(matches(filter)), filter, (content): AvailableContent => ({
      id: content.id,
      title: content.title,
      type: typeOf(content),
      status: content.status,
      linked: content.assistant_ids.includes(id)
    }))
  }, atomic)

  /** A website, which only the dashboard can add; an assistant can look it up where one is named. */
  const addWebsite = Effect.fnUntraced(function* (title: string) {
    return add(yield* DateTime.now, title, null).id
  }, atomic)

  /** The assistant can look the content up from now on. */
  const linkContent = Effect.fnUntraced(function* (id: ContentId, assistantId: AssistantId) {
    const content = yield* store.findContent(id)
    content.assistant_ids = [...new Set([...content.assistant_ids, assistantId])]
  }, atomic)

  return { create, get, updateUrl, listChunks, listOfAssistant, listAvailable, addWebsite, linkContent }
}
