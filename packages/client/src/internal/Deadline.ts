/** The two deadlines of a call: one for each attempt, from the first byte to the last, and one for the call with all its waits. */
import type * as InventError from "@effect-invent/domain/InventError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Failure } from "../RetryPolicy.ts"
import type { Step } from "./Call.ts"
import * as Outcome from "./Outcome.ts"

export interface Deadlines {
  readonly attempt: Duration.Duration
  /** Counts waiting for a permit and backing off, too. */
  readonly total: Duration.Duration
}

export const defaults: Deadlines = { attempt: Duration.seconds(20), total: Duration.minutes(5) }

export const perAttempt =
  (after: Duration.Duration) =>
  (next: Step<Failure>): Step<Failure> =>
  (request, call) =>
    Effect.timeoutFail(next(request, call), {
      duration: after,
      onTimeout: () => Failure.AttemptTimedOut({ after })
    })

export const total =
  (after: Duration.Duration) =>
  (next: Step<InventError.InventError>): Step<InventError.InventError> =>
  (request, call) =>
    Effect.timeoutFail(next(request, call), {
      duration: after,
      onTimeout: () => Outcome.pastTotalDeadline(call, after)
    })
