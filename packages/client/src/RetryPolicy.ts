/**
 * Whether and when one failed attempt is followed by another. The decision is one pure function of the failure and of
 * how safe the request is to repeat; nothing else in the client decides it.
 */
import type { Safety } from "@effect-invent/domain/api/RetrySafety"
import type { InventError } from "@effect-invent/domain/InventError"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

/** An answer with a status, as far as an error needs it. */
export interface Answer {
  readonly status: number
  readonly excerpt: string
  readonly requestId: string | undefined
}

/** How one attempt can fail. */
export type Failure = Data.TaggedEnum<{
  /** Too many calls wait for the rate limit; this one would have waited so long. */
  QueueFull: { readonly queued: number; readonly expectedWait: Duration.Duration }
  /** The store of a rate limit that processes share does not answer. */
  RateLimitUnavailable: { readonly reason: string }
  /** Provably never reached the server: the name did not resolve, the connection was refused, TLS failed. */
  NeverSent: { readonly reason: string }
  /** It left, and no whole answer came back. */
  AnswerLost: { readonly reason: string }
  /** It left, and the attempt's deadline passed. */
  AttemptTimedOut: { readonly after: Duration.Duration }
  /** 429: refused before it was applied. */
  Throttled: { readonly answer: Answer; readonly retryAfter: Option.Option<Duration.Duration> }
  /** 5xx: it is unknown whether it was applied. */
  Faulted: { readonly answer: Answer; readonly retryAfter: Option.Option<Duration.Duration> }
  /** An answer that would be the same next time. */
  Rejected: { readonly error: InventError }
}>
/** Makes a failure, matches on its tag (`$match`), and tests for it (`$is`). */
export const Failure = Data.taggedEnum<Failure>()

/** What follows on a failed attempt. */
export type Decision = Data.TaggedEnum<{
  /** Try again after this wait. */
  Repeat: { readonly after: Duration.Duration }
  /** This failure is the call's result. */
  GiveUp: {}
  /** The server requires a wait that is longer than the rest of the deadline. */
  TooLong: { readonly wait: Duration.Duration }
}>
/** Makes a decision, matches on its tag (`$match`), and tests for it (`$is`). */
export const Decision = Data.taggedEnum<Decision>()

/** How often a call is tried, and how long it waits in between. */
export interface RetryPolicy {
  /**
   * Requests per call at most, the first one included, without those that a 429 refused: they were not applied, so the
   * call goes back to the rate limit's queue until its deadline. With 1 nothing is repeated, after a 429 neither.
   */
  readonly maxAttempts: number
  /** The upper end of the first back-off; it doubles with each attempt. */
  readonly baseDelay: Duration.Duration
  /** The longest back-off, unless `Retry-After` is longer. */
  readonly maxDelay: Duration.Duration
}

/**
 * In production a second and third retry succeed for 2 to 3 % of the requests that need them: four attempts are plenty.
 */
export const defaults: RetryPolicy = {
  maxAttempts: 4,
  baseDelay: Duration.millis(500),
  maxDelay: Duration.seconds(20)
}

/** Everything that a decision depends on: no clock, no randomness and no other state is read. */
export interface Situation {
  readonly policy: RetryPolicy
  readonly failure: Failure
  readonly safety: Safety
  /** The attempt that failed, from 1; without those that a 429 refused, unless the limit is the endpoint's own. */
  readonly attempt: number
  /** Whether the endpoint has a limit of its own, so that a 429 does not make the limiter pause. */
  readonly hasOwnLimit?: boolean | undefined
  /** Whether the shared retry budget still has a token. */
  readonly budgetLeft: boolean
  /** What the total deadline leaves. */
  readonly remaining: Duration.Duration
  /**
   * How long the request may still be sent again although its answer was lost; without it, for as long as the rest
   * allows.
   */
  readonly repeatableFor?: Duration.Duration
  /** A random number in [0, 1) that places the wait inside the back-off: full jitter. */
  readonly jitter: number
}

/** Whether the request may have been applied. */
export const isAmbiguous = ({ _tag }: Failure): boolean =>
  _tag === "AnswerLost" || _tag === "AttemptTimedOut" || _tag === "Faulted"

/** Whether a repetition cannot do the request twice. */
const isRepeatable = (failure: Failure, safety: Safety): boolean =>
  failure._tag === "NeverSent" || failure._tag === "Throttled" || (isAmbiguous(failure) && safety !== "Unsafe")

/** A 429 is the limiter's business, not an outage: it spends neither budget nor attempts. */
export const isSpending = (failure: Failure): boolean => failure._tag !== "Throttled"

const isExhausted = ({ attempt, budgetLeft, failure, policy }: Situation): boolean =>
  isSpending(failure) ? attempt >= policy.maxAttempts || !budgetLeft : policy.maxAttempts === 1

/** Where the limiter pauses after a 429, its pauses grow, and the back-off stays at its first. */
const ceilingOf = ({ attempt, failure, hasOwnLimit, policy }: Situation): Duration.Duration => {
  const doublings = hasOwnLimit === true || isSpending(failure) ? attempt - 1 : 0
  return Duration.min(Duration.times(policy.baseDelay, 2 ** doublings), policy.maxDelay)
}

/**
 * Decides what follows on a failed attempt.
 *
 * - `Repeat` only where a repetition cannot do the request twice: after a 429, after a request that provably never
 *   left, and after any other lost answer or 5xx unless the endpoint is unsafe. An answer that would be the same next
 *   time is never repeated.
 * - The wait is a random part of a back-off that starts at `baseDelay` and doubles up to `maxDelay`, on top of what the
 *   server requires in `Retry-After`.
 * - `GiveUp` where it may not be repeated, where `maxAttempts` or the budget is used up, and where the wait would not
 *   end before the call's deadline or within `repeatableFor`. A 429 uses up neither attempts nor budget.
 * - `TooLong` where `Retry-After` alone is not shorter than what the deadline leaves.
 */
export const decide = (situation: Situation): Decision => {
  const { failure, jitter, remaining, safety } = situation
  if (!isRepeatable(failure, safety) || isExhausted(situation)) return Decision.GiveUp()
  const backOff = Duration.times(ceilingOf(situation), jitter)
  const required = failure._tag === "Throttled" || failure._tag === "Faulted" ? failure.retryAfter : Option.none()
  if (Option.isSome(required) && Duration.greaterThanOrEqualTo(required.value, remaining)) {
    return Decision.TooLong({ wait: required.value })
  }
  const after = Option.match(required, {
    onNone: () => backOff,
    // All callers got the same instant: the jitter is added to it.
    onSome: (floor) => Duration.sum(floor, backOff)
  })
  const left = isAmbiguous(failure) ? Duration.min(remaining, situation.repeatableFor ?? remaining) : remaining
  return Duration.greaterThanOrEqualTo(after, left) ? Decision.GiveUp() : Decision.Repeat({ after })
}
