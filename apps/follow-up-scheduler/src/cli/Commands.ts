/** Each command with the rooms it goes through. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as Settings from "@effect-invent/client/Settings"
import * as Command from "@effect/cli/Command"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Database from "../Database.ts"
import * as Diagnosis from "../Diagnosis.ts"
import * as Erasure from "../Erasure.ts"
import * as Ledger from "../Ledger.ts"
import * as Told from "../Ledger/Told.ts"
import * as Meter from "../Meter.ts"
import * as PolicyFile from "../PolicyFile.ts"
import * as Quota from "../Quota.ts"
import * as Record from "../Record.ts"
import * as Runner from "../Runner.ts"
import * as Scheduler from "../Scheduler.ts"
import * as Stop from "../Stop.ts"
import * as Watch from "../Watch.ts"
import * as Inbox from "../Watch/Inbox.ts"
import { demo } from "../demo/Demo.ts"
import * as Stage from "../demo/Stage.ts"
import * as Page from "../page/Server.ts"
import { doctor, Probes } from "./Doctor.ts"
import { erase } from "./Erase.ts"
import { explain } from "./Explain.ts"
import type { Source } from "./Options.ts"
import { pause, resume } from "./Pause.ts"
import { apply, policy } from "./Policy.ts"
import { preview } from "./Preview.ts"
import { chats, inbox, log, record as recording } from "./Record.ts"
import { run } from "./Run.ts"
import { serve } from "./Serve.ts"
import { simulate } from "./Simulate.ts"
import { status } from "./Status.ts"

type Db = Option.Option<string>

interface Work {
  readonly db: Db
  readonly policy: string
}

interface Lasting extends Work {
  readonly every: Duration.Duration
  readonly page: { readonly host: string; readonly port: Option.Option<number> }
  readonly source: Source
}

const invent = InventClient.layerConfig()
/** Over the quota that goes with the database, and closed by a stop. */
const inventOf = (db: Db) =>
  Layer.effect(InventClient.InventClient, Effect.flatMap(Settings.config(), InventClient.make)).pipe(
    Layer.provideMerge(Meter.layerConfig),
    Layer.provide(Stop.closing(Quota.layer(db)))
  )
const record = (db: Db) => Layer.provideMerge(Ledger.layer, Database.layer(db))
const reading = (db: Db) => Layer.provideMerge(Ledger.layerReadOnly, Database.layerReadOnly(db))
const existing = (db: Db) => Layer.provide(Ledger.layer, Database.layerExisting(db))

const live = ({ db, policy }: Work) =>
  Scheduler.layerOnce.pipe(Layer.provideMerge(record(db)), Layer.provideMerge(Layer.merge(inventOf(db), PolicyFile.layer(policy))))
const dry = ({ db, policy }: Work) =>
  Scheduler.layerDry.pipe(Layer.provideMerge(Layer.provideMerge(Ledger.layerReadOnly, Database.layerDryRun(db))), Layer.provideMerge(Layer.merge(invent, PolicyFile.layer(policy))))
const inboxOf = (every: Duration.Duration) => Runner.layerWatch(Inbox.layer(every))
type Watching = ReturnType<typeof inboxOf> | ReturnType<typeof Watch.layerFile>
const watch = (source: Source, every: Duration.Duration): Layer.Layer<Watch.Watch, Layer.Layer.Error<Watching>, Layer.Layer.Context<Watching>> =>
  source._tag === "File" ? Watch.layerFile(source.file, every) : inboxOf(every)
const lasting = ({ db, every, page, policy, source }: Lasting) =>
  Layer.merge(Page.layerOptional(page), watch(source, every)).pipe(
    Layer.provideMerge(Scheduler.layerServe(Duration.seconds(1))),
    Layer.provideMerge(Layer.provideMerge(Told.layer, record(db))),
    Layer.provideMerge(Layer.merge(inventOf(db), PolicyFile.layer(policy)))
  )
/** A file that was named must be there. */
const known = (db: Db) => (Option.isSome(db) ? reading(db) : Layer.provide(Ledger.layerReadOnly, Database.layerDryRun(db)))
const recorder = ({ db }: { readonly db: Db }) => Layer.merge(invent, Layer.provide(Record.layer, known(db)))
const probes = ({ db, policy }: { readonly db: Db; readonly policy: Option.Option<string> }) =>
  Layer.effect(
    Probes,
    Effect.map(Effect.context<Layer.Layer.Context<typeof invent>>(), (world) => ({
      service: Effect.provide(Diagnosis.service, Layer.provide(invent, Layer.succeedContext(world))),
      database: Effect.provide(Effect.flatMap(Ledger.Ledger, (ledger) => ledger.pending(Duration.infinity)), reading(db)),
      policy: Option.map(policy, (file) => Effect.map(PolicyFile.load(file), ({ id }) => id))
    }))
  )
const changing = ({ db, policy }: Work) => Layer.merge(record(db), PolicyFile.layer(policy))

/** All of them, over a world that is still to be provided. */
export const commands = Command.make("follow-ups").pipe(
  Command.withSubcommands([
    demo.pipe(
      Command.provide(({ page }) => Stage.layer(page)),
      Command.transformHandler((handler, { seed }) => Stage.inVirtualTime(handler, seed))
    ),
    run.pipe(Command.provide((options) => (options.dryRun ? dry(options) : live(options)))),
    serve.pipe(Command.provide((options) => lasting(options))),
    preview.pipe(Command.provide((options) => dry(options))),
    doctor.pipe(Command.provide((options) => probes(options))),
    policy.pipe(Command.withSubcommands([apply.pipe(Command.provide((options) => changing(options)))])),
    erase.pipe(Command.provide(({ db }) => Erasure.layer.pipe(Layer.provide(Ledger.layer), Layer.provide(Database.layerBeside(db))))),
    recording.pipe(Command.withSubcommands([chats.pipe(Command.provide((options) => recorder(options))), inbox.pipe(Command.provide((options) => recorder(options))), log])),
    simulate,
    explain.pipe(Command.provide(({ db }) => Layer.provideMerge(Erasure.layerReadOnly, reading(db)))),
    status.pipe(Command.provide(({ db }) => reading(db))),
    pause.pipe(Command.provide(({ db }) => existing(db))),
    resume.pipe(Command.provide(({ db }) => existing(db)))
  ])
)
