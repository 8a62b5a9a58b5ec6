/** An organization (workspace), as its parent sees it: its plan, its members, what it pays and what it may use. */
import * as Schema from "effect/Schema"
import { OrgId } from "./Ids.ts"
import { Instant } from "./schema/Instant.ts"
import * as Open from "./schema/Open.ts"
import { OrgMember } from "./Organization/OrgMember.ts"

const billing = Open.struct({
  auto_recharge: Open.optional(
    Open.struct({
      enabled: Open.optional(Schema.Boolean),
      recharge_threshold: Open.optional(Schema.Number),
      recharge_amount: Open.optional(Schema.Number)
    })
  ),
  use_parent_balance: Open.optional(Schema.Boolean),
  spending_cap: Open.optional(
    Open.struct({
      enabled: Open.optional(Schema.Boolean),
      amount: Open.optional(Schema.Number),
      reset_at: Open.optional(Instant)
    })
  ),
  payment_method: Open.optional(
    Open.tolerant(
      Open.struct({
        type: Open.optional(Schema.String),
        payment_method_id: Open.optional(Schema.String),
        brand: Open.optional(Schema.String),
        last4: Open.optional(Schema.String),
        inactive: Open.optional(Schema.Boolean),
        failed_at: Open.optional(Instant),
        failed_message: Open.optional(Schema.String)
      })
    )
  ),
  last_low_balance_notification_at: Open.optional(Instant),
  last_out_of_balance_notification_at: Open.optional(Instant),
  last_spending_cap_notification_at: Open.optional(Instant)
}).annotations({ identifier: "OrgBilling" })

/** How an organization pays. */
export interface OrgBilling extends Schema.Schema.Type<typeof billing> {}
/** {@link OrgBilling} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface OrgBillingEncoded extends Schema.Schema.Encoded<typeof billing> {}
/**
 * Reads {@link OrgBilling} from the wire and writes it back. Every key may be absent or null; what no page documents is
 * kept.
 */
export const OrgBilling: Schema.Schema<OrgBilling, OrgBillingEncoded> = billing

/** What an organization may use. `custom_domain` is on older pages only. */
export const OrgFeatures = Open.struct({
  enterprise: Open.optional(Schema.Boolean),
  allow_overdraft: Open.optional(Schema.Boolean),
  workflows: Open.optional(Schema.Boolean),
  broadcasts: Open.optional(Schema.Boolean),
  enable_japifon: Open.optional(Schema.Boolean),
  slack_access: Open.optional(Schema.Boolean),
  custom_domain: Open.optional(Schema.Boolean)
}).annotations({ identifier: "OrgFeatures" })
/** The features that an organization has, each on or off. */
export type OrgFeatures = typeof OrgFeatures.Type

const orgConfig = Open.struct({
  email: Open.optional(Schema.String),
  address: Open.optional(Schema.String),
  terms_url: Open.optional(Schema.String),
  privacy_url: Open.optional(Schema.String),
  access: Open.optional(
    Open.struct({
      session_ttl_seconds: Open.optional(Schema.Number),
      allow_google: Open.optional(Schema.Boolean),
      allow_microsoft: Open.optional(Schema.Boolean),
      allow_email_code: Open.optional(Schema.Boolean),
      allow_invites: Open.optional(Schema.Boolean)
    })
  ),
  /** The page is cut here: there may be more. */
  modules: Open.optional(
    Open.struct({
      enable_inbox: Open.optional(Schema.Boolean),
      enable_analytics: Open.optional(Schema.Boolean),
      enable_boards: Open.optional(Schema.Boolean),
      enable_assistants: Open.optional(Schema.Boolean),
      enable_knowledge_base: Open.optional(Schema.Boolean),
      enable_broadcasts: Open.optional(Schema.Boolean),
      enable_workflows: Open.optional(Schema.Boolean)
    })
  )
}).annotations({ identifier: "OrgConfig" })

/** How an organization appears, who gets in, and which modules it shows. */
export interface OrgConfig extends Schema.Schema.Type<typeof orgConfig> {}
/** {@link OrgConfig} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface OrgConfigEncoded extends Schema.Schema.Encoded<typeof orgConfig> {}
/**
 * Reads {@link OrgConfig} from the wire and writes it back. Every key may be absent or null; what no page documents is
 * kept.
 */
export const OrgConfig: Schema.Schema<OrgConfig, OrgConfigEncoded> = orgConfig

const organization = Open.struct({
  id: OrgId,
  name: Open.optional(Schema.String),
  logo_url: Open.optional(Schema.String),
  plan: Open.optional(Open.literals("free", "business")),
  balance: Open.optional(Schema.Number),
  promo_balance: Open.optional(Schema.Number),
  billing: Open.optional(OrgBilling),
  members: Open.optional(Open.list(OrgMember)),
  spending_cap_used: Open.optional(Schema.Number),
  features: Open.optional(OrgFeatures),
  config: Open.optional(OrgConfig),
  created_at: Open.optional(Instant),
  // What follows is in the answer of `orgs.updateBilling` only.
  verified: Open.optional(Schema.Boolean),
  disabled: Open.optional(Schema.Boolean),
  deleted: Open.optional(Schema.Boolean),
  type: Open.optional(Open.literals("PERSONAL")),
  role: Open.optional(Open.literals("ADMIN")),
  promo_balance_reset_at: Open.optional(Instant),
  updated_at: Open.optional(Instant),
  parent_org: Open.optional(Open.struct({ id: Open.optional(OrgId), name: Open.optional(Schema.String) }))
}).annotations({ identifier: "Organization" })

/**
 * An organization as its parent sees it: its plan, members, balance, billing and features. The unit of `balance` is
 * stated on no page.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-orgs/list-sub-organizations
 */
export interface Organization extends Schema.Schema.Type<typeof organization> {}
/** {@link Organization} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface OrganizationEncoded extends Schema.Schema.Encoded<typeof organization> {}
/**
 * Reads {@link Organization} from the wire and writes it back. Fails where `id` is missing; what no page documents is
 * kept.
 */
export const Organization: Schema.Schema<Organization, OrganizationEncoded> = organization

/** What is counted for an organization, and paid for. */
export const meters = [
  "run",
  "ai_tokens",
  "ai_sst",
  "ai_tts",
  "ai_embeddings",
  "ai_memory_reconcile",
  "ai_memory_summarize",
  "broadcast_whatsapp",
  "broadcast_email",
  "broadcast_sms"
] as const

const orgUsage = Open.struct({
  org_id: Open.optional(OrgId),
  org_name: Open.optional(Schema.String),
  event_name: Open.optional(Open.literals(...meters)),
  amount_credits: Open.optional(Schema.Number),
  amount_monetary: Open.optional(Schema.Number),
  date: Open.optional(Instant)
}).annotations({ identifier: "OrgUsage" })

/**
 * What one organization used of one meter in one interval.
 *
 * @see https://docs.useinvent.com/api-reference/get-consolidated-sub-organizations-usage
 */
export interface OrgUsage extends Schema.Schema.Type<typeof orgUsage> {}
/** {@link OrgUsage} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface OrgUsageEncoded extends Schema.Schema.Encoded<typeof orgUsage> {}
/**
 * Reads {@link OrgUsage} from the wire and writes it back. Every key may be absent or null; what no page documents is
 * kept.
 */
export const OrgUsage: Schema.Schema<OrgUsage, OrgUsageEncoded> = orgUsage
