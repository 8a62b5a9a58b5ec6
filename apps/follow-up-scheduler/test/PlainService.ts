/** A scheduler in virtual time, against a server that shares no code with ours. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Socket from "@effect/platform/Socket"
import * as InventClient from "@effect-invent/client/InventClient"
import { ChatId } from "@effect-invent/domain/Ids"
import * as VirtualTime from "@effect-invent/emulator/VirtualTime"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Redacted from "effect/Redacted"
import * as Ledger from "../src/Ledger.ts"
import { ActivePolicy, type Policy } from "../src/Policy.ts"
import type { Erasure } from "../src/Privacy/Erasure.ts"
import * as Scheduler from "../src/Scheduler.ts"
import type { Watch } from "../src/Watch.ts"
import type { ChatRows } from "../src/Watch/ChatRows.ts"
import * as InboxWatch from "../src/Watch/InboxWatch.ts"
import * as Databases from "./Databases.ts"
import * as PlainVendor from "./PlainVendor.ts"

/** When the contacts asked and the assistant answered, and when the first scheduler starts. */
export const since = "2026-07-15T12:00:00Z"
const begin = "2026-07-15T12:10:00Z"

export type Watching = Layer.Layer<
  Watch,
  SqlError,
  ActivePolicy | ChatRows | Erasure | InventClient.InventClient | SqlClient
>

const noSocket = Layer.succeed(Socket.WebSocketConstructor, () => {
  throw new Error("this service has no WebSocket")
})

/** Looks at the inbox so often, on a service without a WebSocket. */
export const inbox = (every: Duration.DurationInput): Watching =>
  Layer.provide(InboxWatch.layer(Duration.decode(every)), noSocket)

const clientOf = (vendor: PlainVendor.Vendor) =>
  InventClient.layer({ apiKey: Redacted.make("inv_key"), baseUrl: vendor.url }).pipe(
    Layer.provide(Layer.provide(VirtualTime.layerHttpClient, NodeHttpClient.layerUndici))
  )

/** One pass over these chats, as a cron job makes it. */
export const pass = (vendor: PlainVendor.Vendor, policy: Policy, chats: ReadonlyArray<string>) => {
  const scheduler = Scheduler.layerOnce.pipe(
    Layer.provideMerge(Ledger.layer),
    Layer.provideMerge(Layer.mergeAll(clientOf(vendor), Layer.succeed(ActivePolicy, policy)))
  )
  return Scheduler.runOnce(
    chats.map((chat) => ChatId.make(chat)),
    () => Effect.void
  ).pipe(Effect.provide(Layer.fresh(scheduler)))
}

/** One life of a scheduler on the ledger that is there: it ends with `use`. */
export const life =
  (vendor: PlainVendor.Vendor, policy: Policy, watch: Watching) =>
  <A, E, R>(use: Effect.Effect<A, E, R>) => {
    const scheduler = Scheduler.layerServe(Duration.seconds(1)).pipe(
      Layer.provideMerge(Ledger.layer),
      Layer.provideMerge(Layer.mergeAll(clientOf(vendor), Layer.succeed(ActivePolicy, policy)))
    )
    return Effect.raceFirst(use, Effect.zipRight(Scheduler.serve(Scheduler.serveDefaults), Effect.never)).pipe(
      Effect.provide(Layer.fresh(Layer.provideMerge(watch, scheduler)))
    )
  }

/** Runs a test on such a server, with an empty ledger, from ten past twelve. */
export const played = <A, E, R>(
  options: Omit<PlainVendor.Options, "since" | "now">,
  test: (vendor: PlainVendor.Vendor) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const now = () => new Date(clock.unsafeCurrentTimeMillis()).toISOString()
    return yield* test(yield* VirtualTime.outside(PlainVendor.serve({ ...options, since, now })))
  }).pipe(
    Effect.provide(Databases.sqlite),
    Effect.scoped,
    Logger.withMinimumLogLevel(LogLevel.Error),
    Effect.withTracerEnabled(false),
    (test) => Effect.zipRight(Scheduler.load, VirtualTime.run(test, begin))
  )
