/**
 * How many contacts replied in the groups of each policy with a `holdout` or variants, and what can be said of the
 * differences. All groups are counted alike: a contact once, from the instant at which their first follow-up was due;
 * only those count for whom `reply_within` is over.
 */
import * as Arr from "effect/Array"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Group } from "../Decide/Holdout.ts"
import { Ledger } from "../Ledger.ts"
import type { Counts, GroupCounts, VariantCounts } from "../Ledger/Enrolments.ts"
import * as PolicyVersions from "../Policies/PolicyVersions.ts"
import { defaultReplyWithin, nameOf, variantsOf } from "../Policy.ts"
import * as Proportion from "./Proportion.ts"

const Estimate = Schema.Struct({ value: Schema.Number, low: Schema.Number, high: Schema.Number })

const counted = {
  contacts: Schema.Int,
  /** Contacts for whom `reply_within` is over. */
  observed: Schema.Int,
  /** How many of the observed replied within it. */
  replied: Schema.Int,
  /** Null where nobody is observed yet. */
  share: Schema.NullOr(Estimate)
}

/** `unclear`: the interval of the difference holds 0, or there is none yet. */
const Effects = Schema.Literal("unclear", "more_replies", "fewer_replies")

/** A variant: those of the treated who are in it. */
const OfVariant = Schema.Struct({
  variant: Schema.String,
  ...counted,
  /** How much more of its contacts replied than of the first variant's. Absent for that one. */
  against_first: Schema.optionalWith(Schema.Struct({ difference: Schema.NullOr(Estimate), effect: Effects }), {
    exact: true
  })
})

/** The comparison of one policy, in the JSON of `status`. Shares are from 0 to 1, each with its interval of 95 %. */
export const Comparison = Schema.Struct({
  policy: Schema.String,
  reply_within_seconds: Schema.Number,
  groups: Schema.Array(Schema.Struct({ group: Group, ...counted })),
  /** How much more of the treated replied; null while a group has nobody observed. */
  difference: Schema.NullOr(Estimate),
  effect: Effects,
  /** Of a policy with variants, in its order, then those that only earlier versions had. */
  variants: Schema.optionalWith(Schema.Array(OfVariant), { exact: true })
})
/** The comparison of one policy. */
export type Comparison = typeof Comparison.Type

const effectOf = (difference: Proportion.Estimate | null): Comparison["effect"] => {
  if (difference === null || Proportion.holdsZero(difference)) return "unclear"
  return difference.value > 0 ? "more_replies" : "fewer_replies"
}

const countsOf = ({ enrolled, observed, replied }: Counts = { enrolled: 0, observed: 0, replied: 0 }) => ({
  contacts: enrolled,
  observed,
  replied,
  share: Proportion.share({ of: observed, out: replied }) ?? null
})

interface Shared {
  readonly share: Proportion.Estimate | null
}

const differenceOf = (one: Shared, other: Shared): Proportion.Estimate | null =>
  one.share === null || other.share === null ? null : Proportion.difference(one.share, other.share)

/**
 * The variants of these names, then the others that are on record; each but the first with its difference from that.
 */
const compareVariants = (
  names: ReadonlyArray<string>,
  counts: ReadonlyArray<VariantCounts>
): NonNullable<Comparison["variants"]> => {
  const all = [...new Set([...names, ...counts.map(({ variant }) => variant)])].map((variant) => ({
    variant,
    ...countsOf(counts.find((count) => count.variant === variant))
  }))
  return all.map((each, index) => {
    const first = all[0]
    if (index === 0 || first === undefined) return each
    const difference = differenceOf(each, first)
    return { ...each, against_first: { difference, effect: effectOf(difference) } }
  })
}

/** What is on record of the variants of a policy, and their names in its order. */
export interface OfVariants {
  readonly names: ReadonlyArray<string>
  readonly counts: ReadonlyArray<VariantCounts>
}

/** The comparison by the counts of the groups. A group or variant without contacts is given with zeros. */
export const compare = (
  policy: string,
  reply_within: Duration.Duration,
  counts: ReadonlyArray<GroupCounts>,
  ofVariants: OfVariants = { names: [], counts: [] }
): Comparison => {
  const groupOf = (group: Group) => ({ group, ...countsOf(counts.find((count) => count.group === group)) })
  const [treated, holdout] = [groupOf("treated"), groupOf("holdout")]
  const difference = differenceOf(treated, holdout)
  const variants = compareVariants(ofVariants.names, ofVariants.counts)
  return {
    policy,
    reply_within_seconds: Duration.toSeconds(reply_within),
    groups: [treated, holdout],
    difference,
    effect: effectOf(difference),
    ...(variants.length > 0 && { variants })
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
      const names = Option.flatMapNullable(version, variantsOf).pipe(
        Option.match({ onNone: () => [], onSome: (variants) => variants.map(({ name }) => name) })
      )
      const ofVariants = { names, counts: yield* ledger.variants(name, within) }
      return compare(name, within, yield* ledger.groups(name, within), ofVariants)
    })
  )
})

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const points = (share: number): string => (100 * share).toFixed(1)

type Counted = Pick<Comparison["groups"][number], "contacts" | "observed" | "replied" | "share">

const countLine = (who: string, { contacts, observed, replied, share }: Counted): string => {
  const rate = share === null ? "" : `: ${percent(share.value)} (${percent(share.low)} to ${percent(share.high)})`
  return (
    `  ${who}: ${contacts} ${contacts === 1 ? "contact" : "contacts"}; ${replied} of ${observed} observed ` +
    `replied${rate}`
  )
}

const groupLine = (group: Comparison["groups"][number]): string =>
  countLine(group.group === "treated" ? "followed up" : "left out", group)

const conclusions = {
  unclear: "more replies are needed to see whether follow-ups change it",
  more_replies: "with follow-ups more contacts reply",
  fewer_replies: "with follow-ups fewer contacts reply"
} satisfies Record<Comparison["effect"], string>

const inPoints = ({ high, low, value }: Proportion.Estimate): string =>
  `${points(value)} points (${points(low)} to ${points(high)})`

const differenceLine = (difference: Proportion.Estimate): string => `  difference: ${inPoints(difference)}`

const verdicts = {
  unclear: "not clear yet",
  more_replies: "more contacts reply",
  fewer_replies: "fewer contacts reply"
} satisfies Record<Comparison["effect"], string>

/** A line for each variant, then one for each difference from the first. */
const variantLines = (variants: NonNullable<Comparison["variants"]>): ReadonlyArray<string> => [
  ...variants.map((each) => countLine(`variant ${each.variant}`, each)),
  ...variants.flatMap(({ against_first, variant }) => {
    if (against_first === undefined) return []
    const { difference, effect } = against_first
    const by = difference === null ? "" : `${inPoints(difference)}: `
    return [`  ${variant} against ${variants[0]?.variant}: ${by}${verdicts[effect]}`]
  })
]

/** The two groups; nothing of a policy with variants that leaves nobody out. */
const holdoutLines = ({ difference, effect, groups, variants }: Comparison): ReadonlyArray<string> => {
  const isNobodyLeftOut = groups.every(({ contacts, group }) => group === "treated" || contacts === 0)
  if (variants !== undefined && isNobodyLeftOut) return []
  return [...groups.map(groupLine), ...Arr.fromNullable(difference).map(differenceLine), `  ${conclusions[effect]}`]
}

/**
 * The comparison as lines: a heading, a line for each variant and each of their differences, a line for each group, one
 * for the difference, and what it shows. Intervals are of 95 %.
 */
export const describe = (comparison: Comparison): ReadonlyArray<string> => [
  `Replies within ${Duration.format(Duration.seconds(comparison.reply_within_seconds))} of the first follow-up ` +
    `of ${comparison.policy}:`,
  ...variantLines(comparison.variants ?? []),
  ...holdoutLines(comparison)
]
