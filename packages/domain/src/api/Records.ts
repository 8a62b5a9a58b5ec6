/** The contract of `records`: what happened to a record of a table. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import { OrgId, RecordId } from "../Ids.ts"
import * as Open from "../schema/Open.ts"
import { RecordActivity } from "../Table/RecordActivity.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"

/**
 * Lists what happened to a record.
 *
 * @inferred The page is cut before its query: paging is as on other lists.
 * @see https://docs.useinvent.com/api-reference/orgs-records/list-record-activities
 */
export const listActivities = Endpoint.get("listActivities", "/orgs/:org_id/records/:record_id/activities")
  .setPath(Schema.Struct({ org_id: OrgId, record_id: RecordId }))
  .setUrlParams(Paging.Page)
  .addSuccess(Open.list(RecordActivity))
  .annotate(Provenance, { method: "printed", path: "printed", query: "inferred", answer: "printed" })
  .pipe(RetrySafety.safe)

/** What happened to a record of a table. */
export const Records = HttpApiGroup.make("records").add(listActivities)
