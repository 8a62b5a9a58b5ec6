/** The contract of `segments`. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import * as Closed from "../Closed.ts"
import { OrgId, SegmentId } from "../Ids.ts"
import { colors, Segment } from "../Segment.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import * as RetrySafety from "./RetrySafety.ts"

/** Only the keys given are changed. */
export const UpdateSegment = Closed.struct({
  name: Closed.optional(Schema.String),
  color: Closed.optional(Schema.Literal(...colors))
})

/**
 * Lists the segments of the organization.
 *
 * @see https://docs.useinvent.com/api-reference/get-segments
 */
export const list = Endpoint.get("list", "/orgs/:org_id/segments")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(Paging.Page)
  .addSuccess(Schema.Array(Segment))
  .pipe(RetrySafety.safe)

/**
 * Renames or recolours a segment.
 *
 * @see https://docs.useinvent.com/api-reference/update-a-segment
 */
export const update = Endpoint.patch("update", "/orgs/:org_id/segments/:segment_id")
  .setPath(Schema.Struct({ org_id: OrgId, segment_id: SegmentId }))
  .setPayload(UpdateSegment)
  .addSuccess(Segment)
  .pipe(RetrySafety.idempotent)

export const Segments = HttpApiGroup.make("segments").add(list).add(update)
