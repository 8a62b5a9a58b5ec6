/** The contract of `segments`. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import * as Closed from "../schema/Closed.ts"
import { OrgId, SegmentId } from "../Ids.ts"
import * as Open from "../schema/Open.ts"
import { colors, Segment } from "../Segment.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"

/** Only the keys given are changed. */
export const UpdateSegment = Closed.struct({
  /** 1 to 128 characters. */
  name: Closed.optional(Closed.textBetween(1, 128)),
  color: Closed.optional(Schema.Literal(...colors))
})

/** Which segments to list. */
export const SegmentFilter = Closed.struct({
  /** Part of a name. */
  search: Closed.optional(Schema.String),
  /** Leaves out the segments that are columns of a board. */
  exclude_board_columns: Closed.optional(Closed.flag),
  ...Paging.fields
})

/**
 * Lists the segments of the organization, each with its boards.
 *
 * @inferred The page describes a search by name without its name; `search` is the name on other lists.
 * @see https://docs.useinvent.com/api-reference/get-segments
 */
export const list = Endpoint.get("list", "/orgs/:org_id/segments")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(SegmentFilter)
  .addSuccess(Open.list(Segment))
  .annotate(Provenance, { method: "printed", path: "printed", query: { inferred: ["search"] }, answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Renames or recolours a segment. The answer has its boards.
 *
 * @see https://docs.useinvent.com/api-reference/update-a-segment
 */
export const update = Endpoint.patch("update", "/orgs/:org_id/segments/:segment_id")
  .setPath(Schema.Struct({ org_id: OrgId, segment_id: SegmentId }))
  .setPayload(UpdateSegment)
  .addSuccess(Segment)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.idempotent)

/** Segments: named, coloured sets of contacts. */
export const Segments = HttpApiGroup.make("segments").add(list).add(update)
