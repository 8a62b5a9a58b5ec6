/** Which policies of a list could take the same chats, by their `match` alone. Pure. */
import * as Arr from "effect/Array"
import type { InForce } from "../Decide/PolicyChoice.ts"
import type { Match } from "../Policy/Match.ts"
import type { AnyPolicy } from "../Policy.ts"

/** A policy, and a later one that takes a chat only where the earlier one does not. */
export interface Overlap {
  readonly taker: string
  readonly later: string
  /** Whether the earlier policy takes every chat that the later one could take. */
  readonly isWhole: boolean
}

/** Facts of which a chat has one value. A contact can be in several segments. */
const single = ["orgs", "assistants", "channels", "countries", "languages", "referrals"] as const

const covers = (wide: ReadonlyArray<string> | undefined, narrow: ReadonlyArray<string> | undefined): boolean =>
  wide === undefined || (narrow !== undefined && narrow.every((value) => wide.includes(value)))

const isApart = (a: ReadonlyArray<string> | undefined, b: ReadonlyArray<string> | undefined): boolean =>
  a !== undefined && b !== undefined && !a.some((value) => b.includes(value))

/** Without its channels named, a policy is not for the internal one: see `Audience`. */
const isInternalOnly = ({ channels }: Match): boolean => channels?.every((channel) => channel === "internal") === true
const hasInternal = ({ channels }: Match): boolean => channels?.includes("internal") === true

/** Whether a chat can exist that both would take. */
const canShare = (a: Match, b: Match): boolean =>
  a.admins === b.admins &&
  !single.some((key) => isApart(a[key], b[key])) &&
  !(isInternalOnly(a) && !hasInternal(b)) &&
  !(isInternalOnly(b) && !hasInternal(a))

/** Of two that can share chats, whether the wide one takes every chat that the narrow one takes. */
const coversAll = (wide: Match, narrow: Match): boolean =>
  [...single, "segments" as const].every((key) => covers(wide[key], narrow[key])) &&
  (wide.channels !== undefined || !hasInternal(narrow))

/**
 * The policies that could take chats of another one, in the order of the list. A policy that gets no chat at all
 * appears once, with the first policy that takes all of its chats.
 */
export const between = (policies: InForce): ReadonlyArray<Overlap> => {
  const before = (index: number) =>
    policies.slice(0, index).filter((taker) => canShare(taker.match, policies[index]!.match))
  const hiding = policies.map(({ match }, index) => before(index).find((taker) => coversAll(taker.match, match)))
  return policies.flatMap(({ name }, index): ReadonlyArray<Overlap> => {
    const hidden = hiding[index]
    if (hidden !== undefined) return [{ taker: hidden.name, later: name, isWhole: true }]
    return before(index)
      .filter((taker) => hiding[policies.indexOf(taker)] === undefined)
      .map((taker) => ({ taker: taker.name, later: name, isWhole: false }))
  })
}

/** Whether a policy of the list is for every chat that policies are for unless they say otherwise. */
export const hasCatchAll = (policies: InForce): boolean =>
  policies.some(({ match }: AnyPolicy) => Arr.isEmptyReadonlyArray(Object.values(match).filter(Boolean)))
