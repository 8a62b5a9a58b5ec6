/** The options of the program, and what it prints once it listens. */
import * as Options from "@effect/cli/Options"
import * as Command from "@effect/cli/Command"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { randomBytes } from "node:crypto"
import { Unusable } from "./ExitCodes.ts"
import { Emulator } from "../Emulator.ts"
import * as Faults from "../Faults.ts"
import * as Behaviour from "../Behaviour.ts"
import * as Standalone from "./Standalone.ts"
import * as StateFile from "./StateFile.ts"

const limitOf = (text: string) => {
  const [, count, window] = /^(\d+)\/(.+)$/.exec(text) ?? []
  const seconds = /^(\d+)(ms|s|m)$/.exec(window ?? "")
  const unit = { ms: 1, s: 1000, m: 60_000 }[seconds?.[2] ?? ""] ?? 0
  const limit = { limit: Number(count), window: Duration.millis(Number(seconds?.[1]) * unit) }
  return limit.limit >= 1 && Duration.toMillis(limit.window) >= 1 ? Option.some(limit) : Option.none()
}

const options = {
  port: Options.integer("port").pipe(
    Options.filterMap(
      (port) => (port >= 0 && port <= 65_535 ? Option.some(port) : Option.none()),
      "--port: expected 0 to 65535; 0 takes any that is free"
    ),
    Options.withDefault(4010),
    Options.withDescription("the port to listen at, 4010 unless given; 0: any that is free")
  ),
  host: Options.text("host").pipe(
    Options.withDefault("127.0.0.1"),
    Options.withDescription("the address to listen at; unless given, only this machine reaches the emulator")
  ),
  state: Options.optional(Options.text("state")).pipe(
    Options.withDescription("a file that keeps the world and its clock across restarts")
  ),
  seed: Options.integer("seed").pipe(
    Options.withDefault(1),
    Options.withDescription(
      "decides all that is left to chance: the phase of the limiter's windows, faults with a probability"
    )
  ),
  limit: Options.text("limit").pipe(
    Options.filterMap(limitOf, '--limit: expected requests per window, such as "500/60s"'),
    Options.withDefault({ limit: 500, window: Duration.seconds(60) }),
    Options.withDescription("requests a window, 500/60s unless given")
  ),
  limiter: Options.choice("limiter", ["fixed", "sliding", "bucket", "counter"]).pipe(
    Options.withDefault("fixed"),
    Options.withDescription("how the limiter counts: a fixed window unless given")
  ),
  faults: Options.optional(Options.text("faults")).pipe(Options.withDescription("a YAML file of faults")),
  behaviour: Options.optional(Options.text("behaviour")).pipe(
    Options.withDescription("a YAML file of what this emulator does where the vendor's pages are silent")
  ),
  clock: Options.float("clock").pipe(
    Options.filterMap(
      (speed) => (speed > 0 && speed <= 1e6 ? Option.some(speed) : Option.none()),
      "--clock: expected a speed above 0, at most 1000000"
    ),
    Options.withDefault(1),
    Options.withDescription("seconds of the emulator's clock in one of yours")
  )
}

/** What is in a file, if one is named. */
const readWith = <A>(what: string, read: (text: string) => Either.Either<A, string>, file: Option.Option<string>) =>
  Effect.transposeMapOption(file, (file) =>
    FileSystem.FileSystem.pipe(
      Effect.flatMap((files) => files.readFileString(file)),
      Effect.mapError(({ message }) => message),
      Effect.flatMap(read),
      Effect.mapError((reason) => new Unusable({ message: `${what} ${file}: ${reason}` }))
    )
  )

const notesOn = (faults: number, behaviour: string | undefined, state: string | undefined) => [
  ...(faults === 0 ? [] : [`${faults} faults are planned`]),
  ...(behaviour === undefined ? [] : [`where the vendor's pages are silent, it behaves as ${behaviour} says`]),
  state === undefined ? "the world is gone when this ends; --state FILE keeps it" : `the world is kept in ${state}`
]

const serve = Effect.fnUntraced(function* (token: Redacted.Redacted, notes: ReadonlyArray<string>) {
  const emulator = yield* Emulator
  const broken = yield* StateFile.Broken
  const secret = Redacted.value(token)
  const lines = [
    `Invent is emulated at ${emulator.url}`,
    `  INVENT_BASE_URL=${emulator.url}`,
    `  INVENT_API_KEY=${Redacted.value(emulator.apiKey("default"))}`,
    `  control token  ${secret}`,
    `  page           ${emulator.url}/#${secret}`,
    ...notes.map((line) => `  ${line}`)
  ]
  yield* Console.log(lines.join("\n"))
  return yield* broken
})

/** A phase that no client can guess, and the same for the same seed. */
const phaseOf = (seed: number, window: Duration.Duration) => ((seed * 7919) % 104_729) % Duration.toMillis(window)

/**
 * The program's one command. Fails with `Unusable` where a file or an option cannot be used, and with a `ServeError`
 * where it cannot listen.
 */
export const command = Command.make(
  "invent-emulator",
  options,
  ({ behaviour, clock, faults, limit, limiter, state, ...given }) =>
    Effect.gen(function* () {
      const planned = Option.getOrElse(yield* readWith("faults", Faults.read, faults), () => [])
      const behaves = yield* readWith("behaviour", Behaviour.read, behaviour)
      const token = Redacted.make(yield* Effect.sync(() => randomBytes(18).toString("base64url")))
      const kept = Option.getOrUndefined(state)
      const notes = notesOn(planned.length, Option.getOrUndefined(behaviour), kept)
      const layer = Standalone.layer({
        ...given,
        faults: planned,
        limit: { ...limit, model: limiter, phase: phaseOf(given.seed, limit.window) },
        behaviour: Option.getOrElse(behaves, () => ({})),
        speed: clock,
        token,
        ...(kept === undefined ? {} : { state: kept })
      })
      return yield* Layer.build(layer).pipe(
        Effect.flatMap((context) => Effect.provide(serve(token, notes), context)),
        Effect.scoped
      )
    })
)
