/** When a policy lets a contact be written to: hours, days off and the windows of the channels. */
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import * as Duration from "effect/Duration"
import type * as NextAllowed from "../NextAllowed.ts"
import type { AnyPolicy, Policy } from "../Policy.ts"
import type { ChannelWindow } from "./Fields.ts"

/** The hours in which a follow-up may go out: all but the quiet hours. */
export const openHours = (policy: Pick<Policy, "quiet_hours">): NextAllowed.Window =>
  policy.quiet_hours === undefined
    ? { start: "00:00", end: "24:00" }
    : { start: policy.quiet_hours.end, end: policy.quiet_hours.start }

/** Local dates without follow-ups for a contact of this country. */
export const holidaysOf = (policy: AnyPolicy, country: string | undefined): ReadonlyArray<string> => [
  ...policy.holidays,
  ...(OpenRecord.get(policy.holiday_sets, country ?? "") ?? [])
]

/** The hours and days in which a contact of this country may be written to, by the clocks of this zone. */
export const hoursIn = (policy: AnyPolicy, country: string | undefined, zone: string): NextAllowed.Hours => ({
  zone,
  window: openHours(policy),
  weekdays: policy.weekdays,
  holidays: holidaysOf(policy, country),
  isDayOff: (date) => policy.public_holidays?.nameOn(date) !== undefined
})

/**
 * The window of a channel; undefined where the policy gives it none. For an unknown kind of channel, the shortest
 * window of the policy.
 */
export const channelWindow = (
  { channel_windows }: Pick<Policy, "channel_windows">,
  channel: string | undefined
): ChannelWindow | undefined => {
  if (channel !== undefined) return Object.entries(channel_windows).find(([name]) => name === channel)?.[1]
  return Object.values(channel_windows).reduce<ChannelWindow | undefined>(
    (strictest, window) =>
      window !== undefined && (strictest === undefined || Duration.lessThan(window.within, strictest.within))
        ? window
        : strictest,
    undefined
  )
}
