/** Puts into words, for people, what happened to a chat and what became of all chats. */
import type { ChatId } from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { AuditEntry, Tally } from "../Ledger.ts"
import { describe, Reason } from "../Decide/Reason.ts"

const isReason = Schema.is(Reason)

const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "")

const because = (reason: unknown): string => (isReason(reason) ? `: ${describe(reason)}` : "")

const clock = (instant: DateTime.Utc): string => DateTime.formatIso(instant).slice(11, 23)

/** The time of day; with its date where that is not the date of the entry. */
const clockSince =
  (entryAt: DateTime.Utc) =>
  (value: unknown): string =>
    Option.match(DateTime.make(text(value)), {
      onNone: () => "",
      onSome: (instant) => {
        const day = DateTime.formatIsoDateUtc(instant)
        return day === DateTime.formatIsoDateUtc(entryAt) ? clock(instant) : `${day} ${clock(instant)}`
      }
    })

const decided = ({ decision, reason, until }: Record<string, unknown>, at: (value: unknown) => string): string => {
  switch (decision) {
    case "Act":
      return "looked: a follow-up is due"
    case "Wait":
      return `looked: waits until ${at(until)}${because(reason)}`
    case "Failed":
      return `could not look${because(reason)}`
    default:
      return `looked: no follow-up${because(reason)}`
  }
}

/**
 * What kind of entry it is: a decision, a wait, a call to the service, the end of a follow-up, or a choice of the
 * operator.
 */
export type Kind = "decision" | "wait" | "call" | "end" | "operator"

/** The kind of an audit entry. Unknown events count as calls. */
export const kindOf = ({ detail, event }: AuditEntry): Kind => {
  switch (event) {
    case "decided":
      return detail["decision"] === "Wait" ? "wait" : "decision"
    case "planned":
    case "postponed":
    case "planned_again":
      return "wait"
    case "sent":
    case "filed":
    case "skipped":
    case "withdrawn":
    case "unknown":
      return "end"
    case "retimed":
    case "assumed_delivered":
    case "sent_again":
      return "operator"
    default:
      return "call"
  }
}

/** An audit entry as one sentence. Times are UTC; an unknown event is given by its name. */
export const sentence = ({ at: told, detail, event }: AuditEntry): string => {
  const at = clockSince(told)
  switch (event) {
    case "decided":
      return decided(detail, at)
    case "planned":
      return `planned step ${text(detail["step"])} of ${text(detail["policy"])}; looks again at ${at(detail["look_at"])}`
    case "postponed":
      return `postponed to ${at(detail["look_at"])}${because(detail["reason"])}`
    case "armed":
      return `about to set follow_up_at to ${at(detail["follow_up_at"])} for step ${text(detail["step"])}`
    case "scheduled":
      return `the server confirmed follow_up_at ${at(detail["follow_up_at"])}`
    case "verified":
      return "looked again shortly before: nobody wrote"
    case "sending":
      return `about to send the message of step ${text(detail["step"])}`
    case "unanswered":
      return `the answer was lost (${text(detail["error"])}); looks for the message at ${at(detail["look_at"])}`
    case "filing":
      return `about to ${text(detail["action"])} the chat for step ${text(detail["step"])}`
    case "filed":
      return `the server confirmed it: ${text(detail["action"])}`
    case "retimed":
      return `goes on by ${text(detail["to"])} in place of ${text(detail["from"])}: decided anew`
    case "brought_forward":
      return "something happened in the chat: takes the follow-up back now"
    case "looked_for":
      return "the message is not there yet"
    case "planned_again":
      return "the request was never applied: planned again"
    case "taken_back":
      return "taken back at the last moment: looks whether it was written all the same"
    case "held_back":
      return `held back: paused, or too long after the look; looks again at ${at(detail["look_at"])}`
    case "unsettled":
      return "another process, frozen meanwhile, took back what may have been this one's: looks again now"
    case "left_alone":
      return `it is not set again; looks for the message at ${at(detail["look_at"])}`
    case "sent":
      return `the assistant followed up at ${at(detail["at"])} as ${text(detail["message"])}`
    case "skipped":
      return `did not follow up${because(detail["reason"])}`
    case "withdrawn":
      return `took the follow-up back${because(detail["reason"])}`
    case "unknown":
      return `gave up finding out${because(detail["reason"])}; only an operator may have it tried again`
    case "assumed_delivered":
      return `an operator took step ${text(detail["step"])} as delivered`
    case "sent_again":
      return `an operator had step ${text(detail["step"])} sent again, knowing that it may be the second time`
    case "not_listed":
      return `no list shows the chat, so nothing stands that was set in it; looks for the message at ${at(detail["look_at"])}`
    case "read_by_update":
      return "no list shows the chat: read by an update that changes nothing, once until the contact writes again"
    case "unreachable":
      return `no answer from the service (${text(detail["error"])}); tries again at ${at(detail["look_at"])}`
    case "taken_up":
      return `taken up by the sweep, due since ${at(detail["was_due"])}`
    default:
      return event
  }
}

/** The story of one chat, oldest first. Times are UTC. */
export const ofChat = (chat_id: ChatId, entries: ReadonlyArray<AuditEntry>): ReadonlyArray<string> => {
  if (entries.length === 0) return [`nothing is on record about chat ${chat_id}: it was never looked at`]
  const day = (entry: AuditEntry) => DateTime.formatIsoDateUtc(entry.at)
  return entries.flatMap((entry, index) => {
    const previous = entries[index - 1]
    const heading = previous === undefined || day(previous) !== day(entry) ? [`${day(entry)} (UTC)`] : []
    return [...heading, `  ${clock(entry.at)}  ${sentence(entry)}`]
  })
}

/** The words of a tally: how many follow-ups were sent, whether the chat waits, and why. */
export const outcome = ({ decision, reason, sent }: Tally): string => {
  const waits = decision === "Wait" ? "waiting, " : ""
  const why = reason === null ? "due now" : isReason(reason) ? describe(reason) : reason
  const followUps = sent === 0 ? "no follow-up" : sent === 1 ? "1 follow-up" : `${sent} follow-ups`
  return `${followUps}; ${waits}${why}`
}

/** One line for each outcome; the counts add up to the last line. */
export const ofAll = (tally: ReadonlyArray<Tally>): ReadonlyArray<string> => {
  const total = tally.reduce((sum, row) => sum + row.chats, 0)
  const width = Math.max(5, String(total).length)
  const line = (count: number, label: string) => `${String(count).padStart(width)}  ${label}`
  return [...tally.map((row) => line(row.chats, outcome(row))), line(total, "chats in all")]
}
