/** What the log has shown of one contact so far: what it forbids, since when without a break. */
import type * as LogEntry from "./LogEntry.ts"

/**
 * Since when a contact is blocked, and since when unsubscribed, in epoch milliseconds; `undefined` where they are not.
 */
export interface Contact {
  readonly blockedSince: number | undefined
  readonly unsubscribedSince: number | undefined
}

/** A contact of whom the log has shown nothing: neither blocked nor unsubscribed. */
export const unknown: Contact = { blockedSince: undefined, unsubscribedSince: undefined }

/** The contact after an entry about them. What lasts keeps the instant at which it began. */
export const after = (contact: Contact, { at, blocked, unsubscribed }: LogEntry.Contact): Contact => ({
  blockedSince: blocked ? (contact.blockedSince ?? at) : undefined,
  unsubscribedSince: unsubscribed ? (contact.unsubscribedSince ?? at) : undefined
})
