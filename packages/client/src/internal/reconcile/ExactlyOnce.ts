/** Sends a request, and looks for what became of it before it is sent again. */
import { OutcomeUnknown } from "@effect-invent/domain/InventError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { defaults, type Patience, Verdict } from "./Verdict.ts"

/** Looks until it is certain that it was applied, or to the end of the time in which that can show. */
const settled = <A, E, R>(
  look: Effect.Effect<Verdict<A>, E, R>,
  { looks = defaults.looks, visibleWithin = defaults.visibleWithin }: Patience
): Effect.Effect<Verdict<A>, never, R> => {
  const last = Math.max(1, looks)
  // The last look comes at the end of that time, and not a fraction before it.
  const gap = Duration.millis(Math.ceil(Duration.toMillis(visibleWithin) / Math.max(1, last - 1)))
  const folded = Effect.catchAll(look, (error) => Effect.succeed(Verdict.StillUnknown({ reason: String(error) })))
  const from = (nth: number): Effect.Effect<Verdict<A>, never, R> =>
    Effect.flatMap(folded, (verdict) =>
      verdict._tag === "Applied" || nth >= last
        ? Effect.succeed(verdict)
        : Effect.zipRight(Effect.sleep(gap), from(nth + 1))
    )
  return last === 1 ? Effect.zipRight(Effect.sleep(gap), from(1)) : from(1)
}

const isUnknown = (error: unknown): error is OutcomeUnknown => error instanceof OutcomeUnknown

/**
 * Sends, and when the outcome is unknown looks for what became of it: gives the result where it was applied, sends
 * again only where it was not applied at the end of the wait, and fails with the `OutcomeUnknown` otherwise. `verdict`
 * judges the first request that was lost, so that one which is listed late is still found; its own failures count as
 * no evidence.
 */
export const exactlyOnce = <A, E, R, E2, R2>(
  send: Effect.Effect<A, E | OutcomeUnknown, R>,
  verdict: (unknown: OutcomeUnknown) => Effect.Effect<Verdict<A>, E2, R2>,
  patience: Patience = {}
): Effect.Effect<A, E | OutcomeUnknown, R | R2> => {
  const { maxSends = defaults.maxSends } = patience
  const from = (nth: number, first?: OutcomeUnknown): Effect.Effect<A, E | OutcomeUnknown, R | R2> =>
    Effect.catchIf(send, isUnknown, (unknown) =>
      Effect.flatMap(
        settled(verdict(first ?? unknown), patience),
        (verdict): Effect.Effect<A, E | OutcomeUnknown, R | R2> => {
          if (verdict._tag === "Applied") return Effect.succeed(verdict.result)
          return verdict._tag === "NotApplied" && nth < maxSends
            ? from(nth + 1, first ?? unknown)
            : Effect.fail(unknown)
        }
      )
    )
  return from(1)
}
