/**
 * Decides about a contact who is in no variant, by all variants at once: one who is not enrolled yet, or is in the
 * holdout. The variant whose step comes first counts, so that contacts of every variant, and of the holdout, are
 * enrolled at the same instant of their silence. A contact who replies before it is in none of the groups. Pure.
 */
import * as Arr from "effect/Array"
import * as Decide from "../Decide.ts"
import type { Policy } from "../Policy.ts"

/**
 * When a decision is to be carried out, in epoch milliseconds: an `Act`, and the `holdout` in its place, before every
 * `Wait`; infinity for the others.
 */
const dueAt = (decision: Decide.Decision): number => {
  const isHeldOut = decision._tag === "Stop" && decision.reason === "holdout"
  if (decision._tag === "Act" || isHeldOut) return Number.NEGATIVE_INFINITY
  return decision._tag === "Wait" ? decision.until.epochMillis : Number.POSITIVE_INFINITY
}

/** The decision that is due first; of those that are due at once, that of the earlier variant. */
export const decide = (
  question: Omit<Decide.DecisionInput, "policy">,
  policies: Arr.NonEmptyReadonlyArray<Policy>
): Decide.Decision =>
  Arr.reduce(policies.slice(1), Decide.decide({ ...question, policy: policies[0] }), (first, policy) => {
    const next = Decide.decide({ ...question, policy })
    return dueAt(next) < dueAt(first) ? next : first
  })
