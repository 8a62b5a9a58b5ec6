/** Simulated customers who arrive while schedulers come and go, and what must have become of them in the end. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as Customers from "@effect-invent/customers/Customers"
import * as Scenarios from "@effect-invent/customers/Scenarios"
import { ChatId } from "@effect-invent/domain/Ids"
import * as MessagePart from "@effect-invent/domain/Chat/MessagePart"
import * as Checker from "@effect-invent/follow-up-checker/Checker"
import * as Emulator from "@effect-invent/emulator/Emulator"
import type { Entry } from "@effect-invent/emulator/Log"
import * as Log from "@effect-invent/emulator/Log"
import * as MachineTime from "@effect-invent/test-support/MachineTime"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import { Ledger } from "../src/Ledger.ts"
import { sentence } from "../src/Ledger/AuditEvent.ts"
import * as ChatsInLog from "./CustomerLoad/ChatsInLog.ts"
import * as Races from "./CustomerLoad/Races.ts"

/**
 * In a hurry, but for the lead: a request leaves only within a third of it after the look that it follows from, and a
 * machine that is busy takes its time from the one to the other.
 */
export const policy = `name: hurried
version: 1
effective_from: all
at_most_per_hour: 1000000
at_most_per_day: 1000000
arm_lead: 6 seconds
confirm_after: 1 second
time_zone: UTC
steps:
  - { after: 1 second, action: schedule_follow_up }
  - { after: 1 second, action: schedule_follow_up }
`

/** Their requests outlast a clock that is put forward by an hour. */
const customers = Layer.unwrapEffect(
  Effect.map(Emulator.Emulator, ({ apiKey, url }) =>
    InventClient.layer({
      apiKey: apiKey("customers"),
      baseUrl: url,
      rateLimit: { window: "1 second" },
      deadlines: { attempt: "1 day", total: "1 day", blocking: "1 day" }
    })
  )
)

/** A reply that crosses a follow-up does not keep it from coming: a scheduler that did not take it back is found. */
const emulator = Emulator.layerServer({
  limit: { limit: 1000, window: Duration.seconds(1) },
  behaviour: { replyClearsFollowUp: false },
  script: Customers.script,
  replyDelay: Duration.millis(100),
  runDelay: Duration.millis(100)
})

export const surroundings = Layer.provideMerge(
  customers,
  Layer.mergeAll(emulator, NodeContext.layer, NodeHttpClient.layerUndici)
)

/** Conversations that end in silence, and so how many follow-ups they must get at least, however late. */
const wholeCadences: Partial<Record<Scenarios.Scenario | "impatient", number>> = {
  silent: 2,
  night: 2,
  connects_calendar: 2,
  answers_early: 2,
  talks_again: 3
}

/** How long after the last thing that happened a log is judged: whatever did not come until then is lost. */
const judgedAfter = Duration.hours(1)

/**
 * The verdict on a log in which nothing more is to come. A follow-up that came late is none of its matters, for the
 * machine may be busy or the scheduler dead for long; one that never came is.
 */
const judge = (entries: ReadonlyArray<Entry>, moment: number, by: string, { down, schedulers }: Races.Disruptions) =>
  Effect.gen(function* () {
    const first = entries[0]?.at ?? (yield* DateTime.now)
    const end = DateTime.addDuration(entries.at(-1)?.at ?? first, judgedAfter)
    const unrelated = {
      key: null,
      method: "GET",
      path: "/",
      endpoint: null,
      chat_id: null,
      status: 404,
      applied: false
    } as const
    const last: Entry = {
      kind: "request",
      at: end,
      answered_at: end,
      ...unrelated,
      headers: {},
      fault: null,
      spoilt: false
    }
    const log = yield* Checker.readLog(Log.toJsonLines([...entries, last]))
    return Checker.check(log, yield* Checker.readPolicy(by), {
      grace: DateTime.distanceDuration(first, entries.at(-1)?.at ?? first),
      reaction: Duration.millis(moment),
      schedulers,
      // A scheduler that is back takes a moment, too, to react to earlier changes.
      down: down.map((each) => ({ ...each, until: each.until + moment }))
    })
  })

/**
 * The verdict on a log in which nothing more is to come, what of it no race excuses, and the races. `by`: the policy,
 * with the lead of {@link policy}.
 */
export const examine = (
  entries: ReadonlyArray<Entry>,
  machine: MachineTime.MachineTime,
  by = policy,
  disruptions = Races.undisturbed
) =>
  Effect.gen(function* () {
    const moment = Races.momentOf(machine.worstLag())
    const verdict = yield* judge(entries, moment, by, disruptions)
    const races = Races.find(entries, moment, disruptions)
    return { verdict, violations: Races.violations(verdict, races, moment), races }
  })

/** How often the scheduler has read the chat that it read least often since anything happened in it. */
const fewestLooks = ({ looks }: ChatsInLog.ChatsInLog): number => Math.min(...looks.values())

/** How many follow-ups went out in each chat that got any. */
const followUpsByChat = (entries: ReadonlyArray<Entry>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const entry of entries)
    if (ChatsInLog.isFollowUp(entry) && "chat_id" in entry && entry.chat_id !== null)
      counts.set(entry.chat_id, (counts.get(entry.chat_id) ?? 0) + 1)
  return counts
}

/** Chats of which the ledger holds another number of follow-ups as sent than went out. */
const unrecorded = (entries: ReadonlyArray<Entry>) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const chats = new Set(entries.flatMap((entry) => (entry.kind === "chat" ? [entry.chat_id] : [])))
    const followUps = followUpsByChat(entries)
    const counted = yield* Effect.forEach(chats, (chat_id) =>
      Effect.map(ledger.story(chat_id), (story) => ({
        chat_id,
        wrote: followUps.get(chat_id) ?? 0,
        recorded: story.filter(({ event }) => event === "sent").length
      }))
    )
    return counted.filter(({ recorded, wrote }) => recorded !== wrote)
  })

/** Prints the service's log of these chats, and their entries in the ledger. */
const printStory = (chats: ReadonlyArray<{ readonly chat_id: string }>, entries: ReadonlyArray<Entry>) =>
  Effect.forEach(
    new Set(chats.map(({ chat_id }) => chat_id)),
    (chat_id) =>
      Effect.map(
        Effect.flatMap(Ledger, (ledger) => ledger.story(ChatId.make(chat_id))),
        (story) => {
          const seen = entries.filter((entry) => "chat_id" in entry && entry.chat_id === chat_id)
          console.log(
            [Log.toJsonLines(seen), ...story.map((entry) => `${DateTime.formatIso(entry.at)} ${sentence(entry)}`)].join(
              "\n"
            )
          )
        }
      ),
    { discard: true }
  )

/** What `judged` finds where nothing is wrong. */
export const nothing = { missing: [], violations: [], unrecorded: [] }

interface Talk {
  readonly chat_id: ChatId
  readonly scenario: Scenarios.Scenario | "impatient"
  readonly rest: Fiber.Fiber<unknown, unknown>
}

/** Up to so many people, who arrive by calls of `arrive`; the ids of their chats are written to this file. */
export const make = (people: number, file: string, disruptions = Races.undisturbed) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { log, world } = yield* Emulator.Emulator
    const scope = yield* Effect.scope
    const machine = yield* MachineTime.make
    const chatsInLog = ChatsInLog.make(log)
    const persons = yield* Scenarios.people(people, 7)
    const talks: Array<Talk> = []
    const customers = yield* Customers.make(() => Effect.void)
    /**
     * The chats whose contact is about to answer. The others have answered, or wait for a follow-up that may never
     * come.
     */
    const answering = new Set<ChatId>()
    /**
     * The instant of the next follow-up that the service holds for this chat, in milliseconds, as soon as it holds one.
     */
    const nextInstant = (chat_id: ChatId, since: number) =>
      Effect.map(chatsInLog, ({ followUpAt }) => followUpAt.get(chat_id) ?? 0).pipe(
        Effect.delay("100 millis"),
        Effect.repeat({ until: (instant) => instant !== 0 && instant !== since })
      )
    /** Who answers at about the moment at which a follow-up comes, twice. */
    const impatient = (name: string) =>
      Effect.gen(function* () {
        const contact = yield* world.addContact({ name, country: "IE", channels: [{ type: "custom" }] })
        const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Do you have this in red?" })
        const answer = world.sendMessage(
          { contact_id: contact.id, chat_id: chat.id },
          { message: MessagePart.text("And this?") }
        )
        const reply = (since: number) =>
          Effect.gen(function* () {
            const instant = yield* nextInstant(chat.id, since)
            answering.add(chat.id)
            const offset = yield* Random.nextIntBetween(-Races.lead, 500)
            const left = instant + offset - (yield* Clock.currentTimeMillis)
            // Nobody is patient for the hour that a clock which is ahead would have them wait.
            yield* Effect.delay(answer, Duration.millis(Math.min(Math.max(0, left), 2 * Races.lead)))
            answering.delete(chat.id)
            return instant
          })
        return { chat_id: chat.id, rest: Effect.flatMap(reply(0), reply) }
      })
    const addCustomer = (person: Scenarios.Person) =>
      Effect.gen(function* () {
        const isImpatient = talks.length % 4 === 3
        const { chat_id, rest } = yield* isImpatient ? impatient(person.name) : customers.arrive(person)
        talks.push({
          chat_id,
          scenario: isImpatient ? "impatient" : person.scenario,
          rest: yield* Effect.forkIn(rest, scope)
        })
        // Whoever reads the list meanwhile sees all of it or none.
        yield* files.writeFileString(`${file}.new`, talks.map(({ chat_id }) => chat_id).join("\n"))
        yield* files.rename(`${file}.new`, file)
      })
    /** So many more people start a chat. */
    const arrive = (count: number) =>
      Effect.suspend(() =>
        Effect.forEach(persons.slice(talks.length, talks.length + count), addCustomer, { discard: true })
      )

    /** Who has not got as many follow-ups as they must. */
    const missing = Effect.map(log.entries, (entries) => {
      const followUps = followUpsByChat(entries)
      return talks.flatMap(({ chat_id, scenario }) => {
        const [due, sent] = [wholeCadences[scenario] ?? 0, followUps.get(chat_id) ?? 0]
        return sent >= due ? [] : [{ chat_id, scenario, due, sent }]
      })
    })

    /**
     * Nothing is to come any more: the ledger waits for nothing, the service holds no follow-up, all that went out is
     * on record in a ledger that is whole, and every chat has been read at least so many times since anything happened
     * in it.
     */
    const isSettled = (looks: number) =>
      Effect.gen(function* () {
        const inLog = yield* chatsInLog
        const ledger = yield* Ledger
        const isAnyHeld = [...inLog.followUpAt.values()].some((instant) => instant !== null)
        if (answering.size > 0 || isAnyHeld || fewestLooks(inLog) < looks) return false
        if ((yield* ledger.pending(judgedAfter)) > 0 || (yield* ledger.unobserved).length > 0) return false
        if (!disruptions.isLedgerWhole) return true
        const recorded = (yield* ledger.tally).reduce((sum, { chats, sent }) => sum + chats * sent, 0)
        return recorded === inLog.followUps
      })
    /**
     * Waits until all customers have written their last message, and every chat is settled. Both must hold
     * twice, with two more readings of every chat in between: the log and the ledger are read one after the other, and
     * a follow-up that was taken back is planned again a moment later.
     */
    const settled = <E, R>(ledger: Layer.Layer<Ledger, E, R>) => {
      // A ledger that is not there yet, or away, is waited for.
      const isOver = (looks: number) => Effect.orElseSucceed(isSettled(looks), () => false)
      const over = (looks: number) =>
        Effect.repeat(isOver(looks), { until: (yes) => yes, schedule: Schedule.spaced("500 millis") })
      return Effect.gen(function* () {
        const others = talks.filter(({ scenario }) => scenario !== "impatient")
        yield* Effect.forEach(others, ({ rest }) => Fiber.join(rest), { discard: true })
        yield* Effect.zipRight(
          over(3),
          Effect.flatMap(chatsInLog, (inLog) => over(fewestLooks(inLog) + 2))
        ).pipe(Effect.provide(Layer.retry(ledger, Schedule.spaced("500 millis"))))
      })
    }
    const printMissing = Effect.flatMap(Effect.all([missing, log.entries]), ([who, entries]) =>
      printStory(who, entries)
    )
    /** The same; a test that is interrupted while it waits prints the chats with missing follow-ups. */
    const settledAtLast = <E, R>(ledger: Layer.Layer<Ledger, E, R>) =>
      Effect.onInterrupt(settled(ledger), () => Effect.ignore(Effect.provide(printMissing, ledger)))

    /** Whatever is not as it must be, printed with its chats; all three empty where everything is. */
    const judged = Effect.gen(function* () {
      const entries = yield* log.entries
      const { races, verdict, violations } = yield* examine(entries, machine, policy, disruptions)
      console.log(`${Checker.render(verdict)}timers were late by up to ${Math.round(machine.worstLag())} ms`)
      const wrongs = {
        missing: yield* missing,
        violations,
        unrecorded: disruptions.isLedgerWhole ? yield* unrecorded(entries) : []
      }
      yield* printStory(Object.values(wrongs).flat(), entries)
      return { wrongs, verdict, races }
    })
    return { arrive, settled, settledAtLast, judged }
  })
