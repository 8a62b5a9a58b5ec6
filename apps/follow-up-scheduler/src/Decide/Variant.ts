/**
 * Which variant of a policy a contact belongs to. Pure. It follows from the policy's name, the contact's id and the
 * names and shares of the variants alone: it is the same in every process, after a restart, without the ledger, and in
 * every version with the same variants (decision 0022).
 */
import * as Arr from "effect/Array"
import { type AnyPolicy, Policy, variantsOf } from "../Policy.ts"
import type { ChatSnapshot } from "./ChatSnapshot.ts"
import * as Holdout from "./Holdout.ts"
import { percentileOf } from "./Percentile.ts"

/** The ids that say whom a chat is with. */
type Member = Pick<ChatSnapshot, "contact_id" | "conversation_id">

/**
 * The variant of a contact by the hash; undefined where the policy has none. The key is another one than that of the
 * holdout. The order of the list does not count.
 */
export const nameFor = (policy: AnyPolicy, chat: Member): string | undefined => {
  const variants = variantsOf(policy)
  if (variants === undefined) return undefined
  const place = percentileOf(`variant of ${policy.name}`, Holdout.memberOf(chat))
  const inOrder = variants.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  let below = 0
  const found = inOrder.find(({ share }) => place < (below += share))
  return (found ?? inOrder.at(-1))?.name
}

/** The name, where the policy has a variant of it. */
export const among = (policy: AnyPolicy, name: string | null | undefined): string | undefined =>
  variantsOf(policy)?.find((variant) => variant.name === name)?.name

/** The policy with the steps of each of its variants; the policy itself where it has none. */
export const policiesOf = (policy: AnyPolicy): Arr.NonEmptyReadonlyArray<Policy> => {
  if (!("variants" in policy)) return [policy]
  const { variants, ...shared } = policy
  return Arr.map(variants, ({ steps }) => new Policy({ ...shared, steps }, true))
}

/**
 * The policy with the steps of this variant. The steps of the first one where it has no variant of that name, as for
 * a row of a version that was deleted from the record.
 */
export const policyOf = (policy: AnyPolicy, name: string | null | undefined): Policy => {
  const all = policiesOf(policy)
  const index = variantsOf(policy)?.findIndex((variant) => variant.name === name) ?? 0
  return all[index] ?? all[0]
}

/** The policy by which a contact is followed up, by the variant on record where it has that, else by the hash. */
export const policyFor = (policy: AnyPolicy, recorded: string | null | undefined, chat: Member): Policy =>
  policyOf(policy, among(policy, recorded) ?? nameFor(policy, chat))

/** What a contact is followed up by. */
export interface Assigned {
  /** With the steps of the variant. */
  readonly policy: Policy
  /** Undefined where the policy has none, and for a contact of its holdout. */
  readonly variant: string | undefined
  /** The group on record of a policy with a holdout or variants; undefined where the contact is not enrolled. */
  readonly group: Holdout.Group | undefined
  /**
   * Whether the contact is in no variant: not enrolled yet, or in the holdout. The first step that is due of any
   * variant counts then: see `Decide/FirstDue.ts`.
   */
  readonly isOpen: boolean
}
