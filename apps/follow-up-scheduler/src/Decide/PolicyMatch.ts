/** Whether a chat is one that the policy is for. */
import type { Match } from "../Policy/Match.ts"
import type { ChatSnapshot } from "./ChatSnapshot.ts"

/** The facts that `match` compares; undefined where the service does not give one, and then no key for it holds. */
export type Traits = Pick<
  ChatSnapshot,
  "org_id" | "assistant_id" | "channel" | "isAdmin" | "segments" | "country" | "language" | "referral"
>

const isAmong = (
  wanted: ReadonlyArray<string> | undefined,
  found: ReadonlyArray<string | undefined> | undefined
): boolean => wanted === undefined || (found ?? []).some((value) => value !== undefined && wanted.includes(value))

/**
 * Whether every key that the policy's `match` gives holds, by any of its values. A key does not hold where the service
 * does not give the value. Whom the policy excludes without being asked is decided in `Audience`.
 */
export const matches = (match: Match, chat: Traits): boolean =>
  isAmong(match.orgs, [chat.org_id]) &&
  isAmong(match.assistants, [chat.assistant_id]) &&
  isAmong(match.channels, [chat.channel]) &&
  isAmong(match.segments, chat.segments) &&
  isAmong(match.countries, [chat.country]) &&
  isAmong(match.languages, [chat.language]) &&
  isAmong(match.referrals, [chat.referral]) &&
  (match.admins === undefined || chat.isAdmin)

/**
 * Whether a key that the policy's `match` gives cannot hold, because the chat has another value for it. A value that
 * is not known says nothing, and `admins` is not compared: `Audience` does that.
 */
export const isExcluded = (match: Match, chat: Traits): boolean => {
  const isOther = (wanted: ReadonlyArray<string> | undefined, found: string | undefined) =>
    found !== undefined && !isAmong(wanted, [found])
  return (
    isOther(match.orgs, chat.org_id) ||
    isOther(match.assistants, chat.assistant_id) ||
    isOther(match.channels, chat.channel) ||
    (chat.segments !== undefined && !isAmong(match.segments, chat.segments)) ||
    isOther(match.countries, chat.country) ||
    isOther(match.languages, chat.language) ||
    isOther(match.referrals, chat.referral)
  )
}
