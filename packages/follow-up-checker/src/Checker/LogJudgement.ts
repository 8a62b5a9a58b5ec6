/**
 * Judges a log by a policy with steps, in one pass: each follow-up when it came, and each that was owed when its time
 * was over.
 */
import * as Arr from "effect/Array"
import * as Duration from "effect/Duration"
import type { Calendar } from "./Calendar.ts"
import * as ChatTimeline from "./ChatTimeline.ts"
import * as Contact from "./Contact.ts"
import * as EligiblePeriod from "./EligiblePeriod.ts"
import * as FollowUp from "./FollowUp.ts"
import { toIso } from "./Instant.ts"
import * as LogEntry from "./LogEntry.ts"
import type { Policy } from "./Policy.ts"
import type { Down, Settings } from "./Settings.ts"
import * as Unasked from "./Unasked.ts"
import type { Finding } from "./Verdict.ts"

/** A rule that was broken in a chat. Instants are epoch milliseconds. */
export interface LogFinding extends Finding {
  readonly chat_id: string
  /** When the follow-up was sent, or at the latest should have been. */
  readonly at: number
  /** When the follow-up was sent. Where it never came: when the message was sent that was to be followed up. */
  readonly about: number
}

/** A follow-up in this chat came so many milliseconds after a change that its scheduler could not have known of. */
export interface Race {
  readonly chat_id: string
  readonly millis: number
}

/** All that was found in a log. */
export interface LogJudgement {
  readonly chats: ReadonlyArray<ChatTimeline.ChatTimeline>
  /** In the order in which they show. */
  readonly findings: ReadonlyArray<LogFinding>
  readonly races: ReadonlyArray<Race>
  /** Those of the scheduler. */
  readonly followUps: number
  /** Those that someone else had set. */
  readonly foreignFollowUps: number
}

interface Tracked {
  readonly chat: ChatTimeline.ChatTimeline
  readonly period: EligiblePeriod.EligiblePeriod | undefined
}

interface Request {
  readonly index: number
  readonly at: number
  readonly answered_at: number
  /** Whether it got the true answer. */
  readonly isReceived: boolean
  /** Whether it may be for taking a follow-up back: the body of a request is not in the log. */
  readonly mayTakeBack: boolean
}

/** In place of a chat: the list of contacts covers all of them. */
const contactList = Symbol("contacts.list")

/**
 * The list is read by one status after the other, of which the log does not contain the order: so many requests for it
 * have each of unsubscribed, blocked and without replies of the assistant among them.
 */
const statusesOfContacts = 3

/** The scheduler's requests about each chat, and for the list of contacts, with their places in the log. */
const requestsByChat = (
  entries: ReadonlyArray<LogEntry.LogEntry>
): ReadonlyMap<string | symbol, ReadonlyArray<Request>> => {
  const byChat = new Map<string | symbol, Array<Request>>()
  for (const [index, entry] of entries.entries()) {
    if (entry.kind !== "request" || entry.key !== ChatTimeline.schedulerKey) continue
    const { answered_at, at, endpoint, spoilt, status } = entry
    const about = endpoint === "contacts.list" ? contactList : entry.chat_id
    if (about === null) continue
    const of = byChat.get(about) ?? []
    of.push({ index, at, answered_at, isReceived: status < 400 && !spoilt, mayTakeBack: endpoint === "state.update" })
    byChat.set(about, of)
  }
  return byChat
}

/** How long of the time between two instants the scheduler stood still, in milliseconds. */
const stoodStill = (down: ReadonlyArray<Down>, from: number, until: number): number =>
  down
    .filter(({ isFrozen }) => isFrozen === true)
    .reduce((sum, each) => sum + Math.max(0, Math.min(each.until, until) - Math.max(each.from, from)), 0)

/**
 * Judges the entries by a policy and its calendar. Entries count in the order of the log, also where their times are
 * equal.
 */
export const judge = (
  entries: ReadonlyArray<LogEntry.LogEntry>,
  policy: Policy,
  calendar: Calendar,
  settings: Settings
): LogJudgement => {
  const grace = Duration.toMillis(settings.grace)
  const reaction = Duration.toMillis(settings.reaction ?? 0)
  const optOutAge = Duration.toMillis(settings.optOutAge ?? "2 minutes")
  const requestsOf = requestsByChat(entries)
  const chats = new Map<string, Tracked>()
  const chatsOf = new Map<string, Set<string>>()
  const contacts = new Map<string, Contact.Contact>()
  const findings: Array<LogFinding> = []
  /**
   * Follow-ups that have not come by their deadline, by chat. One that comes after all is late, the others are missed.
   */
  const overdue = new Map<string, ReadonlyArray<EligiblePeriod.Overdue>>()
  const races: Array<Race> = []
  let followUps = 0
  let foreignFollowUps = 0

  const report = (chat_id: string, about: number, at: number, finding: Finding) =>
    findings.push({ ...finding, chat_id, about, at })

  const contactOf = ({ contact_id }: ChatTimeline.ChatTimeline) => contacts.get(contact_id ?? "") ?? Contact.unknown

  const chatOf = (chat_id: string) => chats.get(chat_id)?.chat ?? ChatTimeline.make(chat_id)

  const othersOf = ({ chat_id, contact_id }: ChatTimeline.ChatTimeline) =>
    [...(chatsOf.get(contact_id ?? "") ?? [])].filter((other) => other !== chat_id)

  const withElsewhere = (chat: ChatTimeline.ChatTimeline): ChatTimeline.ChatTimeline => ({
    ...chat,
    elsewhere: othersOf(chat).flatMap((other) => chatOf(other).followUps)
  })

  const close = (chat_id: string, period: EligiblePeriod.EligiblePeriod, end: number) => {
    const found = EligiblePeriod.overdue(policy, calendar, period, end, grace)
    if (found !== undefined) overdue.set(chat_id, [...(overdue.get(chat_id) ?? []), found])
  }

  const settle = (seen: ChatTimeline.ChatTimeline, at: number) => {
    const chat = withElsewhere(seen)
    const before = chats.get(chat.chat_id)?.period
    const period = EligiblePeriod.resume(before, EligiblePeriod.begin(policy, calendar, chat, contactOf(chat), at), at)
    if (before !== undefined && before !== period) close(chat.chat_id, before, at)
    chats.set(chat.chat_id, { chat, period })
  }

  /** A follow-up came: where it was overdue, it was late. */
  const came = (chat_id: string, anchor: number | undefined, at: number) => {
    const [those, others] = Arr.partition(overdue.get(chat_id) ?? [], (one) => one.anchor !== anchor)
    overdue.set(chat_id, others)
    for (const { deadline, detail } of those) {
      const late_ms = at - deadline
      report(chat_id, at, deadline, {
        rule: "late",
        detail: `${detail} and came at ${toIso(at)}, ${late_ms} ms too late`,
        late_ms
      })
    }
  }

  const followUp = ({ at, chat_id }: LogEntry.Message, index: number) => {
    const chat = withElsewhere(chatOf(chat_id))
    if (ChatTimeline.isForeign(chat)) {
      foreignFollowUps++
      return settle(Unasked.count(policy, chat, ChatTimeline.afterForeignFollowUp(chat, at), at), at)
    }
    followUps++
    const ofChat = requestsOf.get(chat_id) ?? []
    const isAnswered = ({ answered_at, index: place, isReceived }: Request) =>
      isReceived && (answered_at < at || (answered_at === at && place < index))
    const { down = [] } = settings
    const couldAct = (read: Request) =>
      read.answered_at + reaction <= at &&
      !down.some(({ from, until }) => from <= read.answered_at + reaction && until >= at)
    // It tried to take the follow-up back, at once, and was refused or not answered in time.
    const isHeldUp = (read: Request) =>
      ofChat.some(
        (request) =>
          request.mayTakeBack &&
          !isAnswered(request) &&
          request.at >= read.answered_at &&
          request.at <= read.answered_at + Math.max(reaction, FollowUp.raceSlack) &&
          request.at < at
      )
    const wasShownBy = (requests: ReadonlyArray<Request>, atLeast: number) => (since: number) => {
      const reads = requests.filter((request) => request.at > since && isAnswered(request) && couldAct(request))
      const last = reads.at(-1)
      return last !== undefined && reads.length >= atLeast && !isHeldUp(last)
    }
    const wasShown = wasShownBy(ofChat, 1)
    const isAlone = (settings.schedulers ?? 1) === 1
    const wasShownContacts = wasShownBy(isAlone ? (requestsOf.get(contactList) ?? []) : [], statusesOfContacts)
    const question = {
      chat,
      contact: contactOf(chat),
      at,
      grace,
      optOutAge,
      wasShown,
      wasShownContacts,
      stoodStill: (since: number) => stoodStill(down, since, at)
    }
    const judgement = FollowUp.judge(policy, calendar, question)
    for (const finding of judgement.findings) report(chat_id, at, at, finding)
    if (judgement.race !== undefined) races.push({ chat_id, millis: judgement.race })
    settle(ChatTimeline.afterFollowUp(chat, at, judgement), at)
    // A cap that counts by contact may hold theirs back from now on.
    for (const other of othersOf(chat)) settle(chatOf(other), at)
    came(chat_id, chat.lastOursAt, at)
  }

  const read = (entry: LogEntry.LogEntry, index: number) => {
    switch (entry.kind) {
      case "request":
        return
      case "chat": {
        const { channel_type: channel, chat_id, contact_id, country } = entry
        chatsOf.set(contact_id, (chatsOf.get(contact_id) ?? new Set()).add(chat_id))
        return settle({ ...chatOf(chat_id), contact_id, country, channel }, entry.at)
      }
      case "message": {
        if (entry.cause === "follow_up" && entry.status === "COMPLETED") return followUp(entry, index)
        const before = chatOf(entry.chat_id)
        return settle(Unasked.count(policy, before, ChatTimeline.afterMessage(before, entry), entry.at), entry.at)
      }
      case "state":
        return settle(ChatTimeline.afterState(chatOf(entry.chat_id), entry), entry.at)
      case "contact": {
        contacts.set(entry.contact_id, Contact.after(contacts.get(entry.contact_id) ?? Contact.unknown, entry))
        for (const chat_id of chatsOf.get(entry.contact_id) ?? []) settle(chatOf(chat_id), entry.at)
        return
      }
      case "merge": {
        const { at, contact_id, source_contact_id } = entry
        const moved = chatsOf.get(source_contact_id) ?? new Set()
        chatsOf.set(contact_id, new Set([...(chatsOf.get(contact_id) ?? []), ...moved]))
        chatsOf.delete(source_contact_id)
        for (const chat_id of moved) {
          const before = chatOf(chat_id)
          settle({ ...before, contact_id, earlierContacts: [...before.earlierContacts, source_contact_id] }, at)
        }
      }
    }
  }

  entries.forEach(read)
  const end = entries.reduce((latest, entry) => Math.max(latest, LogEntry.writtenAt(entry)), -Infinity)
  for (const [chat_id, { period }] of chats) {
    if (period !== undefined) close(chat_id, period, end)
  }
  for (const [chat_id, those] of overdue)
    for (const { anchor, deadline, detail } of those)
      report(chat_id, anchor, deadline, { rule: "missed", detail: `${detail} and never came` })
  return { chats: [...chats.values()].map(({ chat }) => chat), findings, races, followUps, foreignFollowUps }
}
