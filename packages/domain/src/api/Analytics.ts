/** The contract of `analytics`: what is counted of the whole organization. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import { ContactGrowth, Dashboard } from "../Organization/Analytics.ts"
import * as Closed from "../schema/Closed.ts"
import { OrgId } from "../Ids.ts"
import { Instant } from "../schema/Instant.ts"
import * as Open from "../schema/Open.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"

/** The days to count, and how they are put together. What is counted without dates is not stated. */
export const GrowthFilter = Closed.struct({
  from_date: Closed.optional(Instant),
  to_date: Closed.optional(Instant),
  /** `day` when left out. */
  interval: Closed.optional(Schema.Literal("day", "week", "month")),
  /** The IANA time zone in which a day begins. */
  timezone: Closed.optional(Schema.String),
  ...Paging.fields
})

/**
 * Counts contacts, messages and conversations, of all time.
 *
 * @see https://docs.useinvent.com/api-reference/get-org-dashboard-analytics
 */
export const dashboard = Endpoint.get("dashboard", "/orgs/:org_id/analytics/dashboard")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .addSuccess(Dashboard)
  .annotate(Provenance, { method: "printed", path: "printed", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Counts the contacts of each day, week or month: how many came, how many unsubscribed or were blocked, and all of
 * them.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-analytics/get-contact-growth
 */
export const listContactGrowth = Endpoint.get("listContactGrowth", "/orgs/:org_id/analytics/contacts/growth")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(GrowthFilter)
  .addSuccess(Open.list(ContactGrowth))
  .annotate(Provenance, { method: "printed", path: "printed", query: "printed", answer: "printed" })
  .pipe(RetrySafety.safe)

/** Counts of the whole organization: contacts, messages and conversations, and how the contacts grow. */
export const Analytics = HttpApiGroup.make("analytics").add(dashboard).add(listContactGrowth)
