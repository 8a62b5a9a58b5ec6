/** The contract of `views`: how the records of a table are shown. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import * as Closed from "../schema/Closed.ts"
import { OrgId, ViewId } from "../Ids.ts"
import { View, ViewConfigChange } from "../Table/View.ts"
import * as Endpoint from "./Endpoint.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"

/** Only the keys given are changed. The page states no limits. */
export const UpdateView = Closed.struct({
  name: Closed.optional(Schema.String),
  description: Closed.optional(Schema.String),
  config: Closed.optional(ViewConfigChange),
  sort: Closed.optional(Closed.struct({ key: Closed.optional(Schema.String) })),
  filter: Closed.optional(
    Closed.struct({ key: Closed.optional(Schema.String), value: Closed.optional(Schema.Unknown) })
  ),
  show_in_sidebar: Closed.optional(Schema.Boolean),
  archived: Closed.optional(Schema.Boolean)
})

/**
 * Changes a view.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-views/update-a-view
 */
export const update = Endpoint.patch("update", "/orgs/:org_id/views/:view_id")
  .setPath(Schema.Struct({ org_id: OrgId, view_id: ViewId }))
  .setPayload(UpdateView)
  .addSuccess(View)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.idempotent)

/** How the records of a table are shown. */
export const Views = HttpApiGroup.make("views").add(update)
