/**
 * Wakes a follow-up at its instant. A timer is a hint: the ledger records what is due, and the sweep takes up what no
 * timer woke (decision 0002). Each one is a message of @effect/cluster, stored with the instant of its delivery, to one
 * entity per conversation.
 *
 * A message is sent ten minutes before its instant; until then a follow-up waits in the ledger alone. The cluster's
 * search for due messages passes over every stored message, so many that wait for days would slow down the few that are
 * due.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { FollowUp } from "./Plan/FollowUp.ts"

/**
 * Sets timers. A timer is never cancelled: one that was set before a row changed has an older `revision`, and does
 * nothing.
 */
export class Timer extends Context.Tag("@effect-invent/follow-up-scheduler/Timer")<
  Timer,
  {
    /**
     * Sets a timer for `due_at`; where that is not {@link near} yet, the timer is set once it is. Never fails; a timer
     * that is lost is replaced by the sweep.
     */
    readonly schedule: (followUp: FollowUp) => Effect.Effect<void>
  }
>() {}

/** How long before its instant a timer's message is sent. */
export const near = Duration.minutes(10)

/** Sets no timers: what is due is found by the next sweep. */
export const layerNone: Layer.Layer<Timer> = Layer.succeed(Timer, { schedule: () => Effect.void })
