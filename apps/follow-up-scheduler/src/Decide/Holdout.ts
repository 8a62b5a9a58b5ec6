/**
 * Which contacts a policy with a `holdout` leaves out, so that the replies of both groups can be compared. Pure. The
 * group follows from the policy's name and the contact's id alone: it is the same in every process, after a restart,
 * without the ledger, and in every version of the policy (decision 0020).
 */
import * as Schema from "effect/Schema"
import type { Policy } from "../Policy.ts"
import type { ChatSnapshot } from "./ChatSnapshot.ts"
import { percentileOf } from "./Percentile.ts"

/** `holdout`: the policy writes nothing to the contact. `treated`: it follows the contact up. */
export const Group = Schema.Literal("holdout", "treated")
/** One of the two groups of a policy with a `holdout`. */
export type Group = typeof Group.Type

/** What is in a group: the contact, or the conversation where the chat names no contact. */
export const memberOf = ({
  contact_id,
  conversation_id
}: Pick<ChatSnapshot, "contact_id" | "conversation_id">): string => contact_id ?? conversation_id

/**
 * The group of a contact; undefined where the policy has no `holdout`. A larger share leaves out everyone whom a
 * smaller one does, and more. The name is part of the key, so that no two policies leave out the same contacts.
 */
export const groupOf = ({ holdout, name }: Pick<Policy, "holdout" | "name">, contact: string): Group | undefined => {
  if (holdout === undefined) return undefined
  return percentileOf(`holdout of ${name}`, contact) < holdout ? "holdout" : "treated"
}
