#!/usr/bin/env node
/** The composition root: every piece of the outside world that the program touches is named here. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as Settings from "@effect-invent/client/Settings"
import * as Command from "@effect/cli/Command"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Colour from "./cli/Colour.ts"
import * as Completions from "./cli/Completions.ts"
import { doctor, Probes } from "./cli/Doctor.ts"
import * as Ending from "./cli/Ending.ts"
import { erase } from "./cli/Erase.ts"
import * as Examples from "./cli/Examples.ts"
import { explain } from "./cli/Explain.ts"
import type { Source } from "./cli/Options.ts"
import { pause, resume } from "./cli/Pause.ts"
import { apply, policy } from "./cli/Policy.ts"
import { preview } from "./cli/Preview.ts"
import { chats, inbox, log, record as recording } from "./cli/Record.ts"
import { run } from "./cli/Run.ts"
import { serve } from "./cli/Serve.ts"
import { simulate } from "./cli/Simulate.ts"
import { status } from "./cli/Status.ts"
import * as Collector from "./Collector.ts"
import * as Database from "./Database.ts"
import * as Diagnosis from "./Diagnosis.ts"
import { demo } from "./demo/Demo.ts"
import * as Stage from "./demo/Stage.ts"
import * as Erasure from "./Erasure.ts"
import * as Ledger from "./Ledger.ts"
import * as Meter from "./Meter.ts"
import * as Page from "./page/Server.ts"
import * as PolicyFile from "./PolicyFile.ts"
import * as Quota from "./Quota.ts"
import * as Record from "./Record.ts"
import * as Runner from "./Runner.ts"
import * as Scheduler from "./Scheduler.ts"
import * as Stop from "./Stop.ts"
import * as Watch from "./Watch.ts"
import * as Inbox from "./Watch/Inbox.ts"

type Db = Option.Option<string>

interface Lasting {
  readonly db: Db
  readonly every: Duration.Duration
  readonly page: { readonly host: string; readonly port: Option.Option<number> }
  readonly policy: string
  readonly source: Source
}

const invent = Layer.provide(InventClient.layerConfig(), NodeHttpClient.layerUndici)
const inventOf = (db: Db) =>
  Layer.unwrapEffect(Effect.map(Settings.config(), Meter.layerClient)).pipe(
    Layer.provide([Stop.closing(Quota.layer(db)), NodeHttpClient.layerUndici])
  )
const record = (db: Db) => Layer.provideMerge(Ledger.layer, Database.layer(db))
const reading = (db: Db) => Layer.provideMerge(Ledger.layerReadOnly, Database.layerReadOnly(db))
const existing = (db: Db) => Layer.provide(Ledger.layer, Database.layerExisting(db))

const live = ({ db, policy }: { readonly db: Db; readonly policy: string }) =>
  Scheduler.layerOnce.pipe(Layer.provideMerge(record(db)), Layer.provideMerge(Layer.merge(inventOf(db), PolicyFile.layer(policy))))
const dry = ({ db, policy }: { readonly db: Db; readonly policy: string }) =>
  Scheduler.layerDry.pipe(Layer.provideMerge(Layer.provideMerge(Ledger.layerReadOnly, Database.layerDryRun(db))), Layer.provideMerge(Layer.merge(invent, PolicyFile.layer(policy))))
const wholeInbox = (every: Duration.Duration) => Runner.layerWatch(Inbox.layer(every))
type Watching = ReturnType<typeof wholeInbox> | ReturnType<typeof Watch.layerFile>
const watch = (source: Source, every: Duration.Duration): Layer.Layer<Watch.Watch, Layer.Layer.Error<Watching>, Layer.Layer.Context<Watching>> =>
  source._tag === "File" ? Watch.layerFile(source.file, every) : wholeInbox(every)
const lasting = ({ db, every, page, policy, source }: Lasting) =>
  Layer.merge(Page.layerOptional(page), watch(source, every)).pipe(
    Layer.provideMerge(Scheduler.layerServe(Duration.seconds(1))),
    Layer.provide(NodeSocket.layerWebSocketConstructor),
    Layer.provideMerge(record(db)),
    Layer.provideMerge(Layer.merge(inventOf(db), PolicyFile.layer(policy)))
  )
/** A file that was named must be there. */
const known = (db: Db) => (Option.isSome(db) ? reading(db) : Layer.provide(Ledger.layerReadOnly, Database.layerDryRun(db)))
const recorder = ({ db }: { readonly db: Db }) => Layer.merge(invent, Layer.provide(Record.layer, known(db)))
const probes = ({ db, policy }: { readonly db: Db; readonly policy: Option.Option<string> }) =>
  Layer.succeed(Probes, {
    service: Effect.provide(Diagnosis.service, invent),
    database: Effect.provide(Effect.flatMap(Ledger.Ledger, (ledger) => ledger.pending(Duration.infinity)), reading(db)),
    policy: Option.map(policy, (file) => Effect.map(PolicyFile.load(file), ({ id }) => id))
  })
const changing = ({ db, policy }: { readonly db: Db; readonly policy: string }) => Layer.merge(record(db), PolicyFile.layer(policy))

const commands = Command.make("follow-ups").pipe(
  Command.withSubcommands([
    demo.pipe(Command.provide(({ page }) => Layer.provide(Stage.layer(page), NodeHttpClient.layerUndici))),
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

Ending.onClosedPipe()
Ending.onTermination()
Command.run(commands, { name: "Invent follow-ups", version: "0.0.0", footer: Examples.footer })(process.argv).pipe(
  Effect.provide(Layer.merge(Stop.layer, Layer.provide(Collector.layer, NodeHttpClient.layerUndici))),
  Ending.report,
  Completions.whereAsked,
  Colour.whereWanted,
  Effect.provide(NodeContext.layer),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown: Ending.teardown })
)
