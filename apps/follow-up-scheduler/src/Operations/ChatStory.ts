/** Describes, for people, what happened to a chat and what became of all chats. */
import type { ChatId } from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import type { AuditEntry } from "../Ledger/AuditEntries.ts"
import type { Tally } from "../Ledger/ChatDecisions.ts"
import * as AuditEvent from "../Ledger/AuditEvent.ts"
import { describe, Reason } from "../Decide/Reason.ts"
import * as CountText from "../Policy/CountText.ts"

const isReason = Schema.is(Reason)

/** The story of one chat, oldest first. Times are UTC. */
export const ofChat = (chat_id: ChatId, entries: ReadonlyArray<AuditEntry>): ReadonlyArray<string> => {
  if (entries.length === 0) return [`nothing is on record about chat ${chat_id}: it was never looked at`]
  const day = (entry: AuditEntry) => DateTime.formatIsoDateUtc(entry.at)
  return entries.flatMap((entry, index) => {
    const previous = entries[index - 1]
    const heading = previous === undefined || day(previous) !== day(entry) ? [`${day(entry)} (UTC)`] : []
    return [...heading, `  ${AuditEvent.timeOfDay(entry.at)}  ${AuditEvent.sentence(entry)}`]
  })
}

/** The text of a tally: how many follow-ups were sent, whether the chat waits, and why. */
export const outcome = ({ decision, reason, sent }: Tally): string => {
  const waits = decision === "Wait" ? "waiting, " : ""
  const why = reason === null ? "due or under way" : isReason(reason) ? describe(reason) : reason
  const followUps = sent === 0 ? "no follow-up" : CountText.count(sent, "follow-up")
  return `${followUps}; ${waits}${why}`
}

/** One line for each outcome; the counts add up to the last line. */
export const ofAll = (tally: ReadonlyArray<Tally>): ReadonlyArray<string> => {
  const total = tally.reduce((sum, row) => sum + row.chats, 0)
  const width = Math.max(5, String(total).length)
  const line = (count: number, label: string) => `${String(count).padStart(width)}  ${label}`
  return [...tally.map((row) => line(row.chats, outcome(row))), line(total, "chats in all")]
}
