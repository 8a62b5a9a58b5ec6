/** The contract of `orgs`: the organizations below this one. */
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as Schema from "effect/Schema"
import * as Closed from "../schema/Closed.ts"
import { FileId, OrgId } from "../Ids.ts"
import { Instant } from "../schema/Instant.ts"
import * as Open from "../schema/Open.ts"
import * as OpenRecord from "../schema/OpenRecord.ts"
import { meters, Organization, OrgUsage } from "../Organization.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Paging from "./Paging.ts"
import { Provenance } from "./Provenance.ts"
import * as RetrySafety from "./RetrySafety.ts"

const flag = Closed.optional(Schema.Boolean)

const features = Closed.struct({ allow_overdraft: flag, workflows: flag, broadcasts: flag, enable_japifon: flag })

/** What the dashboard asks for; the page names nothing. */
export const CreateOrg = Closed.struct({
  name: Closed.optional(Schema.String),
  features: Closed.optional(features)
})

/** Only the keys given are changed, at any depth of `config`. */
export const UpdateOrg = Closed.struct({
  /** 2 to 64 characters. */
  name: Closed.optional(Closed.textBetween(2, 64)),
  config: Closed.optional(
    Closed.struct({
      email: Closed.optional(Schema.String),
      address: Closed.optional(Schema.String),
      terms_url: Closed.optional(Schema.String),
      privacy_url: Closed.optional(Schema.String),
      access: Closed.optional(
        Closed.struct({
          session_ttl_seconds: Closed.optional(Schema.Number),
          allow_google: flag,
          allow_microsoft: flag,
          allow_email_code: flag,
          allow_invites: flag
        })
      ),
      /** Which modules are shown; the page is cut in the list of their names. */
      modules: Closed.optional(OpenRecord.record(Schema.Boolean))
    })
  ),
  /** The id of a file; null clears. */
  logo_id: Closed.optional(Schema.NullOr(FileId)),
  /** Effective by the older page, ignored by the newer. */
  features: Closed.optional(features)
})

/** Only the keys given are changed. */
export const UpdateBilling = Closed.struct({
  auto_recharge: Closed.optional(
    Closed.struct({
      enabled: flag,
      recharge_threshold: Closed.optional(Schema.Number),
      recharge_amount: Closed.optional(Schema.Number)
    })
  ),
  spending_cap: Closed.optional(
    Closed.struct({ enabled: flag, amount: Closed.optional(Schema.Number), reset_at: Closed.optional(Instant) })
  )
})

/** The page's example is `ADMIN`; what else there is, it does not say. */
export const JoinOrg = Closed.struct({ role: Closed.optional(Schema.String) })

/** Which usage to list, and by what interval. Only `interval` is required. */
export const UsageFilter = Closed.struct({
  from_date: Closed.optional(Instant),
  to_date: Closed.optional(Instant),
  interval: Schema.Literal("hour", "day", "week", "month", "year"),
  /** Only this meter. */
  type: Closed.optional(Schema.Literal(...meters)),
  ...Paging.fields
})

const subOrg = { org_id: OrgId, sub_org_id: OrgId }

/**
 * Lists the organizations below this one. A parent's key may act in each of them by its real id; `c` stays the parent.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-orgs/list-sub-organizations
 */
export const list = Endpoint.get("list", "/orgs/:org_id/orgs")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(Paging.Page)
  .addSuccess(Open.list(Organization))
  .annotate(Provenance, { method: "printed", path: "printed", query: "printed", answer: "printed" })
  .pipe(RetrySafety.safe)

/**
 * Creates an organization below this one.
 *
 * @experimental The page lists one path parameter and neither method nor path, which are inferred from `orgs.list`.
 * @inferred The body is unknown: `name` and `features` are what the dashboard asks for. The answer is an organization
 * by the page's description.
 * @see https://docs.useinvent.com/api-reference/orgs-orgs/create-sub-organization
 */
export const create = Endpoint.post("create", "/orgs/:org_id/orgs")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setPayload(CreateOrg)
  .addSuccess(Organization)
  .annotate(Provenance, { method: "inferred", path: "inferred", body: "unknown", answer: "inferred" })
  .pipe(RetrySafety.unsafe)

/**
 * Changes the name, configuration or logo of an organization below this one; by the older page, what it may use.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-orgs/update-sub-organization
 */
export const update = Endpoint.patch("update", "/orgs/:org_id/orgs/:sub_org_id")
  .setPath(Schema.Struct(subOrg))
  .setPayload(UpdateOrg)
  .addSuccess(Organization)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.idempotent)

/**
 * Changes when an organization below this one is recharged, and how much it may spend. Answers with all of it.
 *
 * @see https://docs.useinvent.com/api-reference/update-sub-organization-billing-config
 */
export const updateBilling = Endpoint.patch("updateBilling", "/orgs/:org_id/orgs/:sub_org_id/billing")
  .setPath(Schema.Struct(subOrg))
  .setPayload(UpdateBilling)
  .addSuccess(Organization)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.idempotent)

/**
 * Makes the admin who calls a member of an organization below this one. May not be open to keys, as it speaks of who is
 * logged in.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-orgs/join-sub-organization
 */
export const join = Endpoint.post("join", "/orgs/:org_id/orgs/:sub_org_id/join")
  .setPath(Schema.Struct(subOrg))
  .setPayload(JoinOrg)
  .addSuccess(Organization)
  .annotate(Provenance, { method: "printed", path: "printed", body: "printed", answer: "printed" })
  .pipe(RetrySafety.unsafe)

/**
 * Lists what the organizations below this one used: a row for each organization, meter and interval.
 *
 * @see https://docs.useinvent.com/api-reference/get-consolidated-sub-organizations-usage
 */
export const listUsage = Endpoint.get("listUsage", "/orgs/:org_id/orgs/usage")
  .setPath(Schema.Struct({ org_id: OrgId }))
  .setUrlParams(UsageFilter)
  .addSuccess(Open.list(OrgUsage))
  .annotate(Provenance, { method: "printed", path: "printed", query: "printed", answer: "printed" })
  .pipe(RetrySafety.safe)

/** The organizations below this one: their configuration, billing, members and usage. */
export const Orgs = HttpApiGroup.make("orgs")
  .add(list)
  .add(create)
  .add(update)
  .add(updateBilling)
  .add(join)
  .add(listUsage)
