/** The contract of `connections`: services outside that the organization is connected to. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import { Connection } from "../Connection.ts"
import { OrgId } from "../Ids.ts"
import * as OpenRecord from "../OpenRecord.ts"
import * as Endpoint from "./Endpoint.ts"
import { Experimental } from "./Experimental.ts"
import * as Paging from "./Paging.ts"
import * as RetrySafety from "./RetrySafety.ts"

/**
 * Lists the connections of the organization.
 *
 * @experimental Method and path are published; of what is answered only the id is known.
 * @see https://docs.useinvent.com/api-reference/getting-started/cookbook
 */
export const list = Endpoint.get("list", "/orgs/:org_id/connections")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(Paging.Page)
  .addSuccess(Schema.Array(Connection))
  .annotate(Experimental, { inferred: ["answer"], missing: "what a connection holds beside its id" })
  .pipe(RetrySafety.safe)

/**
 * Gets what can be chosen for a field of an action. A POST that reads.
 *
 * @experimental Method and path are published; neither body nor answer is visible, so any JSON object is sent and any JSON
 * received.
 * @see https://docs.useinvent.com/api-reference/get-the-options-for-an-action
 */
export const actionOptions = Endpoint.post("actionOptions", "/orgs/:org_id/connections/actions/options")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setPayload(OpenRecord.Json)
  .addSuccess(Schema.Unknown)
  .annotate(Experimental, { inferred: ["body", "answer"], missing: "the keys of the body and of the answer" })
  .pipe(RetrySafety.safe)

export const Connections = HttpApiGroup.make("connections").add(list).add(actionOptions)
