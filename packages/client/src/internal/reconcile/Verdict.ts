/**
 * Judges by what a server lists whether a request was applied. Each equal entry stands for one request; any number that
 * allows two readings is `StillUnknown`.
 */
import type { OutcomeUnknown } from "@effect-invent/domain/InventError"
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Similarity from "./Similarity.ts"

/** What became of a request whose answer was lost, by what the server lists. */
export type Verdict<A> = Data.TaggedEnum<{
  /** It was applied, and this is its result. */
  Applied: { readonly result: A }
  /** It was not applied, if the assumptions hold. */
  NotApplied: {}
  /** The evidence allows two readings, or there is none yet. */
  StillUnknown: { readonly reason: string }
}>
interface VerdictDefinition extends Data.TaggedEnum.WithGenerics<1> {
  readonly taggedEnum: Verdict<this["A"]>
}
/** Makes a verdict, matches on its tag (`$match`), and tests for it (`$is`). */
export const Verdict = Data.taggedEnum<VerdictDefinition>()

/** How long to look for what became of a request, and how often to send it. */
export interface Patience {
  /** What was applied is listed at most so long after its answer was lost; default 10 seconds. */
  readonly visibleWithin?: Duration.DurationInput
  /** How often to look in that time, the last time at its end; default 4. */
  readonly looks?: number
  /** How often to send at most; default 2. */
  readonly maxSends?: number
}

/** Which of the entries that are listed can be the request's. */
export interface Window {
  /** How far the server's clock may be from ours, in either direction; default 2 minutes. */
  readonly skew?: Duration.DurationInput
  /** How many equal requests are unaccounted for, this one included; default 1. */
  readonly sends?: number
}

/** The defaults of {@link Patience} and {@link Window}. */
export const defaults = { visibleWithin: Duration.seconds(10), looks: 4, maxSends: 2, skew: Duration.minutes(2) }

/** The server's clock may be as far off as `skew`. */
export const before = (instant: DateTime.Utc, { skew = defaults.skew }: Window) =>
  DateTime.subtractDuration(instant, skew)

/** The verdict when nothing was found: that is an answer only when it had the time to appear. */
export const absent = (
  unknown: OutcomeUnknown,
  { visibleWithin = defaults.visibleWithin }: Patience
): Effect.Effect<Verdict<never>> =>
  Effect.map(DateTime.now, (now) => {
    const conclusiveAt = DateTime.addDuration(unknown.lostAt ?? unknown.sentAt, visibleWithin)
    return DateTime.lessThan(now, conclusiveAt)
      ? Verdict.StillUnknown({ reason: `nothing is listed yet; look again at ${DateTime.formatIso(conclusiveAt)}` })
      : Verdict.NotApplied()
  })

/**
 * The verdict by any list: as many equal entries as requests, and each was applied. Any other number fits no single
 * reading, except none.
 */
export const judge = <A extends { readonly id: string }>(
  candidates: ReadonlyArray<A>,
  likeness: (candidate: A) => Similarity.Similarity,
  unknown: OutcomeUnknown,
  options: Window & Patience & { readonly known?: ReadonlyArray<string> }
): Effect.Effect<Verdict<A>> => {
  const known = new Set(options.known)
  const isNew = candidates.filter(({ id }) => !known.has(id))
  const equal = isNew.filter((candidate) => likeness(candidate) === "Equal")
  const doubtful = isNew.filter((candidate) => likeness(candidate) === "Doubtful")
  const sends = options.sends ?? 1
  if (doubtful.length > 0) {
    const ids = doubtful.map(({ id }) => id).join(", ")
    return Effect.succeed(Verdict.StillUnknown({ reason: `author, content or time leaves open whether it is ${ids}` }))
  }
  if (equal.length === 0) return absent(unknown, options)
  return Effect.succeed(
    equal.length === sends
      ? Verdict.Applied({ result: equal[equal.length - 1]! })
      : Verdict.StillUnknown({
          reason: `${sends} sent, ${equal.length} equal listed: ${equal.map(({ id }) => id).join(", ")}`
        })
  )
}
