/** An action that an assistant can take: the kind of tool, how it is set up, and where it stands among the others. */
import * as Schema from "effect/Schema"
import * as Closed from "../schema/Closed.ts"
import { ActionKind, AssistantActionId, AssistantId, ConnectionId } from "../Ids.ts"
import { Instant } from "../schema/Instant.ts"
import * as Open from "../schema/Open.ts"
import * as OpenRecord from "../schema/OpenRecord.ts"

/** Which of the values at `input` are worked out anew each time, and how. */
export const Definition = Open.struct({
  path: Open.optional(Schema.String),
  definition: Open.optional(OpenRecord.Json)
})
/** One value of an action's input that is worked out anew each time. */
export type Definition = typeof Definition.Type

const actionConfig = Open.struct({
  input: Open.optional(OpenRecord.Json),
  definitions: Open.optional(Open.list(Definition))
}).annotations({ identifier: "ActionConfig" })

/** The values of an action's fields. */
export interface ActionConfig extends Schema.Schema.Type<typeof actionConfig> {}
/** {@link ActionConfig} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ActionConfigEncoded extends Schema.Schema.Encoded<typeof actionConfig> {}
/**
 * Reads {@link ActionConfig} from the wire and writes it back. Every key may be absent or null; what no page documents
 * is kept.
 */
export const ActionConfig: Schema.Schema<ActionConfig, ActionConfigEncoded> = actionConfig

/** In a request. No page documents which of its keys are required. */
export const DefinitionChange = Closed.struct({
  path: Closed.optional(Schema.String),
  definition: Closed.optional(OpenRecord.Json)
})

/** In a request: the values themselves are the kind's own, and not looked at. */
export const ActionConfigChange = Closed.struct({
  input: Closed.optional(OpenRecord.Json),
  definitions: Closed.optional(Schema.Array(DefinitionChange))
})
/** The values of an action's fields in a request. Only the keys given are sent. */
export type ActionConfigChange = typeof ActionConfigChange.Type

const assistantAction = Open.struct({
  id: AssistantActionId,
  enabled: Open.optional(Schema.Boolean),
  name: Open.optional(Schema.String),
  instructions: Open.optional(Schema.String),
  /** The kind of action. The action's own id is `id`. */
  action_id: Open.optional(ActionKind),
  assistant_id: Open.optional(AssistantId),
  connection_id: Open.optional(ConnectionId),
  config: Open.optional(ActionConfig),
  /** Its place within its group, in steps of 100. Not on older pages. */
  position: Open.optional(Schema.Number),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant)
}).annotations({ identifier: "AssistantAction" })

/**
 * An action that an assistant can take: `action_id` is its kind, `id` its own id, which the paths call `action_id`.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-assistants/get-assistant-action
 */
export interface AssistantAction extends Schema.Schema.Type<typeof assistantAction> {}
/** {@link AssistantAction} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface AssistantActionEncoded extends Schema.Schema.Encoded<typeof assistantAction> {}
/**
 * Reads {@link AssistantAction} from the wire and writes it back. Fails where `id` is missing; what no page documents
 * is kept.
 */
export const AssistantAction: Schema.Schema<AssistantAction, AssistantActionEncoded> = assistantAction
