/**
 * Runs the program in the process of the test: arguments, an environment and a folder in, what it printed and the exit
 * code out. The program is the one that `main.ts` runs; of the outside world only the network and the output are
 * others.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Socket from "@effect/platform/Socket"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { format } from "node:util"
import * as ExitCodes from "../src/cli/ExitCodes.ts"
import * as Program from "../src/cli/Program.ts"

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Surroundings {
  /** All variables that the program finds; none unless given. */
  readonly env?: Readonly<Record<string, string>>
  /** Where its requests go; a program that is given none must send none. */
  readonly http?: HttpClient.HttpClient
  /** Gets what is printed on either stream, as it is printed. */
  readonly onPrint?: (text: string) => void
}

const offline = HttpClient.make(({ method, url }) => Effect.dieMessage(`no request was expected: ${method} ${url}`))

const noSocket = Layer.succeed(Socket.WebSocketConstructor, () => {
  throw new Error("no test opens a socket")
})

const makeOutput = (onPrint: (text: string) => void) =>
  Effect.map(Effect.console, (console) => {
    const printed = { stdout: "", stderr: "" }
    const print =
      (stream: keyof typeof printed) =>
      (...words: ReadonlyArray<unknown>) => {
        const text = format(...words)
        printed[stream] += `${text}\n`
        onPrint(text)
      }
    const unsafe = { ...console.unsafe, log: print("stdout"), error: print("stderr") }
    const log = (...words: ReadonlyArray<unknown>) => Effect.sync(() => unsafe.log(...words))
    const error = (...words: ReadonlyArray<unknown>) => Effect.sync(() => unsafe.error(...words))
    return { printed, console: { ...console, log, error, unsafe } }
  })

const codeOf = (exit: Exit.Exit<unknown, unknown>): number => {
  const codes: Array<number> = []
  ExitCodes.teardown(exit, (code) => codes.push(code))
  return codes[0] ?? -1
}

/** Runs it with these arguments in the folder that the process is in, see {@link inFolder}. */
export const run = (
  args: ReadonlyArray<string>,
  { env = {}, http = offline, onPrint = () => {} }: Surroundings = {}
): Effect.Effect<Ended> =>
  Effect.gen(function* () {
    const { console, printed } = yield* makeOutput(onPrint)
    const network = { http: Layer.succeed(HttpClient.HttpClient, http), webSocket: noSocket }
    const exit = yield* Program.make(["node", "follow-ups", ...args], network).pipe(
      Effect.provide(NodeContext.layer),
      Effect.withConsole(console),
      Effect.withConfigProvider(
        ConfigProvider.fromMap(new Map(Object.entries(env)), { pathDelim: "_", seqDelim: "," })
      ),
      Effect.exit
    )
    return { code: codeOf(exit), ...printed }
  })

const enter = (folder: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const before = process.cwd()
      process.chdir(folder)
      return before
    }),
    (before) => Effect.sync(() => process.chdir(before))
  )

/** A test in a new folder with these files, which the process is in until the test has ended. */
export const inFolder = <A, E, R>(files: Readonly<Record<string, string>>, test: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const system = yield* FileSystem.FileSystem
    const folder = yield* system.makeTempDirectoryScoped()
    yield* Effect.forEach(Object.entries(files), ([name, text]) => system.writeFileString(`${folder}/${name}`, text), {
      discard: true
    })
    yield* enter(folder)
    return yield* test
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
