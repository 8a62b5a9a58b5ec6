/**
 * The two deadlines of a call: one for each attempt, from the first byte to the last, and one for the call with all its
 * waits. A call that waits for work at the server brings its own.
 */
import type * as InventError from "@effect-invent/domain/InventError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Failure } from "../RetryPolicy.ts"
import type { Deadlines, Step } from "./Call.ts"
import * as Outcome from "./Outcome.ts"
import type { Watch } from "./Watch.ts"

export interface Settings extends Deadlines {
  /** Of an attempt of a call that the server answers only when its work is done. */
  readonly blocking: Duration.Duration
}

export const defaults: Settings = {
  attempt: Duration.seconds(20),
  total: Duration.minutes(5),
  blocking: Duration.minutes(10)
}

/** The work may take its time; the rest of the call has as long as any other. */
export const ofBlocking = ({ blocking, total }: Settings): Deadlines => ({
  attempt: blocking,
  total: Duration.sum(total, blocking)
})

export const perAttempt =
  (watch: Watch, after: Duration.Duration) =>
  (next: Step<Failure>): Step<Failure> =>
  (request, call) => {
    const own = call.deadlines?.attempt ?? after
    return watch.within(next(request, call), own, () => Effect.fail(Failure.AttemptTimedOut({ after: own })))
  }

export const total =
  (watch: Watch, after: Duration.Duration) =>
  (next: Step<InventError.InventError>): Step<InventError.InventError> =>
  (request, call) => {
    const own = call.deadlines?.total ?? after
    return watch.within(next(request, call), own, () => Effect.fail(Outcome.pastTotalDeadline(call, own)))
  }
