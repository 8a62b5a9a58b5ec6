/** Which follow-ups crossed a reply, and which of those no race excuses. */
import type { ChatId } from "@effect-invent/domain/Ids"
import type { Entry } from "@effect-invent/emulator/Log"
import type * as Checker from "@effect-invent/follow-up-checker/Checker"
import * as DateTime from "effect/DateTime"

/** In epoch milliseconds. */
export interface Interval {
  readonly from: number
  readonly until: number
}

/** A time in which a scheduler was not there, or stood still and then went on. */
export interface Down extends Interval {
  readonly isFrozen?: boolean
}

/** The disruptions of the schedulers, which no log contains. A test adds to them while it runs. */
export interface Disruptions {
  /** How many run at a time. */
  readonly schedulers: number
  /** When a scheduler stood still, or was not there. */
  readonly down: ReadonlyArray<Down>
  /** When the clock of a scheduler was an hour ahead. */
  readonly fast: ReadonlyArray<Interval>
  /**
   * False once a copy of the ledger has taken its place, or another one was beside it: it does not contain all
   * follow-ups.
   */
  readonly isLedgerWhole: boolean
}

export const undisturbed: Disruptions = { schedulers: 1, down: [], fast: [], isLedgerWhole: true }

export const lead = 6000
const hour = 3_600_000
/**
 * What a request takes from the scheduler to the service, in milliseconds: a moment, and longer on a machine that is
 * busy.
 */
export const momentOf = (worstLag: number) => 300 + 4 * worstLag

/** A follow-up that crossed a reply, written since the look by which it was set, whether answered since or not. */
interface Race {
  readonly chat_id: ChatId
  readonly at: string
  /** How long before the follow-up the reply came, in milliseconds. */
  readonly gap: number
  /** How long before the instant that was set: the service may be late with it. */
  readonly ahead: number
  /** Whether a clock that was an hour ahead had set it, and so set it an hour ahead. */
  readonly isFast: boolean
  /**
   * How long the scheduler stood still between the reply and its update: with the answer to its look unread, or the
   * update not sent.
   */
  readonly stood: number
}

/** A list of the messages of a chat: what a follow-up is set by. */
export const isLook = ({ endpoint, key, status }: Extract<Entry, { readonly kind: "request" }>) =>
  key === "scheduler" && status === 200 && endpoint === "messages.list"

const stoodStill = (down: ReadonlyArray<Interval>, from: number, until: number) =>
  down.reduce((sum, each) => sum + Math.max(0, Math.min(each.until, until) - Math.max(each.from, from)), 0)

interface Pending {
  readonly instant: number | undefined
  readonly isFast: boolean
  readonly stood: number
  readonly replied_at?: number
}

/** `moment`: what a request may take, in milliseconds. */
export const find = (
  entries: ReadonlyArray<Entry>,
  moment: number,
  { down, fast }: Disruptions
): ReadonlyArray<Race> => {
  /**
   * How old the look may be by which a follow-up is set, without the time in which the scheduler stood still: a reply
   * may have come since.
   */
  const oldestLook = lead / 3 + moment
  const standing = new Map<string, Pending>()
  const looks = new Map<string, number>()
  const replies = new Map<string, number>()
  const wasFast = (at: number) => fast.some(({ from, until }) => at >= from && at <= until + moment)
  const set = (chat_id: string, at: number, instant: number | undefined) => {
    if (standing.get(chat_id)?.instant === instant) return
    const reply = replies.get(chat_id)
    const stood = reply === undefined ? 0 : stoodStill(down, reply, at)
    const isSince = reply !== undefined && reply > (looks.get(chat_id) ?? 0) && at - reply - stood <= oldestLook
    standing.set(chat_id, { instant, isFast: wasFast(at), stood: 0, ...(isSince && { replied_at: reply, stood }) })
  }
  return entries.flatMap((entry) => {
    if (entry.kind === "request" && isLook(entry) && entry.chat_id !== null)
      looks.set(entry.chat_id, entry.at.epochMillis)
    if (entry.kind === "state") set(entry.chat_id, entry.at.epochMillis, entry.follow_up_at?.epochMillis)
    if (entry.kind === "message" && entry.author === "contact") replies.set(entry.chat_id, entry.at.epochMillis)
    const stands = entry.kind === "message" ? standing.get(entry.chat_id) : undefined
    if (entry.kind !== "message" || stands?.instant === undefined) return []
    if (entry.author === "contact") standing.set(entry.chat_id, { replied_at: entry.at.epochMillis, ...stands })
    if (entry.cause !== "follow_up" || stands.replied_at === undefined) return []
    const { instant, isFast, replied_at, stood } = stands
    const gap = entry.at.epochMillis - replied_at
    return [
      { chat_id: entry.chat_id, at: DateTime.formatIso(entry.at), gap, ahead: instant - replied_at, isFast, stood }
    ]
  })
}

/**
 * What no race excuses. A reply that nothing could take the follow-up back for must be near: a live scheduler looks a
 * third of the lead before the instant and takes back what a reply overtook; a follow-up without a live scheduler
 * stands for the whole lead from the look by which it was set, and an instant is set in whole seconds, so that it is up
 * to one further ahead.
 */
export const violations = (
  verdict: Checker.Verdict,
  crossed: ReadonlyArray<Race>,
  moment: number
): ReadonlyArray<{ readonly chat_id: string }> => {
  const isRace = (chat_id: string, at: string) => crossed.some((race) => race.chat_id === chat_id && race.at === at)
  return [
    // Whether the reply was answered before the follow-up came decides which of the two rules it is.
    ...verdict.violations.filter(
      ({ at, chat_id, rule }) => !((rule === "after_reply" || rule === "too_early") && isRace(chat_id, at))
    ),
    ...crossed.filter(({ ahead, isFast, stood }) => ahead - stood > lead + 1000 + moment + (isFast ? hour : 0))
  ]
}
