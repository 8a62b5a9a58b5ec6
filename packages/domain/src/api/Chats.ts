/** The contract of `chats`: the chats of an organization, by older pages of the vendor's. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import { Chat } from "../Chat.ts"
import * as Closed from "../schema/Closed.ts"
import { ChatId, OrgId } from "../Ids.ts"
import { InboxEvent } from "../Chat/InboxEvent.ts"
import * as Open from "../schema/Open.ts"
import { ToolChange } from "../Chat/Tool.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"
import * as WebSocket from "./WebSocket.ts"

/** Only the keys given are changed. The page states no limits. */
export const UpdateChat = Closed.struct({
  title: Closed.optional(Schema.String),
  model: Closed.optional(Schema.String),
  visibility: Closed.optional(Schema.Literal("PRIVATE", "PUBLIC_READ", "PUBLIC_WRITE")),
  pinned: Closed.optional(Schema.Boolean),
  tools: Closed.optional(Schema.Array(ToolChange))
})

/**
 * Lists the chats of the organization. An old page, with old names for a channel's keys; `inbox.list` is what is used.
 *
 * @inferred The page is cut before its query: paging is as on other lists.
 * @see https://docs.useinvent.com/api-reference/get-org-chats
 */
export const list = Endpoint.get("list", "/orgs/:org_id/chats")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(Paging.Page)
  .addSuccess(Open.list(Chat))
  .annotate(Provenance, { method: "printed", path: "printed", query: "inferred", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Changes a chat's title, model, visibility, pin or tools. Its inbox state is changed by `state.update`.
 *
 * @see https://docs.useinvent.com/api-reference/update-chat
 */
export const update = Endpoint.patch("update", "/chats/:chat_id")
  .setPath(Schema.Struct({ chat_id: ChatId }))
  .setPayload(UpdateChat)
  .addSuccess(Chat)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.idempotent)

/**
 * The events of the organization's chats, as a WebSocket. An old page; `inbox.events` is the newer.
 *
 * @see https://docs.useinvent.com/api-reference/chat-org-websocket
 */
export const events = Endpoint.get("events", "/orgs/:org_id/chats/ws")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .addSuccess(InboxEvent)
  .annotate(Provenance, { method: "printed", path: "printed", answer: "printed" })
  .pipe(RetrySafety.safe, WebSocket.mark)

/** The chats of the organization by older pages of the vendor's: their title, model, visibility, pin and tools. */
export const Chats = HttpApiGroup.make("chats").add(list).add(update).add(events)
