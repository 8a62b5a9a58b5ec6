/** The tools and features that a model could use when it wrote a message. */
import * as Schema from "effect/Schema"
import { ConnectionId } from "./Ids.ts"
import * as Open from "./Open.ts"

const tool = Open.struct({
  name: Open.optional(Schema.String),
  display_name: Open.optional(Schema.String),
  action_name: Open.optional(Schema.String),
  description: Open.optional(Schema.String),
  icon: Open.optional(Schema.String),
  icon_url: Open.optional(Schema.String),
  connection_id: Open.optional(ConnectionId),
  parameters: Open.optional(Schema.Unknown),
  enabled_by_default: Open.optional(Schema.Boolean),
  callback: Open.optional(Schema.String),
  validation: Open.optional(Schema.String)
}).annotations({ identifier: "Tool" })

export interface Tool extends Schema.Schema.Type<typeof tool> {}
export interface ToolEncoded extends Schema.Schema.Encoded<typeof tool> {}
export const Tool: Schema.Schema<Tool, ToolEncoded> = tool

export const Features = Open.struct({
  web_search: Open.optional(Schema.Unknown),
  reasoning: Open.optional(Open.struct({ effort: Open.optional(Open.literals("low")) }))
})
export type Features = typeof Features.Type
