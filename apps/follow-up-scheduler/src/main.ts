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
import * as ChatReader from "./ChatReader.ts"
import * as Ending from "./cli/Ending.ts"
import { explain, status } from "./cli/Explain.ts"
import { run } from "./cli/Run.ts"
import { serve } from "./cli/Serve.ts"
import * as Database from "./Database.ts"
import { demo } from "./demo/Demo.ts"
import * as Stage from "./demo/Stage.ts"
import * as Ledger from "./Ledger.ts"
import * as PolicyFile from "./PolicyFile.ts"
import * as Scheduler from "./Scheduler.ts"
import * as Timer from "./Timer.ts"
import * as Watch from "./Watch.ts"

const invent = Layer.provide(InventClient.layerConfig(), NodeHttpClient.layerUndici)
const record = (file: string) => Layer.provideMerge(Ledger.layer, Database.layer(file))
const readRecord = (file: string) => Layer.provide(Ledger.layer, Database.layerReadOnly(file))
const dryRecord = (file: string) => Layer.provide(Ledger.layer, Database.layerDryRun(file))
const drySchedule = Layer.mergeAll(ChatReader.layerReadOnly, Timer.layerNone)
const passSchedule = Layer.mergeAll(ChatReader.layer, Timer.layerNone)
const schedule = Layer.mergeAll(ChatReader.layer, Timer.layerSqlite(Duration.seconds(1)))

const follow = Command.make("follow-ups").pipe(
  Command.withSubcommands([
    demo.pipe(Command.provide(Layer.provide(Stage.layer, NodeHttpClient.layerUndici))),
    run.pipe(
      Command.provide(({ db, dryRun, policy }) =>
        Scheduler.layer.pipe(
          Layer.provideMerge(dryRun ? drySchedule : passSchedule),
          Layer.provideMerge(dryRun ? dryRecord(db) : record(db)),
          Layer.provide(invent),
          Layer.provideMerge(PolicyFile.layer(policy))
        )
      )
    ),
    serve.pipe(
      Command.provide(({ chats, db, every, policy }) =>
        Layer.mergeAll(Scheduler.layerWaker, Watch.layerFile(chats, every)).pipe(
          Layer.provideMerge(Scheduler.layer),
          Layer.provideMerge(schedule),
          Layer.provideMerge(record(db)),
          Layer.provide(invent),
          Layer.provideMerge(PolicyFile.layer(policy))
        )
      )
    ),
    explain.pipe(Command.provide(({ db }) => readRecord(db))),
    status.pipe(Command.provide(({ db }) => readRecord(db)))
  ])
)

const program = Command.run(follow, { name: "Invent follow-ups", version: "0.0.0" })
program(process.argv).pipe(
  Ending.report,
  Effect.provide(NodeContext.layer),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown: Ending.teardown })
)
