#!/usr/bin/env node
/** The composition root: every piece of the outside world that the program touches is named here. */
import * as InventClient from "@effect-invent/client/InventClient"
import * as Command from "@effect/cli/Command"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import * as Ending from "./cli/Ending.ts"
import { explain, status } from "./cli/Explain.ts"
import { apply, policy } from "./cli/Policy.ts"
import { run } from "./cli/Run.ts"
import { serve } from "./cli/Serve.ts"
import * as Database from "./Database.ts"
import { demo } from "./demo/Demo.ts"
import * as Stage from "./demo/Stage.ts"
import * as Ledger from "./Ledger.ts"
import * as PolicyFile from "./PolicyFile.ts"
import * as Scheduler from "./Scheduler.ts"
import * as Watch from "./Watch.ts"

type Db = Option.Option<string>

/** Its quota is this process's own; runners that share an address share it through their database, here. */
const invent = Layer.provide(InventClient.layerConfig(), NodeHttpClient.layerUndici)
const surroundings = (policy: string) => Layer.merge(invent, PolicyFile.layer(policy))
const record = (db: Db) => Layer.provideMerge(Ledger.layer, Database.layer(db))
const reading = (db: Db) => Layer.provide(Ledger.layerReadOnly, Database.layerReadOnly(db))

const live = ({ db, policy }: { readonly db: Db; readonly policy: string }) =>
  Scheduler.layerOnce.pipe(Layer.provideMerge(record(db)), Layer.provideMerge(surroundings(policy)))
const dry = ({ db, policy }: { readonly db: Db; readonly policy: string }) =>
  Scheduler.layerDry.pipe(Layer.provideMerge(Layer.provideMerge(Ledger.layerReadOnly, Database.layerDryRun(db))), Layer.provideMerge(surroundings(policy)))
const lasting = ({ chats, db, every, policy }: { readonly chats: string; readonly db: Db; readonly every: Duration.Duration; readonly policy: string }) =>
  Layer.merge(Scheduler.layerServe(Duration.seconds(1)), Watch.layerFile(chats, every)).pipe(
    Layer.provideMerge(record(db)),
    Layer.provideMerge(surroundings(policy))
  )
const changing = ({ db, policy }: { readonly db: Db; readonly policy: string }) => Layer.merge(record(db), PolicyFile.layer(policy))

const commands = Command.make("follow-ups").pipe(
  Command.withSubcommands([
    demo.pipe(Command.provide(Layer.provide(Stage.layer, NodeHttpClient.layerUndici))),
    run.pipe(Command.provide((options) => (options.dryRun ? dry(options) : live(options)))),
    serve.pipe(Command.provide(lasting)),
    policy.pipe(Command.withSubcommands([apply.pipe(Command.provide((options) => changing(options)))])),
    explain.pipe(Command.provide(({ db }) => reading(db))),
    status.pipe(Command.provide(({ db }) => reading(db)))
  ])
)

Ending.onClosedPipe()
Command.run(commands, { name: "Invent follow-ups", version: "0.0.0" })(process.argv).pipe(
  Ending.report,
  Effect.provide(NodeContext.layer),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown: Ending.teardown })
)
