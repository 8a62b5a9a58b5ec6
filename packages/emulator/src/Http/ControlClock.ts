/** How far the clock can be moved by a control route. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { badRequest, type Refusal } from "../Refusal.ts"

/** At once. What falls due on the way happens one after the other, which takes its time. */
const longestDays = 36_525

/** RFC 3339 has years of four digits. */
const latest = DateTime.unsafeMake("9999-12-31T23:59:59.999Z")

/** Reads `2 hours`. Refuses with 400 what is no duration, is negative, or would move the clock too far. */
export const duration = (by: string): Effect.Effect<Duration.Duration, Refusal> =>
  Effect.gen(function* () {
    // A duration that is negative would be decoded as zero.
    if (by.trim().startsWith("-")) return yield* badRequest(`by: the clock cannot be moved back, got "${by}"`)
    const read = Option.filter(Duration.decodeUnknown(by), Duration.isFinite)
    if (Option.isNone(read)) return yield* badRequest(`by: expected a duration such as "2 hours", got "${by}"`)
    if (Duration.greaterThan(read.value, Duration.days(longestDays))) {
      return yield* badRequest(`by: the clock cannot be moved by more than ${longestDays} days at once, got "${by}"`)
    }
    const now = yield* DateTime.now
    if (DateTime.greaterThan(DateTime.addDuration(now, read.value), latest)) {
      return yield* badRequest(`by: the clock cannot be moved beyond ${DateTime.formatIso(latest)}, got "${by}"`)
    }
    return read.value
  })
