/**
 * How many contacts replied in the two groups of each policy with a `holdout`, and what can be said of the difference.
 * Both groups are counted alike: a contact once, from the instant at which their first follow-up was due; only those
 * count for whom `reply_within` is over.
 */
import * as Arr from "effect/Array"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Group } from "../Decide/Holdout.ts"
import { Ledger } from "../Ledger.ts"
import type { GroupCounts } from "../Ledger/Enrolments.ts"
import * as PolicyVersions from "../Policies/PolicyVersions.ts"
import { defaultReplyWithin, nameOf } from "../Policy.ts"
import * as Proportion from "./Proportion.ts"

const Estimate = Schema.Struct({ value: Schema.Number, low: Schema.Number, high: Schema.Number })

/** The comparison of one policy, in the JSON of `status`. Shares are from 0 to 1, each with its interval of 95 %. */
export const Comparison = Schema.Struct({
  policy: Schema.String,
  reply_within_seconds: Schema.Number,
  groups: Schema.Array(
    Schema.Struct({
      group: Group,
      contacts: Schema.Int,
      /** Contacts for whom `reply_within` is over. */
      observed: Schema.Int,
      /** How many of the observed replied within it. */
      replied: Schema.Int,
      /** Null where nobody is observed yet. */
      share: Schema.NullOr(Estimate)
    })
  ),
  /** How much more of the treated replied; null while a group has nobody observed. */
  difference: Schema.NullOr(Estimate),
  /** `unclear`: the interval of the difference holds 0, or there is none yet. */
  effect: Schema.Literal("unclear", "more_replies", "fewer_replies")
})
/** The comparison of one policy. */
export type Comparison = typeof Comparison.Type

const effectOf = (difference: Proportion.Estimate | null): Comparison["effect"] => {
  if (difference === null || Proportion.holdsZero(difference)) return "unclear"
  return difference.value > 0 ? "more_replies" : "fewer_replies"
}

/** The comparison by the counts of the groups. A group without contacts is given with zeros. */
export const compare = (
  policy: string,
  reply_within: Duration.Duration,
  counts: ReadonlyArray<GroupCounts>
): Comparison => {
  const groupOf = (group: Group) => {
    const { enrolled = 0, observed = 0, replied = 0 } = counts.find((count) => count.group === group) ?? {}
    const share = Proportion.share({ of: observed, out: replied }) ?? null
    return { group, contacts: enrolled, observed, replied, share }
  }
  const [treated, holdout] = [groupOf("treated"), groupOf("holdout")]
  const difference =
    treated.share === null || holdout.share === null ? null : Proportion.difference(treated.share, holdout.share)
  return {
    policy,
    reply_within_seconds: Duration.toSeconds(reply_within),
    groups: [treated, holdout],
    difference,
    effect: effectOf(difference)
  }
}

/** The comparison of every policy that has enrolled contacts, by the version of it that is in force. */
export const comparisons = Effect.gen(function* () {
  const ledger = yield* Ledger
  const inForce = yield* PolicyVersions.inForce
  return yield* Effect.forEach(yield* ledger.policiesEnrolling, (name) =>
    Effect.gen(function* () {
      const id = inForce.find(({ policy }) => nameOf(policy) === name)?.policy
      const version = id === undefined ? Option.none() : yield* PolicyVersions.find(id)
      const within = Option.match(version, {
        onNone: () => defaultReplyWithin,
        onSome: (policy) => policy.reply_within
      })
      return compare(name, within, yield* ledger.groups(name, within))
    })
  )
})

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const points = (share: number): string => (100 * share).toFixed(1)

const groupLine = ({ contacts, group, observed, replied, share }: Comparison["groups"][number]): string => {
  const who = group === "treated" ? "followed up" : "left out"
  const rate = share === null ? "" : `: ${percent(share.value)} (${percent(share.low)} to ${percent(share.high)})`
  return (
    `  ${who}: ${contacts} ${contacts === 1 ? "contact" : "contacts"}; ${replied} of ${observed} observed ` +
    `replied${rate}`
  )
}

const conclusions = {
  unclear: "more replies are needed to see whether follow-ups change it",
  more_replies: "with follow-ups more contacts reply",
  fewer_replies: "with follow-ups fewer contacts reply"
} satisfies Record<Comparison["effect"], string>

const differenceLine = ({ high, low, value }: Proportion.Estimate): string =>
  `  difference: ${points(value)} points (${points(low)} to ${points(high)})`

/**
 * The comparison as lines: a heading, a line for each group, one for the difference, and what it shows. Intervals are
 * of 95 %.
 */
export const describe = (comparison: Comparison): ReadonlyArray<string> => [
  `Replies within ${Duration.format(Duration.seconds(comparison.reply_within_seconds))} of the first follow-up ` +
    `of ${comparison.policy}:`,
  ...comparison.groups.map(groupLine),
  ...Arr.fromNullable(comparison.difference).map(differenceLine),
  `  ${conclusions[comparison.effect]}`
]
