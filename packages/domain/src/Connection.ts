/** A connection of the organization to a service outside, and what can be chosen for the fields of its actions. */
import * as Schema from "effect/Schema"
import { ConnectionId } from "./Ids.ts"
import * as Open from "./schema/Open.ts"

const connection = Open.struct({
  id: ConnectionId
}).annotations({ identifier: "Connection" })

/**
 * Beside the id, no page shows what one holds.
 *
 * @see https://docs.useinvent.com/api-reference/getting-started/cookbook
 */
export interface Connection extends Schema.Schema.Type<typeof connection> {}
/** {@link Connection} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ConnectionEncoded extends Schema.Schema.Encoded<typeof connection> {}
/**
 * Reads {@link Connection} from the wire and writes it back. Fails where `id` is missing; what no page documents is
 * kept.
 */
export const Connection: Schema.Schema<Connection, ConnectionEncoded> = connection

const actionOption = Open.struct({
  label: Open.optional(Schema.String),
  /** What to set the field to. */
  value: Open.optional(Schema.String),
  description: Open.optional(Schema.String),
  /** One of a list of which the page shows only the beginning. */
  icon: Open.optional(Schema.String),
  icon_url: Open.optional(Schema.String),
  metadata: Open.optional(Open.tolerant(Open.struct({ link: Open.optional(Schema.String) })))
}).annotations({ identifier: "ActionOption" })

/**
 * A value that can be chosen for a field of an action, with its label.
 *
 * @see https://docs.useinvent.com/api-reference/get-the-options-for-an-action
 */
export interface ActionOption extends Schema.Schema.Type<typeof actionOption> {}
/** {@link ActionOption} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ActionOptionEncoded extends Schema.Schema.Encoded<typeof actionOption> {}
/**
 * Reads {@link ActionOption} from the wire and writes it back. Every key may be absent or null; what no page documents
 * is kept.
 */
export const ActionOption: Schema.Schema<ActionOption, ActionOptionEncoded> = actionOption
