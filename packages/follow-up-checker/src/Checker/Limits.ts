/**
 * What a policy limits beside its hours: whom it is for, how long a channel is open, how many messages, and how late.
 */
import type { Calendar } from "./Calendar.ts"
import type { ChatTimeline } from "./ChatTimeline.ts"
import { toIso } from "./Instant.ts"
import type { Policy, Step, Window } from "./Policy.ts"
import type { Finding } from "./Verdict.ts"

const tolerance = 50

/**
 * Whether the policy is for this chat, by its channel and its contact's country. A policy that names channels is not
 * for a chat whose channel is unknown, and the same of countries.
 */
export const isMatched = (
  { match }: Pick<Policy, "match">,
  { channel, country }: Pick<ChatTimeline, "channel" | "country">
): boolean =>
  (match.channels === undefined || (channel !== undefined && match.channels.includes(channel))) &&
  (match.countries === undefined || (country !== null && match.countries.includes(country.toUpperCase())))

/** The messaging window that the policy has for the channel of a chat, if any. */
export const windowOf = (
  { channel_windows }: Pick<Policy, "channel_windows">,
  { channel }: Pick<ChatTimeline, "channel">
): Window | undefined =>
  channel !== undefined && Object.hasOwn(channel_windows, channel) ? channel_windows[channel] : undefined

/** When the channel closes to us; never where the policy has no window for it. */
export const closesAt = (policy: Policy, chat: ChatTimeline): number => {
  const window = windowOf(policy, chat)
  return window === undefined ? Infinity : (chat.lastContactAt ?? -Infinity) + window.within
}

/** The cap that another follow-up at this instant would break. `unasked`: messages of others that may count as well. */
export const fullCap = (
  policy: Policy,
  calendar: Calendar,
  chat: ChatTimeline,
  zones: ReadonlyArray<string>,
  at: number,
  unasked: ReadonlyArray<number> = []
): string | undefined => {
  for (const { at_most, per, per_conversation } of policy.caps) {
    const sent = [...chat.followUps, ...unasked, ...(per_conversation === true ? [] : chat.elsewhere)]
    const isSameDay = (zone: string) => (earlier: number) =>
      calendar.dateOf(zone, earlier) === calendar.dateOf(zone, at)
    const isFull = (isCounted: (earlier: number) => boolean) => sent.filter(isCounted).length >= at_most
    if (
      !(per === "calendar_day"
        ? zones.some((zone) => isFull(isSameDay(zone)))
        : isFull((earlier) => at - earlier < per - tolerance))
    )
      continue
    return `there were ${at_most} ${per === "calendar_day" ? "on this day" : `in the ${per} ms before`}`
  }
  return undefined
}

/**
 * Whether a follow-up that was due then is later than its step allows: by the limit, or, where it may be shifted to
 * another day, by the limit and the time on the clocks where the contact is.
 */
export const isTooLate = (
  calendar: Calendar,
  zones: ReadonlyArray<string>,
  { lateness }: Step,
  due: number,
  at: number,
  grace: number
): boolean => {
  if (lateness === undefined || lateness.beyond === "send") return false
  const slack = lateness.limit + grace
  if (at - due <= slack) return false
  return lateness.beyond === "skip" || !calendar.passed(zones, due, at - slack, at)
}

/**
 * The limits that a follow-up at this instant breaks: a chat that the policy is not for, a window that has closed, a
 * cap that is full.
 */
export const judge = (
  policy: Policy,
  calendar: Calendar,
  chat: ChatTimeline,
  zones: ReadonlyArray<string>,
  at: number
): ReadonlyArray<Finding> => {
  const closed = closesAt(policy, chat)
  const cap = fullCap(policy, calendar, chat, zones, at)
  return [
    ...(isMatched(policy, chat) ? [] : [{ rule: "not_matched", detail: "the policy is for other chats" } as const]),
    ...(at < closed
      ? []
      : [{ rule: "outside_window", detail: `${chat.channel} was open until ${toIso(closed)}` } as const]),
    ...(cap === undefined ? [] : [{ rule: "capped", detail: cap } as const])
  ]
}
