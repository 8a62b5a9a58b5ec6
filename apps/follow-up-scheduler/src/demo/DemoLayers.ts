/**
 * Everything that the demo runs on: the emulator in place of the service, and the scheduler as it runs in production.
 */
import * as InventClient from "@effect-invent/client/InventClient"
import * as RateLimit from "@effect-invent/client/RateLimit"
import type { ChatId } from "@effect-invent/domain/Ids"
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as VirtualTime from "@effect-invent/emulator/VirtualTime"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import * as Sqlite from "../Ledger/Database/Sqlite.ts"
import * as Ledger from "../Ledger.ts"
import * as OptOuts from "../ChatReader/OptOuts.ts"
import * as Health from "../Operations/Health.ts"
import * as QuotaForecast from "../Operations/QuotaForecast.ts"
import * as QuotaUsage from "../Operations/QuotaUsage.ts"
import * as Page from "../operatorPage/Server.ts"
import { ActivePolicy } from "../Policy.ts"
import * as PolicyFile from "../Policies/PolicyFile.ts"
import * as Scheduler from "../Scheduler.ts"
import * as Watch from "../Watch.ts"
import * as Customers from "./Customers.ts"
import { TempFolder, layer as layerTempFolder } from "./TempFolder.ts"

/**
 * The documented quota of 500 requests, in two seconds instead of a minute, as silences last seconds instead of hours.
 */
export const quota = { limit: 500, window: Duration.seconds(2) }

/** How often who opted out is read: compressed like the silences. */
const optOutPace = { ...quota, every: Duration.millis(400), maxAge: Duration.millis(500) }

/** Where the operator page is to be; nowhere without a port. */
type PageOptions = Parameters<typeof Page.layerOptional>[0]

/** The contacts of the demo. */
export class SimulatedCustomers extends Context.Tag("@effect-invent/follow-up-scheduler/demo/SimulatedCustomers")<
  SimulatedCustomers,
  Effect.Effect.Success<ReturnType<typeof Customers.make>>
>() {}

/** Chats on whose channel something passed. */
class ChannelEvents extends Context.Tag("@effect-invent/follow-up-scheduler/demo/ChannelEvents")<
  ChannelEvents,
  Queue.Queue<ChatId>
>() {}

const emulator = VirtualTime.layerOutside(
  Emulator.layerServer({
    limit: { limit: quota.limit, window: quota.window, model: "sliding" },
    script: Customers.script,
    replyDelay: Duration.millis(200),
    runDelay: Duration.millis(300)
  })
)

/**
 * A client that talks to the emulator under its own key and shares the quota of this machine's address. Its requests go
 * over a socket one at a time: two that are sent at the same instant would arrive in any order.
 */
const client = (key: string) =>
  Layer.unwrapEffect(
    Effect.map(Emulator.Emulator, ({ apiKey, url }) => InventClient.layerShared({ apiKey: apiKey(key), baseUrl: url }))
  ).pipe(Layer.provide(VirtualTime.layerHttpClient))

const customers = Layer.effect(
  SimulatedCustomers,
  Effect.flatMap(ChannelEvents, (events) => Customers.make((chat_id) => Queue.offer(events, chat_id)))
)

const events = Layer.effect(ChannelEvents, Queue.unbounded<ChatId>())
const watch = Layer.unwrapEffect(Effect.map(ChannelEvents, (queue) => Watch.layerEvents(Stream.fromQueue(queue))))
const policy = VirtualTime.layerOutside(
  Layer.effect(
    ActivePolicy,
    Effect.flatMap(TempFolder, (tempFolder) => PolicyFile.load(tempFolder.policy))
  )
)
const database = VirtualTime.layerOutside(
  Layer.unwrapEffect(Effect.map(TempFolder, (tempFolder) => Sqlite.layer(tempFolder.database)))
)

const scheduler = (page: PageOptions) =>
  VirtualTime.layerOutside(Page.layerOptional(page)).pipe(
    Layer.provideMerge(Scheduler.layerServe(Duration.millis(200))),
    Layer.provideMerge(Health.layer(Health.defaults, QuotaForecast.costOf(QuotaForecast.quota()))),
    Layer.provide(client("scheduler")),
    Layer.provideMerge(Layer.succeed(OptOuts.OptOutPace, optOutPace)),
    Layer.provideMerge(Ledger.layer),
    Layer.provide(database),
    Layer.provide(policy),
    Layer.provideMerge(watch)
  )

/**
 * Emulator, contacts and scheduler of a demo, in its own folder. Fails where the folder, the page or a port cannot be
 * used.
 */
export const layer = (page: PageOptions) =>
  Layer.mergeAll(scheduler(page), Layer.provide(customers, client("customers"))).pipe(
    Layer.provide([events, Layer.provide(QuotaUsage.layer(quota), RateLimit.layerMemory(quota))]),
    Layer.provideMerge(emulator),
    Layer.provideMerge(VirtualTime.layerOutside(layerTempFolder))
  )

/** Noon of a Tuesday, so that every demo shows the same day and the same nights. */
const noon = "2026-03-10T12:00:00Z"

/**
 * Runs the program under a virtual clock and a random generator with this seed: the same seed gives the same course.
 */
export const inVirtualTime = <A, E, R>(program: Effect.Effect<A, E, R>, seed: number) =>
  Effect.zipRight(Scheduler.load, VirtualTime.run(Effect.withRandom(program, Random.make(seed)), noon))
