/** The verdict of the checker: which rules were broken where, and how much there was to judge. */

export type Rule =
  | "duplicate"
  | "too_early"
  | "after_reply"
  | "after_takeover"
  | "while_closed"
  | "while_snoozed"
  | "while_muted"
  | "to_blocked"
  | "to_unsubscribed"
  | "to_holdout"
  | "quiet_hours"
  | "before_effective_from"
  | "not_matched"
  | "outside_window"
  | "capped"
  | "too_late"
  /** It came after the deadline: the due instant, the policy's lead and spread, and the grace. */
  | "late"
  /** It was owed at the deadline and never came. */
  | "missed"

/** A rule that is broken, and how. */
export interface Finding {
  readonly rule: Rule
  readonly detail: string
  /** How long after the deadline it came, in milliseconds: of `late`, and of no other rule. */
  readonly late_ms?: number
}

/** A broken rule, with the chat and the time that it is about. */
export interface Violation extends Finding {
  readonly chat_id: string
  /** ISO 8601: when the follow-up was sent, or at the latest should have been. */
  readonly at: string
}

/** How many values there are, and what they are, in milliseconds. */
export interface Summary {
  readonly count: number
  readonly p50_ms: number | null
  readonly p99_ms: number | null
  readonly max_ms: number | null
}

/** The checker's result for a log: the violations, and how many chats and follow-ups it judged. */
export interface Verdict {
  readonly violations: ReadonlyArray<Violation>
  readonly chats: number
  /** Those of the scheduler. */
  readonly followUps: number
  /** Those that someone else had set, and that are no violation here. */
  readonly foreignFollowUps: number
  /** Follow-ups that came after their deadline, and by how much. */
  readonly late: Summary
  /** Follow-ups that never came. */
  readonly missed: number
  /** Follow-ups that crossed a change the scheduler could not have known of, and how long before them it came. */
  readonly races: Summary
  /** By the name of the key. */
  readonly requests: Readonly<Record<string, number>>
  readonly refused429: Readonly<Record<string, number>>
}

/** The smallest value that at least this share of the values does not exceed. */
const percentile = (sorted: ReadonlyArray<number>, share: number): number | null =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null

/** Counts values, and gives their median, 99th percentile and maximum; each is null where there are none. */
export const summarize = (millis: ReadonlyArray<number>): Summary => {
  const sorted = millis.toSorted((a, b) => a - b)
  return {
    count: sorted.length,
    p50_ms: percentile(sorted, 0.5),
    p99_ms: percentile(sorted, 0.99),
    max_ms: sorted.at(-1) ?? null
  }
}
