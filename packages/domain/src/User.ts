/** A user: a human of the organization's staff, as others see them. */
import * as Schema from "effect/Schema"
import { UserId } from "./Ids.ts"
import { Instant } from "./schema/Instant.ts"
import * as Open from "./schema/Open.ts"

const user = Open.struct({
  id: Open.optional(UserId),
  name: Open.optional(Schema.String),
  email: Open.optional(Schema.String),
  avatar: Open.optional(Schema.String),
  seen_at: Open.optional(Instant)
}).annotations({ identifier: "User" })

/** A human of the organization's staff, as others see them. `seen_at` is presumably when they were last there. */
export interface User extends Schema.Schema.Type<typeof user> {}
/** {@link User} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface UserEncoded extends Schema.Schema.Encoded<typeof user> {}
/**
 * Reads {@link User} from the wire and writes it back. Every key may be absent or null; what no page documents is kept.
 */
export const User: Schema.Schema<User, UserEncoded> = user
