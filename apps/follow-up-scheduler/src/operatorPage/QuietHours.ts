/** When nothing goes out in a zone, exact to the minute, for the time line of the page. Pure. */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as NextAllowed from "../NextAllowed.ts"
import type * as Policy from "../Policy.ts"
import * as AllowedTimes from "../Policy/AllowedTimes.ts"
import type { TimeRange } from "./Api.ts"

const minute = 60_000
const longestStride = 15

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** How many minutes the search may step ahead without passing over quiet hours. */
const strideOf = ({ quiet_hours }: Policy.AnyPolicy): number => {
  if (quiet_hours === undefined) return longestStride
  const length = (minuteOf(quiet_hours.end) - minuteOf(quiet_hours.start) + 1440) % 1440
  return Math.min(longestStride, Math.max(1, length))
}

/** Where a contact is, as far as it is known. */
export interface Place {
  /** The zones the contact may be in: what is closed on one of these clocks is closed. */
  readonly zones: ReadonlyArray<string>
  readonly country: string | undefined
}

/**
 * The closed lengths of time between two instants, in order. An unknown zone is never open: all the time between counts
 * as closed.
 */
export const between = (
  policy: Policy.AnyPolicy,
  { country, zones }: Place,
  from: DateTime.Utc,
  to: DateTime.Utc
): ReadonlyArray<TimeRange> => {
  const hours = zones.map((zone) => AllowedTimes.hoursIn(policy, country, zone))
  const opening = (millis: number) => {
    const found = NextAllowed.nextAllowedByEach(hours, DateTime.unsafeMake(millis))
    return Math.min(
      Option.match(found, { onNone: () => to.epochMillis, onSome: ({ epochMillis }) => epochMillis }),
      to.epochMillis
    )
  }
  const isOpen = (millis: number) => opening(millis) === millis

  const stride = strideOf(policy)
  /** The first closed minute after an open one. */
  const closing = (open: number): number => {
    let last = open
    while (last < to.epochMillis && isOpen(Math.min(last + stride * minute, to.epochMillis - 1)))
      last += stride * minute
    while (last < to.epochMillis && isOpen(last)) last += minute
    return Math.min(last, to.epochMillis)
  }

  const stretches: Array<TimeRange> = []
  let at = from.epochMillis
  while (at < to.epochMillis) {
    const open = opening(at)
    if (open > at) stretches.push({ from: DateTime.unsafeMake(at), to: DateTime.unsafeMake(open) })
    at = closing(open)
  }
  return stretches
}
