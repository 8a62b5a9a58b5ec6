/**
 * Faults that are planned: which requests they befall, and what they do to them. A fault that never fired fails the
 * test that set it, since that test has proved nothing.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Scope } from "effect/Scope"
import * as YamlFile from "./Program/YamlFile.ts"
import * as Fault from "./Faults/Fault.ts"
import * as Match from "./Faults/Match.ts"

export type { Encoded, Fault } from "./Faults/Fault.ts"

/** The faults to plan from the start, and what becomes of those that never fire. */
export interface Settings {
  readonly faults?: ReadonlyArray<Fault.Encoded>
  /** What decides where a fault has a `probability`; default 1. */
  readonly seed?: number
  /** What becomes of the scope that set a fault which never fired; default `die`. */
  readonly unfired?: "die" | "ignore"
}

/** The faults that are planned now. The first that wants a request befalls it. */
export class Faults extends Context.Tag("@effect-invent/emulator/Faults")<
  Faults,
  {
    /** Plans a fault until the scope closes, behind those that are planned already. Dies where it is no valid fault. */
    readonly add: (fault: Fault.Encoded) => Effect.Effect<void, never, Scope>
    /** The first fault that wants this request. */
    readonly fire: (request: Match.Request) => Effect.Effect<Option.Option<Match.Fired>>
    /** How often each has fired, by name. */
    readonly fired: Effect.Effect<Readonly<Record<string, number>>>
  }
>() {}

/** The faults of a YAML or JSON file: a list, or an object with the one key `faults`. A left is one line. */
export const read = (text: string): Either.Either<ReadonlyArray<Fault.Encoded>, string> =>
  YamlFile.read("faults", Schema.Array(Fault.Fault), text)

const decode = (fault: Fault.Encoded) =>
  Either.match(Fault.decode(fault), {
    onLeft: (error) => Effect.dieMessage(YamlFile.explain("fault", error)),
    onRight: (decoded) => Effect.succeed(decoded)
  })

/**
 * Plans these faults for as long as the scope is open. With `unfired: "die"` a scope that succeeds dies where one of
 * them never fired. Dies where a fault is invalid.
 */
export const make = Effect.fnUntraced(function* ({ faults = [], seed = 1, unfired = "die" }: Settings) {
  const matches: Array<Match.Match> = []
  const counts = new Map<string, number>()
  let added = 0

  const mustHaveFired = (match: Match.Match, exit: Exit.Exit<unknown, unknown>) =>
    unfired === "die" && match.fired() === 0 && Exit.isSuccess(exit)
      ? Effect.dieMessage(`The fault "${match.fault.name}" never fired: no request matched its "when"`)
      : Effect.void

  const add = Effect.fnUntraced(function* (encoded: Fault.Encoded) {
    const match = Match.make(yield* decode(encoded), seed + added++)
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        matches.push(match)
        counts.set(match.fault.name, counts.get(match.fault.name) ?? 0)
      }),
      (_, exit) => {
        matches.splice(matches.indexOf(match), 1)
        return mustHaveFired(match, exit)
      }
    )
  })

  const fire = (request: Match.Request) =>
    Effect.sync(() => {
      // Each counts the request, also behind the one that fires.
      const [first] = matches.filter((match) => match.wants(request))
      if (first === undefined) return Option.none()
      counts.set(first.fault.name, (counts.get(first.fault.name) ?? 0) + 1)
      return Option.some(first.fire())
    })

  yield* Effect.forEach(faults, add, { discard: true })
  return { add, fire, fired: Effect.sync(() => Object.fromEntries(counts)) }
})

/** The faults of an emulator. See {@link make}. */
export const layer = (settings: Settings = {}): Layer.Layer<Faults> => Layer.scoped(Faults, make(settings))
