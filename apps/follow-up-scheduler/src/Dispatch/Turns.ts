/**
 * Limits how many planned follow-ups are begun at a time. The chat of each is read first. If the service, the quota or
 * the machine is too slow for so many, every read is too old before its request may be sent, and nothing is sent. After
 * as many late reads in a row as follow-ups are begun at a time, the limit is halved. Each request that is sent in time
 * raises it, by one in a round.
 */
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as CountText from "../Policy/CountText.ts"

/** The turns of planned follow-ups. */
export interface Turns {
  /** Runs this in a turn. Those that wait for one get it in the order in which they came. */
  readonly inTurn: <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Runs this in a turn where one is free now. */
  readonly ifFree: <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<Option.Option<A>, E, R>
  /** Learns whether a read was fresh enough for its request. */
  readonly learn: (isInTime: boolean) => Effect.Effect<void>
}

/** Turns of which at most so many are taken at a time: all of them at first. */
export const make = (most: number): Effect.Effect<Turns> =>
  Effect.map(Effect.makeSemaphore(most), (turns) => {
    let width = most
    let lowest = most
    let lateInARow = 0
    const resize = Effect.suspend(() => turns.resize(Math.floor(width)))
    const warn = Effect.suspend(() => {
      if (width >= lowest) return Effect.void
      lowest = width
      return Effect.logWarning(
        "chats were read too long before their requests could be sent; " +
          `at most ${CountText.count(width, "follow-up is", "follow-ups are")} begun at a time until all are in time`
      )
    })
    const learn = (isInTime: boolean) =>
      Effect.suspend(() => {
        lateInARow = isInTime ? 0 : lateInARow + 1
        if (isInTime) width = Math.min(most, width + 1 / width)
        else if (width > 1 && lateInARow >= Math.floor(width)) {
          lateInARow = 0
          width = Math.max(1, Math.floor(width / 2))
        } else return Effect.void
        return Effect.zipRight(resize, warn)
      })
    return { inTurn: turns.withPermits(1), ifFree: turns.withPermitsIfAvailable(1), learn }
  })
