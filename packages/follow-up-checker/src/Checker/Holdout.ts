/**
 * Whom a policy with a holdout leaves out, by the rule in the scheduler's documentation: the number of the contact's
 * id, whose key is `holdout of NAME`, as a share of all such numbers.
 */
import type { ChatTimeline } from "./ChatTimeline.ts"
import * as KeyedHash from "./KeyedHash.ts"
import type { Policy } from "./Policy.ts"

const isOne = ({ holdout, name }: Policy, contact_id: string): boolean =>
  holdout !== undefined && KeyedHash.numberOf(`holdout of ${name}`, contact_id) * 100 < holdout * KeyedHash.count

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
