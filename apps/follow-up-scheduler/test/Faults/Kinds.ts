/** Kinds of faults that a scheduler may meet on any database, and what each needs of the world in which it happens. */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { Scheduler } from "./Scheduler.ts"

export interface Kind<World> {
  readonly name: string
  /** Lasts until the fault is over; the scheduler runs before it, and afterwards. */
  readonly happens: (world: World) => Effect.Effect<unknown, unknown>
}

/** How long a scheduler keeps its chats without a heartbeat: shorter than any freeze. */
export const lockExpiration = "2 seconds"
const freeze = { least: 2500, most: 5000 }

/** One that was killed at a random moment is started again. */
export const killed: Kind<{ readonly scheduler: Scheduler }> = {
  name: "killed",
  happens: ({ scheduler }) => Effect.zipRight(scheduler.end("SIGKILL"), scheduler.start)
}

/** How long it is frozen is the fault. */
export const frozen: Kind<{ readonly scheduler: Scheduler }> = {
  name: "frozen for longer than its locks",
  happens: ({ scheduler }) =>
    Effect.flatMap(Random.nextIntBetween(freeze.least, freeze.most), (millis) =>
      scheduler.freezeWhile(Effect.sleep(`${millis} millis`))
    )
}

/** Each kind once in each round of all, in an order that the random numbers choose. */
export const sequence = <World>(kinds: ReadonlyArray<Kind<World>>, count: number) =>
  Effect.map(Effect.replicateEffect(Random.shuffle(kinds), Math.ceil(count / kinds.length)), (rounds) =>
    rounds.flatMap((round) => [...round]).slice(0, count)
  )

/** How many of each. */
export const counts = (names: ReadonlyArray<string>): string =>
  [...new Set(names)]
    .toSorted()
    .map((name) => `${names.filter((each) => each === name).length} ${name}`)
    .join(", ")
