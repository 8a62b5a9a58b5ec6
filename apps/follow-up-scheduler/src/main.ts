#!/usr/bin/env node
/** The composition root: every piece of the outside world that the program touches is named here. */
import * as Command from "@effect/cli/Command"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Colour from "./cli/Colour.ts"
import { commands } from "./cli/Commands.ts"
import * as Completions from "./cli/Completions.ts"
import * as Ending from "./cli/Ending.ts"
import * as Examples from "./cli/Examples.ts"
import * as Help from "./cli/Help.ts"
import * as Log from "./cli/Log.ts"
import * as Collector from "./Collector.ts"
import * as Stop from "./Stop.ts"

/** HTTP, WebSockets, and, where one is named, who collects metrics and spans. */
const world = Layer.mergeAll(Collector.layer, NodeSocket.layerWebSocketConstructor, Stop.layer).pipe(
  Layer.provideMerge(NodeHttpClient.layerUndici)
)

Ending.onClosedPipe()
Ending.onTermination()
Command.run(commands, { name: "Invent follow-ups", version: "0.0.0", footer: Examples.footer })(process.argv).pipe(
  Effect.provide(world),
  Ending.report,
  Completions.whereAsked,
  Log.whereRead(process.argv),
  Help.fitted,
  Colour.whereWanted,
  Effect.provide(NodeContext.layer),
  NodeRuntime.runMain({ disableErrorReporting: true, disablePrettyLogger: true, teardown: Ending.teardown })
)
