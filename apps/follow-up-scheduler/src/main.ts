#!/usr/bin/env node
/** The composition root: every piece of the outside world that the program touches is named here. */
import * as Command from "@effect/cli/Command"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Colour from "./cli/Colour.ts"
import * as Commands from "./cli/Commands.ts"
import * as Completions from "./cli/Completions.ts"
import * as Ending from "./cli/Ending.ts"
import * as Examples from "./cli/Examples.ts"
import * as Help from "./cli/Help.ts"
import * as Log from "./cli/Log.ts"
import * as Collector from "./Collector.ts"
import * as Lazy from "./Lazy.ts"
import * as Stop from "./Stop.ts"

/** Loaded by the commands that talk to the service, and to export metrics and spans to a collector, where one is named. */
const http = Lazy.layer("HTTP", () => import("@effect/platform-node/NodeHttpClient"), ({ layerUndici }) => layerUndici)
const webSocket = Lazy.layer("WebSockets", () => import("@effect/platform-node/NodeSocket"), (socket) => socket.layerWebSocketConstructor)

Ending.onClosedPipe()
Ending.onTermination()
Command.run(Commands.over({ http, webSocket }), { name: "Invent follow-ups", version: "0.0.0", footer: Examples.footer })(process.argv).pipe(
  Effect.provide(Layer.merge(Collector.layer(http), Stop.layer)),
  Ending.report,
  Completions.whereAsked,
  Log.whereRead(process.argv),
  Help.fitted,
  Colour.whereWanted,
  Effect.provide(NodeContext.layer),
  NodeRuntime.runMain({ disableErrorReporting: true, disablePrettyLogger: true, teardown: Ending.teardown })
)
