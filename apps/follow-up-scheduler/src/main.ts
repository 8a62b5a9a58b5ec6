#!/usr/bin/env node
/** The composition root: every piece of the outside world that the program touches is named here. */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as ExitCodes from "./cli/ExitCodes.ts"
import * as Program from "./cli/Program.ts"
import * as ReloadSignal from "./cli/Serve/ReloadSignal.ts"
import * as StandardOutput from "./cli/StandardOutput.ts"
import * as Lazy from "./Lazy.ts"

/**
 * Loaded by the commands that talk to the service, and to export metrics and spans to a collector, where one is named.
 */
const http = Lazy.layer(
  "HTTP",
  () => import("@effect/platform-node/NodeHttpClient"),
  ({ layerUndici }) => layerUndici
)
const webSocket = Lazy.layer(
  "WebSockets",
  () => import("@effect/platform-node/NodeSocket"),
  (socket) => socket.layerWebSocketConstructor
)

const output = StandardOutput.make({
  stdout: process.stdout,
  stderr: process.stderr,
  exit: (code) => process.exit(code)
})
ExitCodes.onTermination()
Program.make(process.argv, { http, webSocket }).pipe(
  Effect.provide(NodeContext.layer),
  Effect.provideService(StandardOutput.StandardOutput, output),
  Effect.provideService(ReloadSignal.ReloadSignal, ReloadSignal.make(process)),
  NodeRuntime.runMain({ disableErrorReporting: true, disablePrettyLogger: true, teardown: ExitCodes.teardown })
)
