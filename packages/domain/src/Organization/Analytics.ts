/** What is counted of the whole organization: its contacts, messages and conversations. */
import * as Schema from "effect/Schema"
import * as Open from "../schema/Open.ts"

const dashboard = Open.struct({
  total_contacts: Open.optional(Schema.Number),
  total_messages: Open.optional(Schema.Number),
  total_closed_conversations: Open.optional(Schema.Number),
  total_ongoing_conversations: Open.optional(Schema.Number)
}).annotations({ identifier: "Dashboard" })

/**
 * Four totals of the organization, of all time: contacts, messages, closed and ongoing conversations.
 *
 * @see https://docs.useinvent.com/api-reference/get-org-dashboard-analytics
 */
export interface Dashboard extends Schema.Schema.Type<typeof dashboard> {}
/** {@link Dashboard} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface DashboardEncoded extends Schema.Schema.Encoded<typeof dashboard> {}
/**
 * Reads {@link Dashboard} from the wire and writes it back. Every key may be absent or null; what no page documents is
 * kept.
 */
export const Dashboard: Schema.Schema<Dashboard, DashboardEncoded> = dashboard

const contactGrowth = Open.struct({
  /** The first day of the interval, as the server spells it. */
  date: Open.optional(Schema.String),
  new: Open.optional(Schema.Number),
  unsubscribed: Open.optional(Schema.Number),
  blocked: Open.optional(Schema.Number),
  total: Open.optional(Schema.Number)
}).annotations({ identifier: "ContactGrowth" })

/**
 * The contacts of one day, week or month.
 *
 * @see https://docs.useinvent.com/api-reference/orgs-analytics/get-contact-growth
 */
export interface ContactGrowth extends Schema.Schema.Type<typeof contactGrowth> {}
/** {@link ContactGrowth} as it is on the wire: JSON, with dates as ISO 8601 text. */
export interface ContactGrowthEncoded extends Schema.Schema.Encoded<typeof contactGrowth> {}
/**
 * Reads {@link ContactGrowth} from the wire and writes it back. Every key may be absent or null; what no page documents
 * is kept.
 */
export const ContactGrowth: Schema.Schema<ContactGrowth, ContactGrowthEncoded> = contactGrowth
