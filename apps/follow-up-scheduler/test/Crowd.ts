/** Customers of the demo who arrive while schedulers come and go, and what must have become of them in the end. */
import * as InventClient from "@effect-invent/client/InventClient"
import { ChatId } from "@effect-invent/domain/Ids"
import * as MessagePart from "@effect-invent/domain/MessagePart"
import type { Verdict } from "@effect-invent/emulator/Checker"
import * as Emulator from "@effect-invent/emulator/Emulator"
import type { Entry } from "@effect-invent/emulator/Log"
import * as Log from "@effect-invent/emulator/Log"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FileSystem from "@effect/platform/FileSystem"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Customers from "../src/demo/Customers.ts"
import * as Fates from "../src/demo/Fates.ts"
import { Ledger } from "../src/Ledger.ts"
import { sentence } from "../src/Story.ts"

export const policy = `name: hurried
version: 1
arm_lead: 2400 millis
confirm_after: 600 millis
time_zone: UTC
steps:
  - { after: 3 seconds, action: schedule_follow_up }
  - { after: 3 seconds, action: schedule_follow_up }
`

const customers = Layer.unwrapEffect(
  Effect.map(Emulator.Emulator, ({ apiKey, url }) => InventClient.layer({ apiKey: apiKey("customers"), baseUrl: url, rateLimit: { window: "1 second" } }))
)

/** A reply that crosses a follow-up does not keep it from coming: whoever did not take it back is seen. */
const emulator = Emulator.layerServer({
  limit: { limit: 1000, window: Duration.seconds(1) },
  behaviour: { replyClearsFollowUp: false },
  script: Customers.script,
  replyDelay: Duration.millis(100),
  runDelay: Duration.millis(100)
})

export const surroundings = Layer.provideMerge(customers, Layer.mergeAll(emulator, NodeContext.layer, NodeHttpClient.layerUndici))

/** Conversations that see the whole cadence, however late, and so how many follow-ups they must get. */
const wholeCadences: Partial<Record<Fates.Fate | "impatient", number>> = { silent: 2, night: 2, connects_calendar: 2, answers_early: 2, talks_again: 3 }

const lead = 2400
/** The service and the network take a moment. */
const moment = 300
/** How old the look may be by which a follow-up is set: a reply may have come since. */
const oldestLook = lead / 3 + moment
/**
 * How long before a follow-up the reply may have come that it crossed. Whoever lives looks a third of the lead before the
 * instant and takes back what a reply overtook; what nobody lives to look after stands for the whole lead from the look by
 * which it was set, and an instant is set in whole seconds, so that it is up to one further ahead.
 */
const longestRace = lead + 1000 + moment

/** A follow-up that crossed a reply, written since the look by which it was set, whether answered since or not, and how long before it that came. */
interface Race {
  readonly chat_id: ChatId
  readonly at: string
  readonly gap: number
}

const isLook = ({ applied, endpoint, key, status }: Extract<Entry, { readonly kind: "request" }>) =>
  key === "scheduler" && status === 200 && (endpoint === "messages.list" || (endpoint === "state.update" && !applied))

export const races = (entries: ReadonlyArray<Entry>): ReadonlyArray<Race> => {
  const standing = new Map<string, { readonly instant: number | undefined; readonly replied_at?: number }>()
  const looks = new Map<string, number>()
  const replies = new Map<string, number>()
  return entries.flatMap((entry) => {
    if (entry.kind === "request" && isLook(entry) && entry.chat_id !== null) looks.set(entry.chat_id, entry.at.epochMillis)
    if (entry.kind === "state") {
      const instant = entry.follow_up_at?.epochMillis
      const reply = replies.get(entry.chat_id)
      const isSince = reply !== undefined && reply > (looks.get(entry.chat_id) ?? 0) && entry.at.epochMillis - reply <= oldestLook
      if (standing.get(entry.chat_id)?.instant !== instant) standing.set(entry.chat_id, { instant, ...(isSince && { replied_at: reply }) })
      return []
    }
    if (entry.kind === "message" && entry.author === "contact") replies.set(entry.chat_id, entry.at.epochMillis)
    const stands = entry.kind === "message" ? standing.get(entry.chat_id) : undefined
    if (entry.kind !== "message" || stands?.instant === undefined) return []
    if (entry.author === "contact") standing.set(entry.chat_id, { replied_at: entry.at.epochMillis, ...stands })
    if (entry.cause !== "follow_up" || stands.replied_at === undefined) return []
    return [{ chat_id: entry.chat_id, at: DateTime.formatIso(entry.at), gap: entry.at.epochMillis - stands.replied_at }]
  })
}

/** What no race excuses: a reply that nothing could take the follow-up back for is measured, and must be that near. */
export const violations = ({ violations }: Verdict, entries: ReadonlyArray<Entry>): ReadonlyArray<{ readonly chat_id: string }> => {
  const crossed = races(entries)
  const isRace = (chat_id: string, at: string) => crossed.some((race) => race.chat_id === chat_id && race.at === at)
  return [
    // Whether the reply was answered before the follow-up came decides which of the two rules it is.
    ...violations.filter(({ at, chat_id, rule }) => !((rule === "after_reply" || rule === "too_early") && isRace(chat_id, at))),
    ...crossed.filter(({ gap }) => gap > longestRace)
  ]
}

/** Chats of which the ledger holds another number of follow-ups as sent than went out. */
const unrecorded = (entries: ReadonlyArray<Entry>) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const chats = new Set(entries.flatMap((entry) => (entry.kind === "chat" ? [entry.chat_id] : [])))
    const counted = yield* Effect.forEach(chats, (chat_id) =>
      Effect.map(ledger.story(chat_id), (story) => ({
        chat_id,
        wrote: entries.filter((entry) => entry.kind === "message" && entry.chat_id === chat_id && entry.cause === "follow_up").length,
        recorded: story.filter(({ event }) => event === "sent").length
      }))
    )
    return counted.filter(({ recorded, wrote }) => recorded !== wrote)
  })

/** Prints what the service saw of these chats, and what the ledger says of them. */
const tell = (chats: ReadonlyArray<{ readonly chat_id: string }>, entries: ReadonlyArray<Entry>) =>
  Effect.forEach(new Set(chats.map(({ chat_id }) => chat_id)), (chat_id) =>
    Effect.map(Effect.flatMap(Ledger, (ledger) => ledger.story(ChatId.make(chat_id))), (story) => {
      const seen = entries.filter((entry) => "chat_id" in entry && entry.chat_id === chat_id)
      console.log([Log.toJsonLines(seen), ...story.map((entry) => `${DateTime.formatIso(entry.at)} ${sentence(entry)}`)].join("\n"))
    })
  , { discard: true })

/** What `wrongs` finds where nothing is wrong. */
export const nothing = { missing: [], violations: [], unrecorded: [] }

/** So many people arrive one after the other; the ids of their chats go into this file. */
export const make = (people: number, file: string, arrivalEvery: Duration.DurationInput) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { log, world } = yield* Emulator.Emulator
    const talks: Array<{ readonly chat_id: ChatId; readonly fate: Fates.Fate | "impatient"; readonly rest: Fiber.Fiber<unknown, unknown> }> = []
    const audience = yield* Customers.make(() => Effect.void)
    /** Who answers at about the moment at which a follow-up comes, again and again. */
    const impatient = (name: string) =>
      Effect.gen(function* () {
        const contact = yield* world.addContact({ name, country: "IE", channels: [{ type: "custom" }] })
        const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Do you have this in red?" })
        const reply = world.sendMessage({ contact_id: contact.id, chat_id: chat.id }, { message: MessagePart.text("And this?") })
        const later = Effect.flatMap(Random.nextIntBetween(3_000, 5_000), (millis) => Effect.delay(reply, Duration.millis(millis)))
        return { chat_id: chat.id, rest: Effect.repeatN(later, 2) }
      })
    const arrive = (person: Fates.Person, index: number) =>
      Effect.gen(function* () {
        const isImpatient = index % 4 === 3
        const { chat_id, rest } = yield* isImpatient ? impatient(person.name) : audience.arrive(person)
        talks.push({ chat_id, fate: isImpatient ? "impatient" : person.fate, rest: yield* Effect.forkScoped(rest) })
        // Whoever reads the list meanwhile sees all of it or none.
        yield* files.writeFileString(`${file}.new`, talks.map(({ chat_id }) => chat_id).join("\n"))
        yield* files.rename(`${file}.new`, file)
      })
    const [first, ...others] = yield* Fates.cast(people, 7)
    if (first === undefined) return yield* Effect.dieMessage("nobody comes")
    yield* arrive(first, 0)
    const arrivals = yield* Effect.forkScoped(Effect.forEach(others, (person, index) => Effect.zipRight(arrive(person, index + 1), Effect.sleep(arrivalEvery)), { discard: true }))

    const happenings = Effect.map(log.entries, (entries) => entries.filter(({ kind }) => kind !== "request").length)
    const sent = Effect.map(log.entries, (entries) => entries.filter((entry) => entry.kind === "message" && entry.cause === "follow_up").length)
    /** Whether a ledger with so many sent ones knows of all. */
    const isOnRecord = (recorded: number) => Effect.map(sent, (sent) => recorded === sent)
    /** Who has not got as many follow-ups as they must. */
    const missing = Effect.map(log.entries, (entries) => {
      const counts = new Map<string, number>()
      for (const entry of entries) {
        if (entry.kind === "message" && entry.cause === "follow_up") counts.set(entry.chat_id, (counts.get(entry.chat_id) ?? 0) + 1)
      }
      return talks.flatMap(({ chat_id, fate }) => {
        const due = wholeCadences[fate]
        return due === undefined || counts.get(chat_id) === due ? [] : [{ chat_id, fate, due, sent: counts.get(chat_id) ?? 0 }]
      })
    })
    /** Nobody wrote and nothing was scheduled for a while. */
    const isQuiet = Effect.gen(function* () {
      const before = yield* happenings
      yield* Effect.sleep("5 seconds")
      return (yield* happenings) === before
    })
    /** `recorded`: how many follow-ups the ledger holds as sent. */
    const settled = <E, R>(recorded: Effect.Effect<number, E, R>) => Effect.gen(function* () {
      yield* Fiber.join(arrivals)
      yield* Effect.forEach(talks, ({ rest }) => Fiber.join(rest), { discard: true })
      yield* Effect.repeat(missing, { until: (who) => who.length === 0, schedule: Schedule.intersect(Schedule.spaced("1 second"), Schedule.recurs(90)) })
      yield* Effect.repeat(isQuiet, { until: (yes) => yes })
      yield* Effect.repeat(Effect.flatMap(recorded, isOnRecord), { until: (yes) => yes, schedule: Schedule.intersect(Schedule.spaced("1 second"), Schedule.recurs(60)) })
    })
    /** Whatever is not as it must be, printed with its chats; all three empty where everything is. Reads the ledger. */
    const wrongs = (verdict: Verdict, entries: ReadonlyArray<Entry>) =>
      Effect.gen(function* () {
        const wrong = { missing: yield* missing, violations: violations(verdict, entries), unrecorded: yield* unrecorded(entries) }
        yield* tell(Object.values(wrong).flat(), entries)
        return wrong
      })
    return { settled, wrongs }
  })
