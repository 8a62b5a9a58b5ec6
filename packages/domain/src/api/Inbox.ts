/** The contract of `inbox`: the chats of all channels and assistants in one list, and what happens to them. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import { Chat } from "../Chat.ts"
import * as Closed from "../schema/Closed.ts"
import { OrgId } from "../Ids.ts"
import { InboxEvent } from "../Chat/InboxEvent.ts"
import { integrations } from "../Integration.ts"
import * as Open from "../schema/Open.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"
import * as WebSocket from "./WebSocket.ts"

/** Which chats of the inbox to list. Of the keys, public code uses `integration_id` and `take`; no page names any. */
export const InboxFilter = Closed.struct({
  /** Only the chats of this kind of channel. */
  integration_id: Closed.optional(Schema.Literal(...integrations)),
  ...Paging.fields
})

/**
 * Lists the chats of the inbox, each with its members, state and last message. Their order is undocumented.
 *
 * @experimental There is no page: the path, `integration_id` and `take` are what public code uses; `page` is inferred
 * from other lists.
 * @inferred The query is what public code uses, and the answer what public code reads.
 * @see https://docs.useinvent.com/guides/inbox
 */
export const list = Endpoint.get("list", "/orgs/:org_id/inbox")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(InboxFilter)
  .addSuccess(Open.list(Chat))
  .annotate(Provenance, { method: "inferred", path: "inferred", query: "inferred", answer: "inferred" })
  .pipe(RetrySafety.safe)

/**
 * What happens in the inbox, as a WebSocket: each frame carries a whole chat. Which types a frame can have, pings,
 * order and resumption are undocumented.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-inbox/chat-org-inbox-websocket
 */
export const events = Endpoint.get("events", "/orgs/:org_id/inbox/ws")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .addSuccess(InboxEvent)
  .annotate(Provenance, { method: "printed", path: "printed", answer: "printed" })
  .pipe(RetrySafety.safe, WebSocket.mark)

/** The inbox: the chats of all channels and assistants in one list. */
export const Inbox = HttpApiGroup.make("inbox").add(list).add(events)
