/** The contract of `orgs`: the organizations below this one. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import { OrgId } from "../Ids.ts"
import { Organization } from "../Organization.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import * as RetrySafety from "./RetrySafety.ts"

/**
 * Lists the organizations below this one. A parent's key may act in each of them by its real id; `c` stays the parent.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-orgs/list-sub-organizations
 */
export const list = Endpoint.get("list", "/orgs/:org_id/orgs")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(Paging.Page)
  .addSuccess(Schema.Array(Organization))
  .pipe(RetrySafety.safe)

export const Orgs = HttpApiGroup.make("orgs").add(list)
