/**
 * The scheduler and the checker find public holidays, and the variant of a contact, each by code of its own. Here the
 * scheduler follows up contacts of an emulator for days, and the checker judges the log by the same policy: it agrees,
 * and by another one it does not.
 */
import * as InventClient from "@effect-invent/client/InventClient"
import * as MessagePart from "@effect-invent/domain/Chat/MessagePart"
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Log from "@effect-invent/emulator/Log"
import * as VirtualTime from "@effect-invent/emulator/VirtualTime"
import * as Checker from "@effect-invent/follow-up-checker/Checker"
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import { expect, it } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as ChatReader from "../src/ChatReader.ts"
import * as Ledger from "../src/Ledger.ts"
import * as PolicyFile from "../src/Policies/PolicyFile.ts"
import { ActivePolicy } from "../src/Policy.ts"
import * as Scheduler from "../src/Scheduler.ts"
import * as Timer from "../src/Timer.ts"
import { Watch } from "../src/Watch.ts"
import { followUps } from "./EmulatedService.ts"

const client = Layer.unwrapEffect(
  Effect.map(Emulator.Emulator, ({ apiKey, url }) => InventClient.layer({ apiKey: apiKey("scheduler"), baseUrl: url }))
)

const options = {
  sweepEvery: Duration.minutes(15),
  sweepSlack: Duration.zero,
  countEvery: Duration.days(1)
} satisfies Scheduler.ServeOptions
/** A step that is due is found by a sweep; that of a contact who is enrolled by it, or was merged, by the next one. */
const grace = Duration.minutes(32)

/** A chat for each of so many people in Ireland, with an answer of ours. */
const arrive = (people: number) =>
  Effect.flatMap(Emulator.Emulator, ({ world }) =>
    Effect.forEach(Arr.range(1, people), (n) =>
      Effect.gen(function* () {
        const { channels, id } = yield* world.addContact({
          name: `Ada ${n}`,
          country: "IE",
          channels: [{ type: "custom" }]
        })
        const chat = yield* world.startChat({ channelId: channels[0]!.id, text: "Do you ship to Malta?" })
        return { chat_id: chat.id, contact_id: id }
      })
    )
  )
type People = ReadonlyArray<Effect.Effect.Success<ReturnType<typeof arrive>>[number]>

/** One life of a scheduler that reads these chats when it begins. */
const live = (policy: string, people: People, time: Duration.DurationInput) =>
  Effect.raceFirst(Effect.sleep(time), Effect.zipRight(Scheduler.serve(options), Effect.never)).pipe(
    Effect.provide(
      Layer.fresh(
        Scheduler.layer.pipe(
          Layer.provideMerge(ChatReader.layerMatching),
          Layer.provideMerge(Layer.mergeAll(Timer.layerNone, Ledger.layer, client)),
          Layer.provideMerge(
            Layer.succeed(Watch, {
              chats: Stream.fromIterable(people.map(({ chat_id }) => chat_id)),
              keepsRows: false,
              inTurn: identity
            })
          ),
          Layer.provide(Layer.effect(ActivePolicy, VirtualTime.outside(PolicyFile.parse(policy, "policy.yaml"))))
        )
      )
    )
  )

const judge = (policy: string) =>
  Effect.gen(function* () {
    const { log } = yield* Emulator.Emulator
    const entries = yield* Checker.readLog(Log.toJsonLines(yield* log.entries))
    return Checker.check(entries, yield* Checker.readPolicy(policy), { grace })
  })
const brokenRules = (policy: string) =>
  Effect.map(judge(policy), ({ violations }) => [...new Set(violations.map(({ rule }) => rule))].toSorted())

const played = <A, E>(begin: string, test: Effect.Effect<A, E, Layer.Layer.Success<typeof surroundings>>) =>
  Effect.zipRight(
    Scheduler.load,
    VirtualTime.run(
      test.pipe(Effect.provide(surroundings), Effect.withTracerEnabled(false)),
      DateTime.unsafeMake(begin)
    )
  )
const surroundings = Layer.mergeAll(Emulator.layer(), SqliteClient.layer({ filename: ":memory:" }))

const header = `version: 1
effective_from: all
time_zone: Europe/Dublin
quiet_hours: { start: "20:00", end: "09:00" }
`

it.live("the checker agrees that a follow-up waits for the day after a public holiday", () => {
  const working = `name: nudge\n${header}steps: [{ after: 4 hours, action: schedule_follow_up }]\n`
  const withHolidays = `${working}public_holidays: { country: IE }\n`
  // The day before Saint Patrick's.
  const follow = (policy: string) =>
    Effect.gen(function* () {
      const people = yield* arrive(2)
      yield* Effect.sleep("1 minute")
      yield* live(policy, people, "40 hours")
      const { log } = yield* Emulator.Emulator
      const sent = followUps(yield* log.entries).map(([, at]) => DateTime.formatIsoDateUtc(DateTime.unsafeMake(at)))
      return { sent, by: yield* brokenRules(policy), withHolidays: yield* brokenRules(withHolidays) }
    })
  return Effect.gen(function* () {
    expect(yield* played("2026-03-16T18:00:00Z", follow(withHolidays))).toEqual({
      sent: ["2026-03-18", "2026-03-18"],
      by: [],
      withHolidays: []
    })
    expect(yield* played("2026-03-16T18:00:00Z", follow(working))).toEqual({
      sent: ["2026-03-17", "2026-03-17"],
      by: [],
      withHolidays: ["quiet_hours"]
    })
  })
})

const variants = (soon: string, later: string) => `name: nudge
${header}variants:
  - name: soon
    share: 40 %
    steps: [{ after: ${soon}, action: schedule_follow_up }]
  - name: later
    share: 60 %
    steps: [{ after: ${later}, action: schedule_follow_up }, { after: 2 hours, action: schedule_follow_up }]
`

const writeAgain = (people: People) =>
  Effect.flatMap(Emulator.Emulator, ({ world }) =>
    Effect.forEach(people, (person) => world.sendMessage(person, { message: MessagePart.text("And to Gozo?") }))
  )

it.live("the checker agrees with the variant of each contact, in one life of the scheduler after the other", () => {
  const policy = variants("1 hour", "4 hours")
  const test = Effect.gen(function* () {
    const { log } = yield* Emulator.Emulator
    const people = yield* arrive(10)
    yield* Effect.sleep("1 minute")
    yield* live(policy, people, "8 hours")
    yield* writeAgain(people)
    yield* Effect.sleep("1 minute")
    yield* live(policy, people, "18 hours")
    const count = new Map<string, number>()
    for (const [chat_id] of followUps(yield* log.entries)) count.set(chat_id, (count.get(chat_id) ?? 0) + 1)
    expect(count.size).toBe(people.length)
    expect(new Set(count.values())).toEqual(new Set([2, 4]))
    expect(yield* judge(policy)).toMatchObject({ violations: [], missed: 0 })
    expect(yield* brokenRules(variants("4 hours", "1 hour"))).toEqual(["late", "too_early"])
    // Another policy's hash puts other contacts into each variant.
    expect(yield* brokenRules(policy.replace("nudge", "reminder"))).not.toEqual([])
  })
  return played("2026-03-10T10:00:00Z", test)
})

it.live("the checker agrees with what becomes of contacts who are merged, also into one of another variant", () => {
  const policy = variants("1 hour", "4 hours")
  const test = Effect.gen(function* () {
    const { world } = yield* Emulator.Emulator
    const people = yield* arrive(16)
    yield* Effect.sleep("1 minute")
    // Contacts of the one variant have got their follow-up, the others have not.
    yield* live(policy, people, "2 hours")
    for (const [kept, gone] of Arr.chunksOf(people, 2))
      yield* world.contacts.merge(kept.contact_id, { source_contact_ids: [gone!.contact_id] })
    yield* live(policy, people, "6 hours")
    const now = Arr.chunksOf(people, 2).flatMap(([kept, gone]) => [kept, { ...gone!, contact_id: kept.contact_id }])
    yield* writeAgain(now)
    yield* Effect.sleep("1 minute")
    yield* live(policy, now, "18 hours")
    expect(yield* judge(policy)).toMatchObject({ violations: [], missed: 0, chats: 16 })
  })
  return played("2026-03-10T10:00:00Z", test)
})
