#!/usr/bin/env node
/** The composition root: all that the demo is made of, and every piece of the outside world that it touches. */
import * as ExitCodes from "@effect-invent/follow-up-scheduler/cli/ExitCodes"
import * as Shell from "@effect-invent/follow-up-scheduler/cli/Shell"
import * as StandardOutput from "@effect-invent/follow-up-scheduler/cli/StandardOutput"
import * as Lazy from "@effect-invent/follow-up-scheduler/Lazy"
import * as Command from "@effect/cli/Command"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Options from "./Options.ts"

const http = Lazy.layer(
  "HTTP",
  () => import("@effect/platform-node/NodeHttpClient"),
  ({ layerUndici }) => layerUndici
)
const loadDemo = () => import("./Demo.ts")
const loadLayers = () => import("./DemoLayers.ts")

/** What it does is loaded when it runs, so `--help` and a mistyped option load nothing but this. */
const demo = Command.make("demo", Options.all, (options) =>
  Lazy.effect("demo", loadDemo, ({ demo }) =>
    Lazy.effect("demo", loadLayers, ({ checker, customers, emulator, folder, inVirtualTime, quota, scheduler }) =>
      demo(options).pipe(
        Effect.provide(
          Layer.mergeAll(scheduler(options.page), customers).pipe(
            Layer.provide(quota),
            Layer.provideMerge(emulator),
            Layer.provideMerge(checker),
            Layer.provideMerge(folder)
          )
        ),
        inVirtualTime(options.seed)
      )
    )
  )
).pipe(
  Command.withDescription(
    "run everything on this machine: an emulator, simulated customers, the scheduler and a checker"
  )
)

const output = StandardOutput.make({
  stdout: process.stdout,
  stderr: process.stderr,
  exit: (code) => process.exit(code)
})
ExitCodes.onTermination()
Shell.runOne(Command.provide(demo, http), process.argv, { name: "Invent demo", http }).pipe(
  Effect.provide(NodeContext.layer),
  Effect.provideService(StandardOutput.StandardOutput, output),
  NodeRuntime.runMain({ disableErrorReporting: true, disablePrettyLogger: true, teardown: ExitCodes.teardown })
)
