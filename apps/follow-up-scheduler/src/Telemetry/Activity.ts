/** What the scheduler tells of its loop as it turns, to whoever watches over the process. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

export interface Activity {
  /** The loop has come round, or a follow-up was taken up. */
  readonly turned: Effect.Effect<void>
  /** The ledger was searched to the end for what is due. */
  readonly swept: Effect.Effect<void>
  /** It could not be searched, for this reason. */
  readonly sweepFailed: (reason: string) => Effect.Effect<void>
}

/** Nobody listens, unless somebody is put in. */
export class CurrentActivity extends Context.Reference<CurrentActivity>()("@effect-invent/follow-up-scheduler/Telemetry/Activity", {
  defaultValue: (): Activity => ({ turned: Effect.void, swept: Effect.void, sweepFailed: () => Effect.void })
}) {}

export const turned = Effect.flatMap(CurrentActivity, (activity) => activity.turned)
export const swept = Effect.flatMap(CurrentActivity, (activity) => activity.swept)
export const sweepFailed = (reason: string) => Effect.flatMap(CurrentActivity, (activity) => activity.sweepFailed(reason))
