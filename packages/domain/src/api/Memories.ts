/** The contract of `memories`: the summaries that an assistant keeps of a conversation. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import { ChatId, MemoryId } from "../Ids.ts"
import { Memory } from "../Chat/Memory.ts"
import * as Open from "../schema/Open.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"

/**
 * Lists the summaries of a conversation. The assistant writes one every 10 messages.
 *
 * @see https://docs.useinvent.com/api-reference/chats-memories/get-conversation-summaries
 */
export const list = Endpoint.get("list", "/chats/:chat_id/memories")
  .setPath(Schema.Struct({ chat_id: ChatId }))
  .setUrlParams(Paging.Page)
  .addSuccess(Open.list(Memory))
  .annotate(Provenance, { method: "printed", path: "printed", query: "printed", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Deletes all summaries of a conversation; its messages stay.
 *
 * @inferred The page is listed and not stored: what it answers is unknown, and not looked at.
 * @see https://docs.useinvent.com/api-reference/chats-memories/clear-conversation-summaries
 */
export const clear = Endpoint.del("clear", "/chats/:chat_id/memories")
  .setPath(Schema.Struct({ chat_id: ChatId }))
  .addSuccess(Schema.Void, { status: 200 })
  .addSuccess(Schema.Void, { status: 204 })
  .annotate(Provenance, { method: "printed", path: "printed", answer: "unknown" })
  .pipe(RetrySafety.idempotent)

/**
 * Deletes one summary.
 *
 * @inferred The page is listed and not stored: what it answers is unknown, and not looked at.
 * @see https://docs.useinvent.com/api-reference/chats-memories/delete-a-conversation-summary
 */
export const remove = Endpoint.del("remove", "/chats/:chat_id/memories/:memory_id")
  .setPath(Schema.Struct({ chat_id: ChatId, memory_id: MemoryId }))
  .addSuccess(Schema.Void, { status: 200 })
  .addSuccess(Schema.Void, { status: 204 })
  .annotate(Provenance, { method: "printed", path: "printed", answer: "unknown" })
  .pipe(RetrySafety.idempotent)

/** The summaries that an assistant writes of a conversation every 10 messages. */
export const Memories = HttpApiGroup.make("memories").add(list).add(clear).add(remove)
