/** A connection of the organization to a service outside. Beside the id, no page shows what one holds. */
import type * as Schema from "effect/Schema"
import { ConnectionId } from "./Ids.ts"
import * as Open from "./Open.ts"

const connection = Open.struct({
  id: ConnectionId
}).annotations({ identifier: "Connection" })

/** @see https://docs.useinvent.com/api-reference/getting-started/cookbook */
export interface Connection extends Schema.Schema.Type<typeof connection> {}
export interface ConnectionEncoded extends Schema.Schema.Encoded<typeof connection> {}
export const Connection: Schema.Schema<Connection, ConnectionEncoded> = connection
