/**
 * The policies in force in this process. They begin as `ActivePolicy` and `FurtherPolicies` state them, and a reload
 * replaces them while the process runs. Each decision about a chat reads the policies that are in force then.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createHash } from "node:crypto"
import type { InForce } from "./Decide/PolicyChoice.ts"
import { ActivePolicy, FurtherPolicies, type AnyPolicy } from "./Policy.ts"

/** The policies in force, and how they are replaced. */
export class Policies extends Context.Tag("@effect-invent/follow-up-scheduler/Policies")<
  Policies,
  {
    /** The policies in force now, in the order in which a chat is offered to them. */
    readonly current: Effect.Effect<InForce>
    /** Every version that is or was in force since this process began, those in force first. */
    readonly known: Effect.Effect<ReadonlyArray<AnyPolicy>>
    /** Puts these in force in place of the ones before. Records nothing: see `Rollout.putInForce`. */
    readonly replace: (next: InForce) => Effect.Effect<void>
  }
>() {}

/** The policies of the context, until they are replaced. Programs build it once, wherever it is provided. */
export const layer = Layer.effect(
  Policies,
  Effect.gen(function* () {
    let current: InForce = [yield* ActivePolicy, ...(yield* FurtherPolicies)]
    const known = new Map(current.map((policy) => [policy.id, policy]))
    return {
      current: Effect.sync(() => current),
      known: Effect.sync(() => [
        ...new Map([...current.map((policy) => [policy.id, policy] as const), ...known]).values()
      ]),
      replace: (next) =>
        Effect.sync(() => {
          current = next
          for (const policy of next) known.set(policy.id, policy)
        })
    }
  })
)

/** The ids of these policies in words: `quotes@2, nudge@1`. */
export const idsOf = (policies: ReadonlyArray<AnyPolicy>): string => policies.map(({ id }) => id).join(", ")

/** Names a set of policies in their order: the id of a single one, and a hash of the ids of several. */
export const keyOf = (policies: InForce): string =>
  policies.length === 1
    ? policies[0].id
    : createHash("sha256")
        .update(JSON.stringify(policies.map(({ id }) => id)))
        .digest("base64url")
