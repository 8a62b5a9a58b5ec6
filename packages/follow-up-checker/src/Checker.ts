/**
 * Judges a follow-up scheduler by what the emulator logged, the policy file and the time-zone database, and by nothing
 * else: it shares no code with the scheduler, nor with the rest of the emulator.
 */
import * as Arr from "effect/Array"
import * as Duration from "effect/Duration"
import * as Calendar from "./Checker/Calendar.ts"
import * as ChatTimeline from "./Checker/ChatTimeline.ts"
import * as Contact from "./Checker/Contact.ts"
import * as LogEntry from "./Checker/LogEntry.ts"
import * as FollowUp from "./Checker/FollowUp.ts"
import { toIso } from "./Checker/Instant.ts"
import type { Policy } from "./Checker/Policy.ts"
import * as EligiblePeriod from "./Checker/EligiblePeriod.ts"
import * as Unasked from "./Checker/Unasked.ts"
import * as Verdict from "./Checker/Verdict.ts"

export { readLog } from "./Checker/LogEntry.ts"
export { readPolicy } from "./Checker/Policy.ts"
export { render } from "./Checker/Render.ts"
export { summarize, type Verdict } from "./Checker/Verdict.ts"

/** How exact a scheduler has to be. All tolerances count in its favour. */
export interface Settings {
  /** How much later than the policy and its `arm_lead` say a follow-up may come. */
  readonly grace: Duration.DurationInput
  /** What it may take from an answer to the effect of what the scheduler does about it; default none. */
  readonly reaction?: Duration.DurationInput
  /** How old the scheduler's list of the unsubscribed may be, as no chat shows it; default two minutes. */
  readonly optOutAge?: Duration.DurationInput
  /**
   * How many schedulers use one key; default 1. With more, a list of contacts that one of them read is not held against
   * the others.
   */
  readonly schedulers?: number
  /** When the scheduler was not running, or stood still. */
  readonly down?: ReadonlyArray<Down>
}

/** In epoch milliseconds. */
export interface Down {
  readonly from: number
  readonly until: number
  /**
   * Whether it stood still and then went on, as a process that is frozen or a machine that is suspended; default false.
   * A request that it had begun leaves late, by what was known before. So this time does not count towards how long a
   * change may go unseen, where no answer showed the change to the scheduler.
   */
  readonly isFrozen?: boolean
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

const countByKey = (entries: ReadonlyArray<LogEntry.LogEntry>, isCounted: (request: LogEntry.Request) => boolean) => {
  const counts = new Map<string, number>()
  for (const entry of entries) {
    if (entry.kind !== "request" || !isCounted(entry)) continue
    const key = entry.key ?? "(no key)"
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Entries count in the order of the log, also where their times are equal. */
export const check = (
  entries: ReadonlyArray<LogEntry.LogEntry>,
  policy: Policy,
  settings: Settings
): Verdict.Verdict => {
  const grace = Duration.toMillis(settings.grace)
  const reaction = Duration.toMillis(settings.reaction ?? 0)
  const optOutAge = Duration.toMillis(settings.optOutAge ?? "2 minutes")
  const calendar = Calendar.make(policy)
  const requestsOf = requestsByChat(entries)
  const chats = new Map<string, Tracked>()
  const chatsOf = new Map<string, Set<string>>()
  const contacts = new Map<string, Contact.Contact>()
  const violations: Array<Verdict.Violation & { readonly millis: number }> = []
  /**
   * Follow-ups that have not come by their deadline, by chat. One that comes after all is late, the others are missed.
   */
  const overdue = new Map<string, ReadonlyArray<EligiblePeriod.Overdue>>()
  const races: Array<number> = []
  const late: Array<number> = []
  let followUps = 0
  let foreignFollowUps = 0

  const report = (chat_id: string, millis: number, finding: Verdict.Finding) =>
    violations.push({ ...finding, chat_id, at: toIso(millis), millis })

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
      late.push(late_ms)
      report(chat_id, deadline, {
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
    for (const finding of judgement.findings) report(chat_id, at, finding)
    if (judgement.race !== undefined) races.push(judgement.race)
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
  const missed = [...overdue].flatMap(([chat_id, those]) => those.map((one) => ({ ...one, chat_id })))
  for (const { chat_id, deadline, detail } of missed)
    report(chat_id, deadline, { rule: "missed", detail: `${detail} and never came` })

  return {
    violations: violations.toSorted((a, b) => a.millis - b.millis).map(({ millis: _, ...violation }) => violation),
    chats: chats.size,
    followUps,
    foreignFollowUps,
    late: Verdict.summarize(late),
    missed: missed.length,
    races: Verdict.summarize(races),
    requests: countByKey(entries, () => true),
    refused429: countByKey(entries, ({ status }) => status === 429)
  }
}
