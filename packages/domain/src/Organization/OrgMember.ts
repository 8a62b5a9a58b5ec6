/** A member of an organization: a user, with a role there. */
import * as Schema from "effect/Schema"
import { OrgId, OrgMemberId, UserId } from "../Ids.ts"
import { Instant } from "../schema/Instant.ts"
import * as Open from "../schema/Open.ts"

const orgMember = Open.struct({
  /** What `state.assign` takes. */
  id: Open.optional(OrgMemberId),
  name: Open.optional(Schema.String),
  email: Open.optional(Schema.String),
  avatar: Open.optional(Schema.String),
  role: Open.optional(Open.literals("ADMIN")),
  status: Open.optional(Open.literals("ACTIVE")),
  org_id: Open.optional(OrgId),
  user_id: Open.optional(UserId),
  preferences: Open.optional(
    Open.tolerant(
      Open.struct({
        notifications: Open.optional(
          Open.struct({
            assigned_to_me: Open.optional(
              Open.struct({ enabled: Open.optional(Schema.Boolean), notified_at: Open.optional(Instant) })
            )
          })
        )
      })
    )
  ),
  created_at: Open.optional(Instant),
  updated_at: Open.optional(Instant),
  seen_at: Open.optional(Instant)
}).annotations({ identifier: "OrgMember" })

/**
 * The members of an organization below this one are the only published source of their ids.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-orgs/list-sub-organizations
 */
export interface OrgMember extends Schema.Schema.Type<typeof orgMember> {}
/** {@link OrgMember} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface OrgMemberEncoded extends Schema.Schema.Encoded<typeof orgMember> {}
/**
 * Reads {@link OrgMember} from the wire and writes it back. Every key may be absent or null; what no page documents is
 * kept.
 */
export const OrgMember: Schema.Schema<OrgMember, OrgMemberEncoded> = orgMember
