/**
 * Until when a request is sent again whose answer was lost. A chat's `follow_up_at` that has passed may have been
 * carried out, and the same update would have it carried out a second time. So a repetition has to be handled before
 * that instant, even if that takes the whole deadline of an attempt.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type Failure, isAmbiguous } from "../../RetryPolicy.ts"
import type { CallState, Middleware } from "./CallState.ts"

const millisLeft = ({ deadlines, repeatBefore = Infinity }: CallState, now: number): number =>
  repeatBefore - Duration.toMillis(deadlines.attempt) - now

/** The part of a retry's situation that is about this, at a time in epoch milliseconds. */
export const left = (call: CallState, now: number): { readonly repeatableFor?: Duration.Duration } =>
  call.repeatBefore === undefined ? {} : { repeatableFor: Duration.millis(Math.max(0, millisLeft(call, now))) }

/** Keeps in mind that a request of this call may have been applied, if this failure does not rule it out. */
export const noted = (call: CallState, failure: Failure): Failure => {
  if (isAmbiguous(failure)) call.lost = failure
  return failure
}

/** Sends no request that would be a repetition too late: the call fails as the lost one did. */
export const inTime =
  (next: Middleware<Failure>): Middleware<Failure> =>
  (request, call) =>
    call.repeatBefore === undefined || call.lost === undefined
      ? next(request, call)
      : Effect.flatMap(Clock.currentTimeMillis, (now) =>
          millisLeft(call, now) > 0 ? next(request, call) : Effect.fail(call.lost!)
        )
