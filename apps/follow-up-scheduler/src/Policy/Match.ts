/**
 * Which chats a policy is for, by what the API gives about a chat. Each key that is given must hold, by any of its
 * values.
 */
import * as Schema from "effect/Schema"
import { Channel } from "./Step.ts"

const Ids = Schema.NonEmptyArray(Schema.NonEmptyTrimmedString)

/** An ISO 3166 country in two capital letters, as the API gives it. */
export const Country = Schema.String.pipe(
  Schema.pattern(/^[A-Z]{2}$/, { identifier: "Country", message: () => "Expected a country such as PT" })
)

/**
 * Which chats a policy is for. The API has no tags; segments label contacts, and referrals say where a chat came from.
 */
export const Match = Schema.Struct({
  orgs: Schema.optional(
    Ids.annotations({ description: "Ids of organizations, of those that --org or FOLLOW_UPS_ORGS names." })
  ),
  assistants: Schema.optional(Ids),
  channels: Schema.optional(Schema.NonEmptyArray(Channel)),
  segments: Schema.optional(Ids.annotations({ description: "Ids of segments of the contact." })),
  countries: Schema.optional(Schema.NonEmptyArray(Country)),
  languages: Schema.optional(Ids.annotations({ description: "The contact's language, as the channel tells it." })),
  admins: Schema.optional(
    Schema.Literal(true).annotations({
      description: "Only contacts who are is_admin. Without it, none of them is followed up."
    })
  ),
  referrals: Schema.optional(
    Ids.annotations({ description: "Where the chat came from: types of referral, for example messenger_ad." })
  )
}).annotations({ description: "Which chats the policy is for: each key given must hold, by any of its values." })
/**
 * Each key that is given must hold, by any of its values. With no key the policy is for every chat that `Audience` does
 * not exclude.
 */
export type Match = typeof Match.Type
