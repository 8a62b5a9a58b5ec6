/**
 * The part of `assistants` that is about their actions: the tools that an assistant can use, and how each is set up.
 */
import * as Schema from "effect/Schema"
import { ActionConfigChange, AssistantAction } from "../Assistant/AssistantAction.ts"
import * as Closed from "../schema/Closed.ts"
import { ActionKind, AssistantActionId, AssistantId, ConnectionId, OrgId } from "../Ids.ts"
import * as Open from "../schema/Open.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"

const name = Closed.optional(Closed.text(64))

/** A new action: its kind, its values, and whether it is on. The page requires `enabled`, `action_id` and `config`. */
export const CreateAction = Closed.struct({
  enabled: Schema.Boolean,
  /** The kind of action. */
  action_id: ActionKind,
  config: ActionConfigChange,
  /** At most 64 characters. */
  name,
  /** At most 1024 characters here, and 2048 when the action is changed. */
  instructions: Closed.optional(Closed.text(1024)),
  connection_id: Closed.optional(ConnectionId)
})

/** Only the keys given are changed. */
export const UpdateAction = Closed.struct({
  enabled: Closed.optional(Schema.Boolean),
  /** At most 64 characters. */
  name,
  /** At most 2048 characters. */
  instructions: Closed.optional(Closed.text(2048)),
  /** Null takes the connection away, by the newest capture of the page. */
  connection_id: Closed.optional(Schema.NullOr(ConnectionId)),
  config: Closed.optional(ActionConfigChange)
})

/** At most 25 actions, and the place of each within its group. */
export const ReorderActions = Closed.struct({
  positions: Schema.Array(Closed.struct({ id: AssistantActionId, position: Schema.Number })).pipe(Schema.maxItems(25))
})

const assistant = { org_id: OrgId, assistant_id: AssistantId }
const action = { ...assistant, action_id: AssistantActionId }

/**
 * Lists the actions of an assistant.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-assistants/get-assistant-actions
 */
export const list = Endpoint.get("listActions", "/orgs/:org_id/assistants/:assistant_id/actions")
  .setPath(Schema.Struct(assistant))
  .setUrlParams(Paging.Page)
  .addSuccess(Open.list(AssistantAction))
  .annotate(Provenance, { method: "printed", path: "printed", query: "printed", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Gives an assistant an action.
 *
 * @see https://docs.useinvent.com/api-reference/create-assistant-action
 */
export const create = Endpoint.post("createAction", "/orgs/:org_id/assistants/:assistant_id/actions")
  .setPath(Schema.Struct(assistant))
  .setPayload(CreateAction)
  .addSuccess(AssistantAction)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.unsafe)

/**
 * Reads an action.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-assistants/get-assistant-action
 */
export const get = Endpoint.get("getAction", "/orgs/:org_id/assistants/:assistant_id/actions/:action_id")
  .setPath(Schema.Struct(action))
  .addSuccess(AssistantAction)
  .annotate(Provenance, { method: "printed", path: "printed", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Changes an action. Its kind stays.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-assistants/update-assistant-action
 */
export const update = Endpoint.patch("updateAction", "/orgs/:org_id/assistants/:assistant_id/actions/:action_id")
  .setPath(Schema.Struct(action))
  .setPayload(UpdateAction)
  .addSuccess(AssistantAction)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.idempotent)

/**
 * Sets the places of actions within their groups. The page prints a query for paging, odd as that is.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-assistants/reorder-assistant-actions
 */
export const reorder = Endpoint.patch("reorderActions", "/orgs/:org_id/assistants/:assistant_id/actions/reorder")
  .setPath(Schema.Struct(assistant))
  .setUrlParams(Paging.Page)
  .setPayload(ReorderActions)
  .addSuccess(Open.list(AssistantAction))
  .annotate(Provenance, { method: "printed", path: "printed", query: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.idempotent)
