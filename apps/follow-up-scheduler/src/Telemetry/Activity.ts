/** What the scheduler reports about its loop and its policies, so that `Health` can find what is wrong. */
import type { OrgId } from "@effect-invent/domain/Ids"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** What is called as the loop runs. */
export interface Activity {
  /** The loop has run once, or a follow-up was taken up. */
  readonly turned: Effect.Effect<void>
  /** A sweep has reached its end. */
  readonly swept: Effect.Effect<void>
  /** A sweep failed, for this reason. */
  readonly sweepFailed: (reason: string) => Effect.Effect<void>
  /** The policy files are refused, for these reasons, a line each; undefined: they are right. */
  readonly policiesRefused: (reasons: string | undefined) => Effect.Effect<void>
  /** The inbox of an organization, one of several, was read; or it is refused, with this error. */
  readonly orgListed: (org: OrgId, refusal: string | undefined) => Effect.Effect<void>
}

/** Does nothing, unless `Health` is provided. */
export class CurrentActivity extends Context.Reference<CurrentActivity>()(
  "@effect-invent/follow-up-scheduler/Telemetry/Activity",
  {
    defaultValue: (): Activity => ({
      turned: Effect.void,
      swept: Effect.void,
      sweepFailed: () => Effect.void,
      policiesRefused: () => Effect.void,
      orgListed: () => Effect.void
    })
  }
) {}

/** Reports that the loop has run once. */
export const turned = Effect.flatMap(CurrentActivity, (activity) => activity.turned)
/** Reports that a sweep has reached its end. */
export const swept = Effect.flatMap(CurrentActivity, (activity) => activity.swept)
/** Reports that a sweep failed. */
export const sweepFailed = (reason: string) =>
  Effect.flatMap(CurrentActivity, (activity) => activity.sweepFailed(reason))
/** Reports that the policy files are refused, or are right. */
export const policiesRefused = (reasons: string | undefined) =>
  Effect.flatMap(CurrentActivity, (activity) => activity.policiesRefused(reasons))
/** Reports that the inbox of an organization, one of several, was read, or is refused. */
export const orgListed = (org: OrgId, refusal: string | undefined) =>
  Effect.flatMap(CurrentActivity, (activity) => activity.orgListed(org, refusal))
