/** The tools and features that a model could use when it wrote a message. */
import * as Schema from "effect/Schema"
import * as Closed from "./Closed.ts"
import { ConnectionId } from "./Ids.ts"
import * as Open from "./Open.ts"
import * as OpenRecord from "./OpenRecord.ts"

/** Spelt and typed alike in requests and in answers. `validation` is on newer pages, `connection_id` on older ones. */
const keys = {
  name: Schema.String,
  display_name: Schema.String,
  action_name: Schema.String,
  description: Schema.String,
  icon: Schema.String,
  icon_url: Schema.String,
  connection_id: ConnectionId,
  parameters: OpenRecord.Json,
  enabled_by_default: Schema.Boolean,
  callback: Schema.String,
  validation: Schema.String
}

const tool = Open.struct(Open.optionals(keys)).annotations({ identifier: "Tool" })

export interface Tool extends Schema.Schema.Type<typeof tool> {}
export interface ToolEncoded extends Schema.Schema.Encoded<typeof tool> {}
export const Tool: Schema.Schema<Tool, ToolEncoded> = tool

/** A tool in a request: a misspelt key is refused. */
export const ToolChange = Closed.struct(Closed.optionals(keys))
export type ToolChange = typeof ToolChange.Type

export const Features = Open.struct({
  web_search: Open.optional(OpenRecord.Json),
  reasoning: Open.optional(Open.struct({ effort: Open.optional(Open.literals("low")) }))
})
export type Features = typeof Features.Type
