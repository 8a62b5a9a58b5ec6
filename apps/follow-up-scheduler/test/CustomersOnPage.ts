/**
 * The scheduler and its operator page at work: an emulator, simulated customers of every scenario, and a policy whose
 * silences last seconds, all on the machine's own time.
 */
import * as RateLimit from "@effect-invent/client/RateLimit"
import * as CustomerLayers from "@effect-invent/customers/CustomerLayers"
import * as Scenarios from "@effect-invent/customers/Scenarios"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as OptOuts from "../src/ChatReader/OptOuts.ts"
import * as Ledger from "../src/Ledger.ts"
import * as Health from "../src/Operations/Health.ts"
import * as Thresholds from "../src/Operations/Health/Thresholds.ts"
import * as QuotaForecast from "../src/Operations/QuotaForecast.ts"
import * as QuotaUsage from "../src/Operations/QuotaUsage.ts"
import * as Server from "../src/operatorPage/Server.ts"
import { ActivePolicy, Policy } from "../src/Policy.ts"
import * as Scheduler from "../src/Scheduler.ts"
import * as Watch from "../src/Watch.ts"
import * as ContactNames from "../src/Watch/ContactNames.ts"
import * as Databases from "./Databases.ts"

const { quota } = CustomerLayers

const policy = Schema.decodeUnknownSync(Policy)({
  name: "quick",
  version: 1,
  effective_from: "all",
  at_most_per_hour: 1_000_000,
  at_most_per_day: 1_000_000,
  quiet_hours: { start: "21:00", end: "09:00" },
  arm_lead: "1500 millis",
  confirm_after: "500 millis",
  steps: [
    { after: "4 seconds", action: "schedule_follow_up" },
    { after: "4 seconds", action: "schedule_follow_up" }
  ]
})

const watch = Layer.unwrapEffect(
  Effect.map(CustomerLayers.ChannelEvents, (queue) => Watch.layerEvents(Stream.fromQueue(queue)))
)

const running = Layer.scopedDiscard(
  Effect.forkScoped(Scheduler.serve({ sweepEvery: Duration.seconds(1), sweepSlack: Duration.seconds(3) }))
)

/** They arrive one after the other; what follows the first answer of each goes on beside the others. */
const arriving = Layer.scopedDiscard(
  Effect.gen(function* () {
    const customers = yield* CustomerLayers.SimulatedCustomers
    const people = yield* Scenarios.people(28, 1)
    yield* Effect.forkScoped(
      Effect.forEach(people, (person) => Effect.flatMap(customers.arrive(person), ({ rest }) => Effect.fork(rest)))
    )
  })
)

const scheduler = (page: Server.Options) =>
  Layer.provideMerge(running, Server.layer(page)).pipe(
    Layer.provideMerge(Scheduler.layerServe(Duration.millis(200))),
    Layer.provideMerge(ContactNames.layer),
    Layer.provideMerge(Health.layer(Thresholds.defaults, QuotaForecast.costOf(QuotaForecast.quota()))),
    Layer.provide(CustomerLayers.client("scheduler")),
    Layer.provide(
      Layer.succeed(OptOuts.OptOutPace, { ...quota, every: Duration.millis(400), maxAge: Duration.millis(500) })
    ),
    Layer.provideMerge(Ledger.layer),
    Layer.provide([Databases.sqlite, Layer.succeed(ActivePolicy, policy)]),
    Layer.provide(watch)
  )

/** A page for as long as the layer lives, of a scheduler whose 28 customers begin to arrive. */
export const layer = (page: Server.Options) =>
  Layer.mergeAll(scheduler(page), Layer.provideMerge(arriving, CustomerLayers.customers)).pipe(
    Layer.provide([CustomerLayers.events, Layer.provide(QuotaUsage.layer(quota), RateLimit.layerMemory(quota))]),
    Layer.provideMerge(CustomerLayers.emulator)
  )
