/**
 * The two deadlines of a call: one for each attempt, from the first byte to the last, and one for the call with all its
 * waits. A call that waits for work at the server brings its own.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Failure } from "../../RetryPolicy.ts"
import type { CallState, Deadlines, Middleware } from "./CallState.ts"
import * as FailureToError from "./FailureToError.ts"
import type { Watch } from "./DeadlineTimer.ts"

/** The deadlines of a client's calls. */
export interface Settings extends Deadlines {
  /** Of an attempt of a call that the server answers only when its work is done. */
  readonly blocking: Duration.Duration
}

/** 20 seconds an attempt, 5 minutes a call, and 10 minutes an attempt that waits for the server's work. */
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

/** The failure of a try whose alarm rang. */
const late = (call: CallState): Failure =>
  call.alarm!.until < call.until
    ? Failure.AttemptTimedOut({ after: call.deadlines.attempt })
    : Failure.Rejected({ error: FailureToError.pastTotalDeadline(call, call.deadlines.total) })

/** One try, the wait for its permit included, in what the total deadline leaves. */
export const total =
  (watch: Watch) =>
  (next: Middleware<Failure>): Middleware<Failure> =>
  (request, call) =>
    watch.within(
      call.until,
      call.span,
      (alarm) => {
        call.alarm = alarm
        return next(request, call)
      },
      () => Effect.fail(late(call))
    )

/** The try has its permit, and this long for its request. */
export const begin = (call: CallState, now: number): void =>
  call.alarm?.set(Math.min(call.until, now + Duration.toMillis(call.deadlines.attempt)))

/** The request is over: what is left to do is not part of it. */
export const end = (call: CallState): void => call.alarm?.set(call.until)

/** How a request ended; of its alarm it shows only that it was interrupted. */
export const endOf = <A>(exit: Exit.Exit<A, Failure>, call: CallState): Exit.Exit<A, Failure> =>
  call.alarm?.hasRung === true && call.alarm.until < call.until && Exit.isInterrupted(exit)
    ? Exit.fail(late(call))
    : exit
