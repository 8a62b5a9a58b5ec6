/**
 * The parts of the demo as layers: the emulator in place of the service, its customers, the scheduler as it runs in
 * production, and the checker. `main.ts` puts them together.
 */
import * as RateLimit from "@effect-invent/client/RateLimit"
import * as CustomerLayers from "@effect-invent/customers/CustomerLayers"
import * as VirtualTime from "@effect-invent/emulator/VirtualTime"
import * as OptOuts from "@effect-invent/follow-up-scheduler/ChatReader/OptOuts"
import * as Ledger from "@effect-invent/follow-up-scheduler/Ledger"
import * as Sqlite from "@effect-invent/follow-up-scheduler/Ledger/Database/Sqlite"
import * as Health from "@effect-invent/follow-up-scheduler/Operations/Health"
import * as Thresholds from "@effect-invent/follow-up-scheduler/Operations/Health/Thresholds"
import * as QuotaForecast from "@effect-invent/follow-up-scheduler/Operations/QuotaForecast"
import * as QuotaUsage from "@effect-invent/follow-up-scheduler/Operations/QuotaUsage"
import * as Page from "@effect-invent/follow-up-scheduler/operatorPage/Server"
import * as PolicyFile from "@effect-invent/follow-up-scheduler/Policies/PolicyFile"
import { ActivePolicy } from "@effect-invent/follow-up-scheduler/Policy"
import * as Scheduler from "@effect-invent/follow-up-scheduler/Scheduler"
import * as Watch from "@effect-invent/follow-up-scheduler/Watch"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import * as Checker from "./Checker.ts"
import * as TempFolder from "./TempFolder.ts"

/** How often who opted out is read: compressed like the silences. */
const optOutPace = { ...CustomerLayers.quota, every: Duration.millis(400), maxAge: Duration.millis(500) }

/** Where the operator page is to be; nowhere without a port. */
type PageOptions = Parameters<typeof Page.layerOptional>[0]

const watch = Layer.unwrapEffect(
  Effect.map(CustomerLayers.ChannelEvents, (queue) => Watch.layerEvents(Stream.fromQueue(queue)))
)
const policy = VirtualTime.layerOutside(
  Layer.effect(
    ActivePolicy,
    Effect.flatMap(TempFolder.TempFolder, ({ policy }) => PolicyFile.load(policy))
  )
)
const database = VirtualTime.layerOutside(
  Layer.unwrapEffect(Effect.map(TempFolder.TempFolder, ({ database }) => Sqlite.layer(database)))
)

/** The scheduler with its ledger and its page. Fails where the page, its port or the database cannot be used. */
export const scheduler = (page: PageOptions) =>
  VirtualTime.layerOutside(Page.layerOptional(page)).pipe(
    Layer.provideMerge(Scheduler.layerServe(Duration.millis(200))),
    Layer.provideMerge(Health.layer(Thresholds.defaults, QuotaForecast.costOf(QuotaForecast.quota()))),
    Layer.provide(CustomerLayers.client("scheduler")),
    Layer.provideMerge(Layer.succeed(OptOuts.OptOutPace, optOutPace)),
    Layer.provideMerge(Ledger.layer),
    Layer.provide(database),
    Layer.provide(policy),
    Layer.provideMerge(watch)
  )

/** The contacts of the demo. */
export const customers = CustomerLayers.customers

/** What the scheduler and the customers share: the quota of this machine's address, and the events of the channels. */
export const quota = Layer.mergeAll(
  CustomerLayers.events,
  Layer.provide(QuotaUsage.layer(CustomerLayers.quota), RateLimit.layerMemory(CustomerLayers.quota))
)

/** The emulated Invent, on a free port of this machine. */
export const emulator = CustomerLayers.emulator

/** The checker, in a process of its own. */
export const checker = Checker.layer

/** The folder of the policy, the ledger and the log. It goes with the demo, however that ends. */
export const folder = VirtualTime.layerOutside(TempFolder.layer)

/** Noon of a Tuesday, so that every demo shows the same day and the same nights. */
const noon = "2026-03-10T12:00:00Z"

/**
 * Runs a program under a virtual clock and a random generator with this seed: the same seed gives the same course.
 */
export const inVirtualTime =
  (seed: number) =>
  <A, E, R>(program: Effect.Effect<A, E, R>) =>
    Effect.zipRight(Scheduler.load, VirtualTime.run(Effect.withRandom(program, Random.make(seed)), noon))
