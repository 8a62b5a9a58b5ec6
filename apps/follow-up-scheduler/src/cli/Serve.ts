/** `serve`: watches, waits and follows up for as long as the process lives, and serves the operator page. */
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Queue from "effect/Queue"
import * as Ownership from "../Ledger/Database/Ownership.ts"
import * as Operator from "../Ledger/Operator.ts"
import * as LedgerLogging from "../Ledger/LedgerLogging.ts"
import * as Alerts from "../Operations/Alerts.ts"
import * as Health from "../Operations/Health.ts"
import * as Thresholds from "../Operations/Health/Thresholds.ts"
import * as HealthServer from "../Operations/HealthServer.ts"
import * as QuotaForecast from "../Operations/QuotaForecast.ts"
import * as QuotaUsage from "../Operations/QuotaUsage.ts"
import * as Watchdog from "../Operations/Watchdog.ts"
import * as PageServer from "../operatorPage/Server.ts"
import * as PolicyFiles from "../Policies/PolicyFiles.ts"
import * as Policies from "../Policies.ts"
import * as Reload from "../Policies/Reload.ts"
import * as Rollout from "../Policies/Rollout.ts"
import * as Orgs from "../Policy/Orgs.ts"
import * as Retention from "../Privacy/Retention.ts"
import * as Scheduler from "../Scheduler.ts"
import * as GracefulShutdown from "../Dispatch/GracefulShutdown.ts"
import type * as Watch from "../Watch.ts"
import * as ContactNames from "../Watch/ContactNames.ts"
import * as FileWatch from "../Watch/FileWatch.ts"
import * as InboxWatch from "../Watch/InboxWatch.ts"
import * as SingleWatcher from "../Watch/SingleWatcher.ts"
import * as Clients from "./Clients.ts"
import * as ExitCodes from "./ExitCodes.ts"
import * as Ledgers from "./Ledgers.ts"
import * as Pause from "./Pause.ts"
import { type Db, nameOf, type Page, type Source } from "./Options.ts"
import { ReloadSignal } from "./Serve/ReloadSignal.ts"
import { StandardOutput } from "./StandardOutput.ts"
import { announce, quota } from "./Status.ts"

interface Options {
  readonly policies: ReadonlyArray<string>
  readonly running: Rollout.Running
  readonly source: Source
  readonly orgs: Orgs.Orgs["Type"]
  readonly db: Db
  readonly every: Duration.Duration
  readonly keep: Duration.Duration
  readonly page: Page
  readonly confirm: Option.Option<number>
  readonly by: Option.Option<string>
  readonly health: { readonly host: string; readonly port: Option.Option<number> }
}

const inboxOf = (every: Duration.Duration) => SingleWatcher.layer(InboxWatch.layer(every))
type Watching = ReturnType<typeof inboxOf> | ReturnType<typeof FileWatch.layer>
const watch = (
  source: Source,
  every: Duration.Duration
): Layer.Layer<Watch.Watch, Layer.Layer.Error<Watching>, Layer.Layer.Context<Watching>> =>
  source._tag === "File" ? FileWatch.layer(source.file, every) : inboxOf(every)

/** The settings of `Health`; chats count as not read after three times `--every` at the soonest. */
const healthSettings = (every: Duration.Duration) =>
  Effect.map(Thresholds.settings, (settings) => ({
    ...settings,
    lookWithin: Duration.max(settings.lookWithin, Duration.times(every, 3))
  }))

const healthLayer = (every: Duration.Duration) =>
  Layer.unwrapEffect(
    Effect.zipWith(healthSettings(every), quota, (settings, quota) =>
      Health.layer(settings, QuotaForecast.costOf(quota))
    )
  )

const layer = ({ db, every, health, orgs, page, policies, source }: Options) =>
  Layer.mergeAll(PageServer.layerOptional(page), HealthServer.layerOptional(health), watch(source, every)).pipe(
    Layer.provideMerge(Scheduler.layerServe(Duration.seconds(1))),
    Layer.provideMerge(Option.isSome(page.port) ? ContactNames.layer : Layer.empty),
    Layer.provideMerge(healthLayer(every)),
    Layer.provideMerge(Layer.provideMerge(LedgerLogging.layer, Ledgers.writing(db))),
    Layer.provideMerge(Layer.mergeAll(Clients.layer(db), PolicyFiles.layer(policies), Orgs.layer(orgs)))
  )

/** Puts the policies in force by `--running`, and says what conversations run on beside them. */
const putInForce = ({ running }: Options) =>
  Effect.gen(function* () {
    const { current } = yield* Policies.Policies
    const policies = yield* current
    if (policies.length > 1) yield* Effect.logInfo(`in force are ${Policies.idsOf(policies)}, in this order`)
    const left = yield* Rollout.putInForce(policies, running)
    yield* Effect.forEach(Rollout.describeLeft(left, running), (line) => Effect.logInfo(line), { discard: true })
  })

const unlessDamaged = (error: SqlError) =>
  Effect.flatMap(Ownership.Ownership, ({ unlessDamaged }) => unlessDamaged(error))

/** The last alert: no later process sends one, because none begins on this ledger by itself. */
const reportLost = ({ message }: Ownership.LedgerLost) =>
  Effect.flatMap(Effect.all([DateTime.now, Alerts.settings]), ([since, settings]) =>
    Alerts.sendOnce({ kind: "ledger_failing", since, found: `the ledger cannot be used: ${message}` }, settings)
  )

const watching = (options: Options, reloadSignals: Queue.Dequeue<void>) =>
  Effect.gen(function* () {
    const settings = yield* Scheduler.serveConfig
    const orgs = yield* Orgs.Orgs
    const ofOrgs = orgs.length === 0 ? "" : ` of ${orgs.join(", ")}`
    yield* Effect.logInfo(`following up ${nameOf(options.source)}${ofOrgs} by ${options.policies.join(", ")}`)
    yield* putInForce(options)
    yield* Operator.as(options.by)(Pause.confirmHeld(options.confirm))
    yield* announce
    const confirmed = Option.getOrUndefined(options.confirm)
    const alertSettings = yield* Alerts.settings
    const alerts = yield* Alerts.make(alertSettings)
    const ending = Health.untilStuck(yield* healthSettings(options.every), (trouble) =>
      Alerts.sendOnce(trouble, alertSettings)
    )
    const watchingOver = [
      alerts.watching(settings.sweepEvery),
      ending,
      Watchdog.feeding,
      Reload.watching(Reload.make(options.policies, options.running), settings.sweepEvery, reloadSignals)
    ]
    const serving = Effect.tapErrorTag(
      Scheduler.serve({ ...settings, confirmed, confirmedBy: options.by }),
      "Unauthorized",
      () => alerts.lastWords
    )
    const work = [...watchingOver, serving, Retention.keeping(options.keep), QuotaUsage.measuring, QuotaUsage.sharing]
    yield* GracefulShutdown.inOrder(Effect.all(work, { concurrency: "unbounded", discard: true }))
  }).pipe(
    Effect.tapErrorTag("SqlError", unlessDamaged),
    Effect.tapErrorTag("LedgerLost", reportLost),
    Effect.tapErrorCause(ExitCodes.endAnyway),
    Effect.provide(Layer.tapErrorCause(layer(options), ExitCodes.endAnyway))
  )

/**
 * Runs until a signal stops it. SIGHUP does not stop it, but makes it read the policy files again. Ends with exit code
 * 3 where the ledger is lost, and with 4 where the loop is stuck.
 */
export const serve = (options: Options) =>
  Effect.gen(function* () {
    const [output, reloadSignal] = [yield* StandardOutput, yield* ReloadSignal]
    yield* output.asLog
    yield* watching(options, yield* reloadSignal.received)
  }).pipe(Effect.scoped)
