#!/usr/bin/env node
/**
 * The checker as a program: `check --log FILE --policy FILE`. It exits with 0 (agrees), 1 (violations) or 2 (unusable
 * input).
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Command from "./Checker/Command.ts"

NodeRuntime.runMain(
  Command.run(process.argv.slice(2)).pipe(
    Effect.map((code) => void (process.exitCode = code)),
    Effect.provide(NodeFileSystem.layer)
  )
)
