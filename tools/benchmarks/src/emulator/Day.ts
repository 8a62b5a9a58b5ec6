/** A day of many conversations, in virtual time. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Log from "@effect-invent/emulator/Log"
import * as People from "@effect-invent/emulator/People"
import * as VirtualTime from "@effect-invent/emulator/VirtualTime"
import { World } from "@effect-invent/emulator/World"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { createHash } from "node:crypto"

export interface Args {
  readonly seed: number
  readonly conversations: number
}

export interface Result {
  readonly millis: number
  /** Messages, changes of state, and what else there was. */
  readonly entries: number
  /** Of the log. */
  readonly digest: string
}

export const run = async ({ conversations, seed }: Args): Promise<Result> => {
  const started = performance.now()
  const day = Effect.gen(function* () {
    const { log, world } = yield* Emulator.Emulator
    yield* Effect.provideService(People.run({ seed, conversations, during: "1 day" }), World, world)
    return yield* log.entries
  }).pipe(
    Effect.provide(Emulator.layer({ seed, script: People.assistant(seed) })),
    Effect.withRandom(Random.make(seed))
  )
  const entries = await Effect.runPromise(VirtualTime.run(day, "2026-07-15T00:00:00Z"))
  const millis = performance.now() - started
  return {
    millis,
    entries: entries.length,
    digest: createHash("sha256").update(Log.toJsonLines(entries)).digest("hex")
  }
}
