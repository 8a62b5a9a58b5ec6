/** The tools and features that a model could use when it wrote a message. */
import * as Schema from "effect/Schema"
import * as Closed from "../schema/Closed.ts"
import { ConnectionId } from "../Ids.ts"
import * as Open from "../schema/Open.ts"
import * as OpenRecord from "../schema/OpenRecord.ts"

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

/** A tool that a model could use when it wrote a message. What `callback` means is stated on no page. */
export interface Tool extends Schema.Schema.Type<typeof tool> {}
/** {@link Tool} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ToolEncoded extends Schema.Schema.Encoded<typeof tool> {}
/**
 * Reads {@link Tool} from the wire and writes it back. Every key may be absent or null; what no page documents is kept.
 */
export const Tool: Schema.Schema<Tool, ToolEncoded> = tool

/** A tool in a request: a misspelt key is refused. */
export const ToolChange = Closed.struct(Closed.optionals(keys))
/** A tool in a request. Which of its keys are required is stated on no page. */
export type ToolChange = typeof ToolChange.Type

/** Reads and writes which features of the model were on. Of `reasoning.effort` the pages show the value `low` alone. */
export const Features = Open.struct({
  web_search: Open.optional(OpenRecord.Json),
  reasoning: Open.optional(Open.struct({ effort: Open.optional(Open.literals("low")) }))
})
/** Which features of the model were on: a search of the web, and how much it reasons. */
export type Features = typeof Features.Type
