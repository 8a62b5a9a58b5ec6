/** The contract of `connections`: services outside that the organization is connected to. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import { DefinitionChange } from "../Assistant/AssistantAction.ts"
import * as Closed from "../schema/Closed.ts"
import { ActionOption, Connection } from "../Connection.ts"
import { ActionKind, ConnectionId, OrgId } from "../Ids.ts"
import * as Open from "../schema/Open.ts"
import * as OpenRecord from "../schema/OpenRecord.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"

/** Which of the options to list. */
export const OptionFilter = Closed.struct({
  /** Part of a label. */
  search: Closed.optional(Schema.String),
  /** The option with this value. */
  value: Closed.optional(Schema.String),
  /** The options with these values. */
  values: Closed.optional(Schema.Array(Schema.String)),
  ...Paging.fields
})

/** The action, and the values of its fields so far. Only `action_id` is required. */
export const ActionOptions = Closed.struct({
  /** The kind of action. */
  action_id: ActionKind,
  connection_id: Closed.optional(ConnectionId),
  /** The values of the action's fields so far. */
  input: Closed.optional(OpenRecord.Json),
  resource_id: Closed.optional(Schema.String),
  definitions: Closed.optional(Schema.Array(DefinitionChange))
})

/**
 * Lists the connections of the organization.
 *
 * @inferred The cookbook shows the request with `page` and `take`; `next` is as on other lists, and of the answer only
 * the id can be assumed.
 * @see https://docs.useinvent.com/api-reference/getting-started/cookbook
 */
export const list = Endpoint.get("list", "/orgs/:org_id/connections")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(Paging.Page)
  .addSuccess(Open.list(Connection))
  .annotate(Provenance, { method: "printed", path: "printed", query: { inferred: ["next"] }, answer: "unknown" })
  .pipe(RetrySafety.safe)

/**
 * Gets what can be chosen for a field of an action. A POST that reads. Which key names the field is not stated:
 * `resource_id` or the path of a definition.
 *
 * @inferred The page describes a search without its name; `search` is the name on other lists.
 * @see https://docs.useinvent.com/api-reference/get-the-options-for-an-action
 */
export const actionOptions = Endpoint.post("actionOptions", "/orgs/:org_id/connections/actions/options")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(OptionFilter)
  .setPayload(ActionOptions)
  .addSuccess(Open.list(ActionOption))
  .annotate(Provenance, {
    method: "printed",
    path: "printed",
    query: { inferred: ["search"] },
    body: "printed",
    answer: "printed"
  })
  .pipe(RetrySafety.safe)

/** Services outside that the organization is connected to, and the values that the fields of their actions can have. */
export const Connections = HttpApiGroup.make("connections").add(list).add(actionOptions)
