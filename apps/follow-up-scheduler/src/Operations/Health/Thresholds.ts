/** How long something may last before it counts as a trouble, and the environment variables that set it. */
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"

/** How long something may last before it counts as a trouble. See docs/operating.md. */
export interface Thresholds {
  /** How long the loop may stand still before it counts as stuck. */
  readonly stuckAfter: Duration.Duration
  /** How long no list of chats or messages may be read before the trouble `not_looked` begins. */
  readonly lookWithin: Duration.Duration
  /**
   * How long after it was due a follow-up counts as late. The time that those which are due keep the quota busy is
   * added.
   */
  readonly lateAfter: Duration.Duration
  /** How long a pause may last before it counts as forgotten. */
  readonly pausedFor: Duration.Duration
  /** For how long an answer with 429 counts as a trouble. */
  readonly throttledFor: Duration.Duration
}

const duration = (name: string, byDefault: Duration.Duration) => Config.withDefault(Config.duration(name), byDefault)

/** The settings where the environment gives none. */
export const defaults: Thresholds = {
  stuckAfter: Duration.minutes(5),
  lookWithin: Duration.minutes(10),
  lateAfter: Duration.minutes(10),
  pausedFor: Duration.hours(4),
  throttledFor: Duration.minutes(10)
}

/** `FOLLOW_UPS_STUCK_AFTER`, `_LOOK_WITHIN`, `_LATE_AFTER`, `_PAUSED_FOR` and `_THROTTLED_FOR`, else the defaults. */
export const settings: Config.Config<Thresholds> = Config.all({
  stuckAfter: duration("FOLLOW_UPS_STUCK_AFTER", defaults.stuckAfter),
  lookWithin: duration("FOLLOW_UPS_LOOK_WITHIN", defaults.lookWithin),
  lateAfter: duration("FOLLOW_UPS_LATE_AFTER", defaults.lateAfter),
  pausedFor: duration("FOLLOW_UPS_PAUSED_FOR", defaults.pausedFor),
  throttledFor: duration("FOLLOW_UPS_THROTTLED_FOR", defaults.throttledFor)
})
