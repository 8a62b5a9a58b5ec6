/** What the log has told of one contact so far: what it forbids, since when without a break. */
import type * as Entry from "./Entry.ts"

export interface Contact {
  readonly blockedSince: number | undefined
  readonly unsubscribedSince: number | undefined
}

export const unknown: Contact = { blockedSince: undefined, unsubscribedSince: undefined }

export const after = (contact: Contact, { at, blocked, unsubscribed }: Entry.Contact): Contact => ({
  blockedSince: blocked ? (contact.blockedSince ?? at) : undefined,
  unsubscribedSince: unsubscribed ? (contact.unsubscribedSince ?? at) : undefined
})
