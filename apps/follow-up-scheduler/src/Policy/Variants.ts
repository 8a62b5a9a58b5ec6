/** The variants of a policy: cadences side by side, each for a share of the contacts, to compare how many reply. */
import type * as Arr from "effect/Array"
import * as Schema from "effect/Schema"
import { Name } from "./Name.ts"
import { Percent } from "./Percent.ts"
import { isWriting, Steps } from "./Step.ts"

/** One of the cadences. All else is as the policy says. */
const Variant = Schema.Struct({
  name: Name.annotations({ description: "What rows, the audit and the comparison call it." }),
  share: Percent.annotations({ description: "The share of the contacts it is for. All shares together are 100 %." }),
  steps: Steps
})
/** One of the cadences of a policy: its name, the share of the contacts in percent, and its steps. */
export type Variant = typeof Variant.Type

const least = 2
/** So many at most, so that lists, labels of metrics and differences stay few. */
const most = 8

const isSome = (list: ReadonlyArray<Variant>): list is Arr.NonEmptyReadonlyArray<Variant> =>
  list.length >= least && list.length <= most

/** How far the shares may be from 100 %: rounding of decimals, and no more. */
const rounding = 1e-6

const sharesIssue = (list: ReadonlyArray<Variant>): ReadonlyArray<Schema.FilterIssue> => {
  const sum = list.reduce((sum, { share }) => sum + share, 0)
  return Math.abs(sum - 100) < rounding
    ? []
    : [
        {
          path: [list.length - 1, "share"],
          message: `the shares add up to ${Number(sum.toFixed(4))} %; make them 100 % together`
        }
      ]
}

const namesIssues = (list: ReadonlyArray<Variant>): ReadonlyArray<Schema.FilterIssue> =>
  list.flatMap(({ name }, index) => {
    const first = list.findIndex((other) => other.name === name)
    const message = `${name} is the name of variant ${first + 1}, too; give each variant a name of its own`
    return first === index ? [] : [{ path: [index, "name"], message }]
  })

/** A contact whose first step writes nothing could not be compared with one who is in the holdout. */
const firstStepIssues = (list: ReadonlyArray<Variant>): ReadonlyArray<Schema.FilterIssue> =>
  list.flatMap(({ steps: [first] }, index) =>
    isWriting(first)
      ? []
      : [{ path: [index, "steps", 0, "action"], message: "the first step of a variant writes to the contact" }]
  )

/**
 * 2 to 8 variants with names of their own, whose shares are 100 % together. The first step of each writes to the
 * contact.
 */
export const Variants = Schema.Array(Variant).pipe(
  Schema.filter(isSome, {
    message: () => `Expected ${least} to ${most} variants`,
    jsonSchema: { minItems: least, maxItems: most }
  }),
  Schema.filter((list) => [...sharesIssue(list), ...namesIssues(list), ...firstStepIssues(list)])
)
/** The variants of a policy. */
export type Variants = typeof Variants.Type
