/** What the checker has to know of a scheduler beside the log and the policy. */
import type * as Duration from "effect/Duration"

/** How exact a scheduler has to be. All tolerances count in its favour. */
export interface Settings {
  /** How much later than the policy and its `arm_lead` say a follow-up may come. */
  readonly grace: Duration.DurationInput
  /** What it may take from an answer to the effect of what the scheduler does about it; default none. */
  readonly reaction?: Duration.DurationInput
  /** How old the scheduler's list of the unsubscribed may be, as no chat shows it; default two minutes. */
  readonly optOutAge?: Duration.DurationInput
  /**
   * How many schedulers use one key; default 1. With more, a list of contacts that one of them read is not held against
   * the others.
   */
  readonly schedulers?: number
  /** When the scheduler was not running, or stood still. */
  readonly down?: ReadonlyArray<Down>
}

/** In epoch milliseconds. */
export interface Down {
  readonly from: number
  readonly until: number
  /**
   * Whether it stood still and then went on, as a process that is frozen or a machine that is suspended; default false.
   * A request that it had begun leaves late, by what was known before. So this time does not count towards how long a
   * change may go unseen, where no answer showed the change to the scheduler.
   */
  readonly isFrozen?: boolean
}
