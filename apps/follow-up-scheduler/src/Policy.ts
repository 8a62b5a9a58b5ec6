/**
 * A follow-up policy as data: which chats it is for, after how much silence which step follows, and when a contact may
 * be written to. It is written as YAML or JSON. A wrong policy is refused with the field and the rule.
 */
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as AST from "effect/SchemaAST"
import * as Fields from "./Policy/Fields.ts"
import { Steps } from "./Policy/Step.ts"
import { Variants } from "./Policy/Variants.ts"

export { type Cap, type ChannelWindow, defaultReplyWithin } from "./Policy/Fields.ts"
export { isWriting, type Step } from "./Policy/Step.ts"

const idOf = ({ name, version }: { readonly name: string; readonly version: number }): string => `${name}@${version}`

/**
 * One version of a follow-up policy, decoded, with the defaults filled in. Built by {@link decode}, which refuses
 * unknown fields. A recorded version never changes: the same name and version with another content is refused (decision
 * 0007).
 */
export class Policy extends Schema.Class<Policy>("Policy")({ ...Fields.fields, steps: Steps }) {
  /** `name@version`: what plans and follow-ups are recorded with. */
  get id(): string {
    return idOf(this)
  }
}

/**
 * The same with variants in place of steps. `Decide/Variant.ts` makes of it the {@link Policy} by which a contact is
 * followed up (decision 0022).
 */
export class PolicyWithVariants extends Schema.Class<PolicyWithVariants>("PolicyWithVariants")({
  ...Fields.fields,
  variants: Fields.described(
    Variants,
    "Cadences side by side, in place of steps. A contact belongs to one of them; status compares how many reply."
  ),
  steps: Schema.optional(
    Schema.Never.annotations({
      message: () => "stands beside variants; give each variant its steps, and take these away"
    })
  )
}) {
  /** `name@version`: what plans and follow-ups are recorded with. */
  get id(): string {
    return idOf(this)
  }
}

/** A policy as its file has it: with steps, or with variants. */
export const AnyPolicy = Schema.Union(Policy, PolicyWithVariants)
/** A policy as its file has it: with steps, or with variants. */
export type AnyPolicy = typeof AnyPolicy.Type

/** The variants of a policy; undefined where it has none. */
export const variantsOf = (policy: AnyPolicy): Variants | undefined =>
  "variants" in policy ? policy.variants : undefined

/** Our messages from before this instant are not followed up; undefined where every message counts. */
export const effectiveFrom = (
  { effective_from }: Pick<Policy, "effective_from">,
  first_in_force: DateTime.Utc | undefined
): DateTime.Utc | undefined => (effective_from === "all" ? undefined : (effective_from ?? first_in_force))

const strictly = { onExcessProperty: "error" } as const

/** Reads a policy with steps. Fails with a parse error whose first issue names the field and the rule. */
export const decode = Schema.decodeUnknown(Policy, strictly)

const decodeWithVariants = Schema.decodeUnknown(PolicyWithVariants, strictly)

/**
 * Reads a policy with steps, or with variants where these are named. Fails with the parse errors of that form alone.
 */
export const decodeAny = (
  input: unknown,
  options?: AST.ParseOptions
): Effect.Effect<AnyPolicy, ParseResult.ParseError> =>
  Predicate.hasProperty(input, "variants") ? decodeWithVariants(input, options) : decode(input, options)

/** The policy in force: the first one, where there are several. */
export class ActivePolicy extends Context.Tag("@effect-invent/follow-up-scheduler/ActivePolicy")<
  ActivePolicy,
  AnyPolicy
>() {}

/**
 * The policies in force after {@link ActivePolicy}, in the order in which a chat is offered to them. None unless
 * provided.
 */
export class FurtherPolicies extends Context.Reference<FurtherPolicies>()(
  "@effect-invent/follow-up-scheduler/FurtherPolicies",
  { defaultValue: (): ReadonlyArray<AnyPolicy> => [] }
) {}

/** The name of a policy, from the id of one of its versions: `quotes` of `quotes@2`. */
export const nameOf = (id: string): string => id.slice(0, id.lastIndexOf("@"))
