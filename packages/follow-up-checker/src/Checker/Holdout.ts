/**
 * Whom a policy with a holdout leaves out, by the rule in the scheduler's documentation: the first 48 bits of the
 * HMAC-SHA-256 of the contact's id, whose key is `holdout of NAME`, as a share of all such numbers.
 */
import { createHmac } from "node:crypto"
import type { ChatTimeline } from "./ChatTimeline.ts"
import type { Policy } from "./Policy.ts"

const digits = 12

const isOne = ({ holdout, name }: Policy, contact_id: string): boolean => {
  const hash = createHmac("sha256", `holdout of ${name}`).update(contact_id).digest("hex")
  return holdout !== undefined && Number.parseInt(hash.slice(0, digits), 16) * 100 < holdout * 16 ** digits
}

/** A contact who was merged into another keeps the group of the first follow-up, which the log does not tell. */
const contactsOf = ({ contact_id, earlierContacts }: ChatTimeline): ReadonlyArray<string> =>
  contact_id === undefined ? earlierContacts : [...earlierContacts, contact_id]

/** Whether the contact is left out under any of the ids that they had: then no follow-up is owed. */
export const mayBeLeftOut = (policy: Policy, chat: ChatTimeline): boolean =>
  contactsOf(chat).some((id) => isOne(policy, id))

/** Whether the contact is left out under all of the ids that they had: then none may come. */
export const isLeftOut = (policy: Policy, chat: ChatTimeline): boolean => {
  const ids = contactsOf(chat)
  return ids.length > 0 && ids.every((id) => isOne(policy, id))
}
