/**
 * The contract of `broadcasts`. One path has two meanings: an older page sends a marketing broadcast to its segments,
 * the newer page a transactional one to a single contact. Which of them a server means is decided by the broadcast.
 */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import { Broadcast, broadcastStatuses, EntriesDryRun, Recipient, Recipients } from "../Broadcast.ts"
import * as Closed from "../schema/Closed.ts"
import { BroadcastId, ChannelId, ContactId, OrgId, SegmentId, TemplateId } from "../Ids.ts"
import { Instant } from "../schema/Instant.ts"
import * as Open from "../schema/Open.ts"
import * as OpenRecord from "../schema/OpenRecord.ts"
import { Blocking, unlessInBackground } from "./Blocking.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"

/** A new marketing broadcast: what it is called, when it is sent, and to which segments. Only `name` is required. */
export const CreateBroadcast = Closed.struct({
  /** 1 to 255 characters. */
  name: Closed.textBetween(1, 255),
  /** Null: at once. */
  scheduled_at: Closed.optional(Schema.NullOr(Instant)),
  /** At most 10. */
  segment_ids: Closed.optional(Schema.Array(SegmentId).pipe(Schema.maxItems(10))),
  send_to_all: Closed.optional(Schema.Boolean)
})

/**
 * To whom, from the most exact: a channel; a contact, whose channel each template infers; a phone number or an e-mail
 * address, whose contact is found or created. Beside a channel or a contact, `phone` and `email` override its own for
 * this broadcast only.
 */
export const SendTransactional = Closed.struct({
  /** Exactly this channel; the contact is not looked for, and whether the channel is available is not checked. */
  contact_channel_id: Closed.optional(ChannelId),
  /** This contact, on the channel that each template infers. */
  contact_id: Closed.optional(ContactId),
  /** At most 256 characters. */
  phone: Closed.optional(Closed.text(256)),
  /** At most 256 characters. */
  email: Closed.optional(Closed.text(256)),
  /** Overrides the contact's name for this broadcast only: at most 256 characters. */
  name: Closed.optional(Closed.text(256)),
  /** Override the stored fields; what is left out has its default. */
  variables: Closed.optional(OpenRecord.Json),
  /** Only these of the broadcast's templates. */
  template_ids: Closed.optional(Schema.Array(TemplateId)),
  /** True: queued, and the answer comes at once. False, the vendor's default: the answer comes when all was sent. */
  background: Closed.optional(Schema.Boolean)
})

/** Which broadcasts to list: all, unless a status is given. */
export const BroadcastFilter = Closed.struct({
  /** Part of a name, at most 256 characters. */
  search: Closed.optional(Closed.text(256)),
  status: Closed.optional(Schema.Literal("ALL", ...broadcastStatuses)),
  ...Paging.fields
})

/** At most 50,000 lines, each with whom it is for and the values of the broadcast's properties there. */
export const DryRunEntries = Closed.struct({
  entries: Schema.Array(
    Closed.struct({
      values: Closed.optional(OpenRecord.Json),
      user_id: Closed.optional(Schema.String),
      email: Closed.optional(Schema.String),
      phone: Closed.optional(Schema.String)
    })
  ).pipe(Schema.maxItems(50_000))
})

const broadcast = { org_id: OrgId, broadcast_id: BroadcastId }

/**
 * Lists the broadcasts of the organization, each with its counts.
 *
 * @inferred The page describes a search without its name; `search` is the name on other lists.
 * @see https://docs.useinvent.com/api-reference/get-broadcasts
 */
export const list = Endpoint.get("list", "/orgs/:org_id/broadcasts")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(BroadcastFilter)
  .addSuccess(Open.list(Broadcast))
  .annotate(Provenance, { method: "printed", path: "printed", query: { inferred: ["search"] }, answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Creates a marketing broadcast, for at most 10 segments or for everybody.
 *
 * @see https://docs.useinvent.com/api-reference/create-a-broadcast
 */
export const create = Endpoint.post("create", "/orgs/:org_id/broadcasts")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setPayload(CreateBroadcast)
  .addSuccess(Broadcast)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.unsafe)

/**
 * Sends a marketing broadcast to its segments: one that is `DRAFT`, `CANCELLED` or `FAILED`. The older meaning of the
 * path; it has no body.
 *
 * @see https://docs.useinvent.com/api-reference/send-a-broadcast
 */
export const sendMarketing = Endpoint.post("sendMarketing", "/orgs/:org_id/broadcasts/:broadcast_id/send")
  .setPath(Schema.Struct(broadcast))
  .addSuccess(Broadcast)
  .annotate(Provenance, { method: "printed", path: "printed", answer: "printed" })
  .pipe(RetrySafety.unsafe)

/**
 * Sends a transactional broadcast to one contact, on every channel that its templates reach: each that fired has a row
 * in the answer. The newer meaning of the path. Without `background: true`, it answers only when all was sent.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-broadcasts/send-a-transactional-broadcast
 */
export const sendTransactional = Endpoint.post("sendTransactional", "/orgs/:org_id/broadcasts/:broadcast_id/send")
  .setPath(Schema.Struct(broadcast))
  .setPayload(SendTransactional)
  .addSuccess(Recipients)
  .annotate(Blocking, unlessInBackground)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.unsafe)

/**
 * Lists whom a broadcast went to, a row for each contact and template, and what became of it there. Whether it was
 * opened, and whether the contact unsubscribed, is known here only.
 *
 * @inferred The page is cut before its query: paging is as on other lists.
 * @see https://docs.useinvent.com/api-reference/get-broadcast-recipients
 */
export const listRecipients = Endpoint.get("listRecipients", "/orgs/:org_id/broadcasts/:broadcast_id/recipients")
  .setPath(Schema.Struct(broadcast))
  .setUrlParams(Paging.Page)
  .addSuccess(Open.list(Recipient))
  .annotate(Provenance, { method: "printed", path: "printed", query: "inferred", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Says which lines of imported values a broadcast would take. That it writes nothing is inferred from its title; the
 * import itself has no page.
 *
 * @see https://docs.useinvent.com/api-reference/dry-run-update-broadcast-property-entries
 */
export const dryRunEntries = Endpoint.patch(
  "dryRunEntries",
  "/orgs/:org_id/broadcasts/:broadcast_id/properties/entries/dry"
)
  .setPath(Schema.Struct(broadcast))
  .setPayload(DryRunEntries)
  .addSuccess(EntriesDryRun)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.idempotent)

/**
 * Broadcasts: marketing messages to segments, transactional messages to one contact, and their recipients.
 *
 * This group has one endpoint for each method and path, as a router and an OpenAPI document require it.
 */
export const Broadcasts = HttpApiGroup.make("broadcasts")
  .add(list)
  .add(create)
  .add(sendTransactional)
  .add(listRecipients)
  .add(dryRunEntries)

/** As {@link Broadcasts}, with `sendMarketing`: the older meaning of a path that has two. A client can ask for both. */
export const WithMarketing = Broadcasts.add(sendMarketing)
