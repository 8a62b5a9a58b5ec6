/** What a policy limits beside its hours: whom it is for, how long a channel is open, how many messages, and how late. */
import type { Calendar } from "./Calendar.ts"
import type { Chat } from "./Chat.ts"
import { toIso } from "./Instant.ts"
import type { Policy, Step, Window } from "./Policy.ts"
import type { Finding } from "./Verdict.ts"

const tolerance = 50
const day = 86_400_000

export const isMatched = ({ match }: Policy, { channel, country }: Pick<Chat, "channel" | "country">): boolean =>
  (match.channels === undefined || (channel !== undefined && match.channels.includes(channel))) &&
  (match.countries === undefined || (country !== null && match.countries.includes(country.toUpperCase())))

export const windowOf = ({ channel_windows }: Policy, { channel }: Pick<Chat, "channel">): Window | undefined =>
  channel !== undefined && Object.hasOwn(channel_windows, channel) ? channel_windows[channel] : undefined

/** When the channel closes to us; never where the policy has no window for it. */
export const closesAt = (policy: Policy, chat: Chat): number => {
  const window = windowOf(policy, chat)
  return window === undefined ? Infinity : (chat.lastContactAt ?? -Infinity) + window.within
}

/** The cap that another follow-up at this instant would break. */
export const fullCap = (policy: Policy, calendar: Calendar, chat: Chat, zone: string, at: number): string | undefined => {
  for (const { at_most, per } of policy.caps) {
    const isCounted = (earlier: number) =>
      per === "calendar_day" ? calendar.dateOf(zone, earlier) === calendar.dateOf(zone, at) : at - earlier < per - tolerance
    if (chat.followUps.filter(isCounted).length < at_most) continue
    return `there were ${at_most} ${per === "calendar_day" ? "on this day" : `in the ${per} ms before`}`
  }
  return undefined
}

/** Whether a follow-up that was due then is later than its step allows: by the limit, or by it and whole days. */
export const isTooLate = ({ lateness }: Step, due: number, at: number, grace: number): boolean => {
  if (lateness === undefined || lateness.beyond === "send") return false
  const late = at - due
  const slack = lateness.limit + grace
  return late > slack && (lateness.beyond === "skip" || late % day > slack)
}

export const judge = (policy: Policy, calendar: Calendar, chat: Chat, zone: string | undefined, at: number): ReadonlyArray<Finding> => {
  const closed = closesAt(policy, chat)
  const cap = zone === undefined ? undefined : fullCap(policy, calendar, chat, zone, at)
  return [
    ...(isMatched(policy, chat) ? [] : [{ rule: "not_matched", detail: "the policy is for other chats" } as const]),
    ...(at < closed ? [] : [{ rule: "outside_window", detail: `${chat.channel} was open until ${toIso(closed)}` } as const]),
    ...(cap === undefined ? [] : [{ rule: "capped", detail: cap } as const])
  ]
}
