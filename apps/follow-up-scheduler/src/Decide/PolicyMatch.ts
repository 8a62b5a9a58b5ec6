/** Whether a chat is one that the policy is for. */
import type { Match } from "../Policy/Match.ts"
import type { ChatSnapshot } from "./ChatSnapshot.ts"

/** The facts that `match` compares; undefined where the service does not give one, and then no key for it holds. */
export type Traits = Pick<
  ChatSnapshot,
  "assistant_id" | "channel" | "isAdmin" | "segments" | "country" | "language" | "referral"
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
  isAmong(match.assistants, [chat.assistant_id]) &&
  isAmong(match.channels, [chat.channel]) &&
  isAmong(match.segments, chat.segments) &&
  isAmong(match.countries, [chat.country]) &&
  isAmong(match.languages, [chat.language]) &&
  isAmong(match.referrals, [chat.referral]) &&
  (match.admins === undefined || chat.isAdmin)
