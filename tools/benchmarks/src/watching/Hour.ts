/** An hour of a scheduler that watches a large inbox, in virtual time, and the requests that this takes. */
import * as InventClient from "@effect-invent/client/InventClient"
import type { ChatId } from "@effect-invent/domain/Ids"
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as VirtualTime from "@effect-invent/emulator/VirtualTime"
import * as Sqlite from "@effect-invent/follow-up-scheduler/Ledger/Database/Sqlite"
import * as Ledger from "@effect-invent/follow-up-scheduler/Ledger"
import { ActivePolicy } from "@effect-invent/follow-up-scheduler/Policy"
import * as PolicyFile from "@effect-invent/follow-up-scheduler/Policies/PolicyFile"
import * as Scheduler from "@effect-invent/follow-up-scheduler/Scheduler"
import * as InboxWatch from "@effect-invent/follow-up-scheduler/Watch/InboxWatch"
import * as Socket from "@effect/platform/Socket"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Arrivals from "../Arrivals.ts"

export interface Args {
  readonly chats: number
  /** How many of them change in an hour. */
  readonly changes: number
  /** How the inbox is ordered: `descending` is in the order of changes. */
  readonly inboxOrder: "descending" | "ascending"
}

export interface Outcome {
  readonly followUps: number
  /** The requests for one chat each, for pages of the inbox, and for lists of who opted out. */
  readonly ofChats: number
  readonly pages: number
  readonly optOuts: number
  readonly refused: number
}

const policy = `name: an-hour-later
version: 1
time_zone: UTC
steps:
  - { after: 1 hour, action: schedule_follow_up }
`

const noSocket = Layer.succeed(Socket.WebSocketConstructor, () => {
  throw new Error("nothing is pushed here")
})
const [everyMinute, precision] = [Duration.minutes(1), Duration.seconds(1)]
const watch = Layer.provide(InboxWatch.layer(everyMinute), noSocket)
const activePolicy = Layer.effect(ActivePolicy, PolicyFile.parse(policy, "policy"))

const client = Layer.unwrapEffect(
  Effect.map(Emulator.Emulator, ({ apiKey, url }) => InventClient.layer({ apiKey: apiKey("scheduler"), baseUrl: url }))
)

const scheduler = watch.pipe(
  Layer.provideMerge(Scheduler.layerServe(precision)),
  Layer.provideMerge(Ledger.layer),
  Layer.provideMerge(client),
  Layer.provide(activePolicy)
)

export const run = ({ changes, chats, inboxOrder }: Args): Promise<Outcome> => {
  const hour = Effect.gen(function* () {
    const { log, world } = yield* Emulator.Emulator
    const ids = yield* Arrivals.arrive(chats)
    yield* Effect.sleep("10 minutes")
    const pause = Duration.hours(1 / changes)
    const change = (id: ChatId) => Effect.zipRight(world.contactWrites(id, "And to Gozo?"), Effect.sleep(pause))
    const changing = Effect.forEach(ids, change, { discard: true })
    yield* Effect.forkScoped(Effect.delay(changing, "1 minute"))
    const counted = Effect.gen(function* () {
      yield* Effect.sleep("90 minutes")
      const before = (yield* log.entries).length
      yield* Effect.sleep("1 hour")
      return (yield* log.entries).slice(before)
    })
    const serving = Effect.zipRight(Scheduler.serve(Scheduler.serveDefaults), Effect.never)
    const entries = yield* Effect.provide(Effect.raceFirst(counted, serving), scheduler)
    const requests = entries.filter((entry) => entry.kind === "request")
    const to = (part: string) => requests.filter(({ path }) => path.includes(part)).length
    return {
      followUps: entries.filter((entry) => entry.kind === "message" && entry.cause === "follow_up").length,
      ofChats: requests.filter(({ path }) => path.startsWith("/chats/")).length,
      pages: to("/inbox"),
      optOuts: to("/contacts"),
      refused: requests.filter(({ status }) => status === 429).length
    }
  })
  const emulator = Emulator.layer({ behaviour: { inboxOrder } })
  return hour.pipe(
    Effect.scoped,
    Effect.provide(Layer.merge(emulator, Sqlite.layerEmpty)),
    Effect.withTracerEnabled(false),
    Logger.withMinimumLogLevel(LogLevel.Error),
    (hour) => Effect.zipRight(Scheduler.load, VirtualTime.run(hour, "2026-07-15T08:00:00Z")),
    Effect.runPromise
  )
}
