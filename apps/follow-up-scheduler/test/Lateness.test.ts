/**
 * More follow-ups fall due at one moment than the quota lets through; the client, the limiter and the timers are the
 * real ones.
 */
import * as InventClient from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import * as Emulator from "@effect-invent/emulator/Emulator"
import type { Encoded } from "@effect-invent/emulator/Faults"
import type { Entry } from "@effect-invent/emulator/Log"
import * as VirtualTime from "@effect-invent/emulator/VirtualTime"
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import type * as SqlClient from "@effect/sql/SqlClient"
import { expect, it } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as QuotaForecast from "../src/Operations/QuotaForecast.ts"
import * as Ledger from "../src/Ledger.ts"
import * as ServiceStatus from "../src/Operations/ServiceStatus.ts"
import { ActivePolicy } from "../src/Policy.ts"
import * as Scheduler from "../src/Scheduler.ts"
import { Watch } from "../src/Watch.ts"
import * as Build from "./Build.ts"

/** A part of the documented quota. */
const quota = (part: number) => ({
  limit: Math.floor(RateLimit.defaults.limit * part),
  window: RateLimit.defaults.window
})
type Quota = ReturnType<typeof quota>
const lead = 15 * Build.second
/** Nine o'clock in Ireland, where all of them are. */
const opening = Build.after(-4 * Build.hour)
const begin = DateTime.subtract(opening, { minutes: 8 })
const policy = Build.policy({
  effective_from: "all",
  quiet_hours: { start: "21:00", end: "09:00" },
  arm_lead: "15 seconds",
  steps: [{ after: "5 minutes", action: "schedule_follow_up" }]
})

const client = (limit: Quota) =>
  Layer.unwrapEffect(
    Effect.map(Emulator.Emulator, ({ apiKey, url }) =>
      InventClient.layer({ apiKey: apiKey("scheduler"), baseUrl: url, rateLimit: limit })
    )
  )

/** A chat for each of so many people, with an answer of ours. */
const arrive = (people: number) =>
  Effect.flatMap(Emulator.Emulator, ({ world }) =>
    Effect.forEach(Arr.range(1, people), (n) =>
      Effect.gen(function* () {
        const { channels } = yield* world.addContact({
          name: `Ada ${n}`,
          country: "IE",
          channels: [{ type: "custom" }]
        })
        const chat = yield* world.startChat({ channelId: channels[0]!.id, text: "Do you ship to Malta?" })
        return chat.id
      })
    )
  )

/** When each chat got its follow-up, in milliseconds. */
const sentAt = (entries: ReadonlyArray<Entry>) =>
  new Map(
    entries.flatMap((entry) =>
      entry.kind === "message" && entry.cause === "follow_up" ? [[entry.chat_id, entry.at.epochMillis] as const] : []
    )
  )

const refused = (entries: ReadonlyArray<Entry>) =>
  entries.filter((entry) => entry.kind === "request" && entry.status === 429)

/** One life of a scheduler that looks at these chats. */
const life =
  (limit: Quota, chats: Watch["Type"]["chats"]) =>
  <A, E, R>(use: Effect.Effect<A, E, R>) =>
    Effect.raceFirst(use, Effect.zipRight(Scheduler.serve(Scheduler.serveDefaults), Effect.never)).pipe(
      Effect.provide(
        Layer.fresh(
          Scheduler.layerServe(Duration.seconds(1)).pipe(
            Layer.provide(client(limit)),
            Layer.provideMerge(Ledger.layer),
            Layer.provideMerge(Layer.succeed(Watch, { chats, keepsRows: false, inTurn: identity })),
            Layer.provide(Layer.succeed(ActivePolicy, policy))
          )
        )
      )
    )

/** Against a service with this quota, from a few minutes before they may be written to. */
const played = <A, E>(
  test: Effect.Effect<A, E, Layer.Layer.Success<ReturnType<typeof Emulator.layer>> | SqlClient.SqlClient>,
  options: { readonly limit: Quota; readonly faults?: ReadonlyArray<Encoded> }
) =>
  test.pipe(
    Effect.provide(Layer.mergeAll(Emulator.layer(options), SqliteClient.layer({ filename: ":memory:" }))),
    Effect.withTracerEnabled(false),
    (test) => Effect.zipRight(Scheduler.load, VirtualTime.run(test, begin))
  )

it.live.each([
  { answers: "at once", faults: [], within: 2 },
  // Reading who opted out takes twice the share of this quota that it takes of the documented one.
  { answers: "after two seconds", faults: [{ name: "slow", do: { delay: "2 seconds" } }], within: 5 }
])(
  "a backlog is sent as forecast, no follow-up $within seconds later, by a service that answers $answers, also when nothing is known of the chats but the ledger",
  ({ faults, within }) => {
    const people = 90
    // Half of the documented one, so that half as many follow-ups make the same backlog.
    const limit = quota(1 / 2)
    const test = Effect.gen(function* () {
      const { log } = yield* Emulator.Emulator
      const chats = yield* arrive(people)
      yield* Effect.sleep("1 minute")
      yield* life(limit, Stream.fromIterable(chats))(Effect.sleep("4 minutes"))
      const foreseen = yield* life(
        limit,
        Stream.empty
      )(
        Effect.zipLeft(
          Effect.delay(ServiceStatus.waiting(QuotaForecast.quota(limit)), "2 minutes"),
          Effect.sleep("6 minutes")
        )
      )
      const entries = yield* log.entries
      const went = sentAt(entries)
      expect(went.size).toBe(people)
      expect(refused(entries)).toEqual([])
      const latest = Math.max(...went.values()) - opening.epochMillis
      expect(latest).toBeGreaterThan(Build.minute)
      // What is foreseen is when each is armed; the assistant writes a lead later.
      const beyond = foreseen.map(({ chat_id, eta }) => went.get(chat_id)! - lead - eta.epochMillis)
      expect(Math.max(...beyond)).toBeLessThanOrEqual(within * Build.second)
      const order = foreseen.map(({ chat_id }) => went.get(chat_id)!)
      const overtakes = order.map((at, index) => Math.max(0, ...order.slice(0, index)) - at)
      // One whose look is too old when its turn comes is looked at again.
      expect(Math.max(...overtakes)).toBeLessThanOrEqual(lead)
    })
    return played(test, { faults, limit })
  },
  180_000
)

it.live("a quota of one request a second, of which twelve chats read at a time are read too early, is enough", () => {
  const people = 14
  const limit = quota(1 / 8)
  const test = Effect.gen(function* () {
    const { log } = yield* Emulator.Emulator
    const chats = yield* arrive(people)
    yield* Effect.sleep("1 minute")
    yield* life(limit, Stream.fromIterable(chats))(Effect.sleep("11 minutes"))
    const entries = yield* log.entries
    expect(sentAt(entries).size).toBe(people)
    expect(refused(entries)).toEqual([])
  })
  return played(test, { limit })
})
