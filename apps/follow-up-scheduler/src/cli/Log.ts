/**
 * The format of the log: for people on a terminal, else one line of logfmt per entry, or as `--log-format` or
 * `FOLLOW_UPS_LOG_FORMAT` says. It goes to stdout; with `--json`, and as JSON of `run`, to stderr, because stdout has
 * what the command prints. It is chosen before the command line is read, because parts of the program log that start
 * before the command.
 */
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { format as formatted } from "node:util"
import { reasonOf } from "../Ledger/Database/DatabaseUnusable.ts"
import * as JsonLog from "./JsonLog.ts"
import { type LogFormat, logFormats } from "./Options.ts"
import * as Secrets from "./Secrets.ts"

/** The commands that take `--log-format`. */
const commands: ReadonlyArray<string> = ["run", "serve"]

const isFormat = (word: string): word is LogFormat => logFormats.some((format) => format === word)

/** The first word that is no option of the whole program. */
const commandOf = (words: ReadonlyArray<string>) =>
  words.find((word, index) => !word.startsWith("-") && words[index - 1] !== "--log-level") ?? ""

/**
 * The arguments with `--log-level` and its value before the command: the library reads it only there, and the help
 * lists it among the options of each command.
 */
export const levelFirst = (args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [program, words] = [args.slice(0, 2), args.slice(2)]
  const isLevel = words.map((word, index) => /^--log-level(?:=|$)/.test(word) || words[index - 1] === "--log-level")
  const those = (wanted: boolean) => words.filter((_, index) => isLevel[index] === wanted)
  return [...program, ...those(true), ...those(false)]
}

/** The value of `--log-format`; undefined where there is none, or one that the parser of the command line refuses. */
const optionOf = (words: ReadonlyArray<string>): LogFormat | undefined =>
  words
    .flatMap((word, index) => {
      if (word.startsWith("--log-format=")) return [word.slice("--log-format=".length)]
      return words[index - 1] === "--log-format" ? [word] : []
    })
    .find(isFormat)

const fromEnvironment = Config.literal(...logFormats)("FOLLOW_UPS_LOG_FORMAT").pipe(Config.withDefault(undefined))

/** An entry with the reasons of its errors behind its message, in one line. A defect keeps its stack. */
const inOneLine = <Message>(entry: Logger.Logger.Options<Message>): Logger.Logger.Options<unknown> => {
  const reasons = Array.from(Cause.failures(entry.cause), reasonOf)
  if (reasons.length === 0 || !Chunk.isEmpty(Cause.defects(entry.cause))) return entry
  const words = [entry.message].flat()
  return { ...entry, cause: Cause.empty, message: [...words.slice(0, -1), [words.at(-1), ...reasons].join(": ")] }
}

/** What `serve` prints beside its log is part of the log, so that each line is JSON. */
const logging = (console: Console.Console): Console.Console => ({
  ...console,
  [Console.TypeId]: Console.TypeId,
  log: (...words) => Effect.logInfo(formatted(...words))
})

/** Over Effect's default logger. Fails with a `ConfigError` where `FOLLOW_UPS_LOG_FORMAT` names no format. */
export const whereRead =
  (args: ReadonlyArray<string>) =>
  <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E | ConfigError.ConfigError, R> =>
    Effect.gen(function* () {
      const words = args.slice(2)
      const command = commandOf(words)
      const asked = commands.includes(command) ? (optionOf(words) ?? (yield* fromEnvironment)) : undefined
      const isJson = asked === "json"
      const toStderr = words.includes("--json") || (isJson && command === "run")
      const isPretty = asked === "pretty" || (asked === undefined && !toStderr && process.stdout.isTTY === true)
      const console = yield* Effect.console
      const clean = yield* Secrets.remover
      const logfmt = Logger.mapInput(Logger.logfmtLogger, (message: unknown) => [message].flat().join(": "))
      const lines = Logger.make<unknown, void>((entry) => {
        const line = clean((isJson ? JsonLog.logger : logfmt).log(inOneLine(entry)))
        return toStderr ? console.unsafe.error(line) : console.unsafe.log(line)
      })
      const logger = isPretty ? Logger.prettyLogger({ stderr: toStderr }) : lines
      const running = isJson && command === "serve" ? Effect.withConsole(program, logging(console)) : program
      return yield* Effect.provide(running, Logger.replace(Logger.defaultLogger, logger))
    })
