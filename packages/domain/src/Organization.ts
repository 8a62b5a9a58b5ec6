/** An organization (workspace), as its parent sees it. */
import * as Schema from "effect/Schema"
import { OrgId } from "./Ids.ts"
import * as Open from "./Open.ts"

const organization = Open.struct({
  id: OrgId,
  name: Open.optional(Schema.String),
  plan: Open.optional(Open.literals("free"))
}).annotations({ identifier: "Organization" })

/** @see https://docs.useinvent.com/api-reference/orgs-orgs/list-sub-organizations */
export interface Organization extends Schema.Schema.Type<typeof organization> {}
export interface OrganizationEncoded extends Schema.Schema.Encoded<typeof organization> {}
export const Organization: Schema.Schema<Organization, OrganizationEncoded> = organization
