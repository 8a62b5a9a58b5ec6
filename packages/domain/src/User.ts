/** A user: a human of the organization's staff, as others see them. */
import * as Schema from "effect/Schema"
import { UserId } from "./Ids.ts"
import { Instant } from "./Instant.ts"
import * as Open from "./Open.ts"

const user = Open.struct({
  id: Open.optional(UserId),
  name: Open.optional(Schema.String),
  email: Open.optional(Schema.String),
  avatar: Open.optional(Schema.String),
  seen_at: Open.optional(Instant)
}).annotations({ identifier: "User" })

export interface User extends Schema.Schema.Type<typeof user> {}
export interface UserEncoded extends Schema.Schema.Encoded<typeof user> {}
export const User: Schema.Schema<User, UserEncoded> = user
