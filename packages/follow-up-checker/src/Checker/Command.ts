/**
 * The command line of the checker: reads a log and a policy, prints the verdict, and returns its exit code.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Option from "effect/Option"
import { parseArgs } from "node:util"
import * as Checker from "../Checker.ts"

/** The line that a wrong command is answered with. */
export const usage = 'usage: check --log FILE --policy FILE [--grace "3 seconds"] [--opt-out-age "2 minutes"] [--json]'

/** The exit code where the log agrees with the policy. */
export const agrees = 0
/** The exit code where the log breaks the policy at least once. */
export const violated = 1
/** The exit code where the arguments, the log or the policy cannot be read. */
export const unusable = 2

const unusableBecause = (reason: string) => ({ reason: reason.replace(/\s*\n\s*/g, "; ") })

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

const parse = (args: ReadonlyArray<string>) =>
  Effect.try({
    try: () =>
      parseArgs({
        args: [...args],
        options: {
          log: { type: "string" },
          policy: { type: "string" },
          grace: { type: "string", default: "3 seconds" },
          "opt-out-age": { type: "string", default: "2 minutes" },
          json: { type: "boolean", default: false }
        }
      }).values,
    catch: (error) => unusableBecause(`${messageOf(error)} (${usage})`)
  })

const readWith = <A>(path: string, read: (text: string) => Either.Either<A, string>) =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((files) => files.readFileString(path)),
    Effect.mapError(({ message }) => unusableBecause(message)),
    Effect.flatMap((text) => Effect.mapError(read(text), (reason) => unusableBecause(`${path}: ${reason}`)))
  )

const decodeDuration = (option: "grace" | "opt-out-age", text: string) =>
  Duration.decodeUnknown(text).pipe(
    Option.filter(Duration.isFinite),
    Effect.mapError(() => unusableBecause(`--${option}: Expected a duration such as "3 seconds", got "${text}"`))
  )

const judge = Effect.fnUntraced(function* (args: ReadonlyArray<string>) {
  const options = yield* parse(args)
  const { log, policy } = options
  if (log === undefined || policy === undefined) return yield* Effect.fail(unusableBecause(usage))
  const grace = yield* decodeDuration("grace", options.grace)
  const optOutAge = yield* decodeDuration("opt-out-age", options["opt-out-age"])
  const rules = yield* readWith(policy, Checker.readPolicy)
  const entries = yield* readWith(log, Checker.readLog)
  // A checker that agrees with nothing at all would hide that the log was lost.
  if (entries.length === 0) return yield* Effect.fail(unusableBecause(`${log}: the log has no entries`))
  const verdict = Checker.check(entries, rules, { grace, optOutAge })
  yield* Console.log(options.json ? JSON.stringify(verdict, null, 2) : Checker.render(verdict))
  return verdict.violations.length === 0 ? agrees : violated
})

/**
 * Runs the program and gives its exit code. Never fails: what cannot be read is printed on stderr and is {@link
 * unusable}.
 */
export const run = (args: ReadonlyArray<string>): Effect.Effect<number, never, FileSystem.FileSystem> =>
  judge(args).pipe(Effect.catchAll(({ reason }) => Effect.as(Console.error(`checker: ${reason}`), unusable)))
