/** Starts the built program `follow-ups` in a process of its own, see `ProgramProcess`. */
import * as ProgramProcess from "@effect-invent/test-support/ProgramProcess"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("../dist/bin/follow-ups.js", import.meta.url))
const urlOf = (name: string) => new URL(name, import.meta.url).href

interface Options extends Omit<ProgramProcess.Options, "preloads"> {
  /** It can end at a boundary, and its clock can step. */
  readonly canCrash?: boolean
  /** The file by which its clocks are set while it runs, as `settableClock.mjs` reads it. */
  readonly clockFile?: string
}

export type { Ended, Running } from "@effect-invent/test-support/ProgramProcess"

const withPreloads = ({ canCrash, clockFile, env, ...options }: Options): ProgramProcess.Options => ({
  ...options,
  env: { ...env, ...(clockFile !== undefined && { CLOCK_FILE: clockFile }) },
  preloads: [
    ...(canCrash ? [urlOf("crashAt.mjs")] : []),
    ...(clockFile === undefined ? [] : [urlOf("settableClock.mjs")])
  ]
})

/** The process is killed when its scope closes, if it still runs then. */
export const start = (args: ReadonlyArray<string>, options: Options) =>
  ProgramProcess.start(program, args, withPreloads(options))

/** Runs it to its end. */
export const run = (args: ReadonlyArray<string>, options: Options) =>
  ProgramProcess.run(program, args, withPreloads(options))
