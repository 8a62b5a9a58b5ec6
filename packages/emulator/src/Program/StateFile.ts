/** The clock of a world that can be moved, and the file that keeps both across restarts. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type { Scope } from "effect/Scope"
import * as Journal from "../World/Persistence/Journal.ts"
import * as JournalSync from "../World/Persistence/JournalSync.ts"
import type { Row } from "../World/Persistence/Rows.ts"
import * as SavedClock from "../World/Persistence/SavedClock.ts"
import * as WorldClock from "../Time/WorldClock.ts"

/** Fails when the world can no longer be written down. */
export class Broken extends Context.Tag("@effect-invent/emulator/StateFile/Broken")<
  Broken,
  Effect.Effect<never, Journal.StateUnusable>
>() {}

const open = Effect.fnUntraced(function* (file: string) {
  const journal = yield* Journal.open(file)
  const unusable = (reason: string) => new Journal.StateUnusable({ file, reason })
  const { rows, saved } = yield* Either.mapLeft(SavedClock.split(journal.rows), unusable)
  yield* Either.mapLeft(JournalSync.check(rows), ({ message }) => unusable(message))
  return { journal: { ...journal, rows }, saved }
})

/** Writes the clock with each change of the world, after each move of the clock, and at the end. */
const withClock = (journal: Effect.Effect.Success<ReturnType<typeof open>>["journal"]) =>
  Effect.gen(function* () {
    const clock = yield* WorldClock.WorldClock
    const withRow = (write: (rows: ReadonlyArray<Row>) => Effect.Effect<void>) => (rows: ReadonlyArray<Row>) =>
      Effect.flatMap(clock.reading, (reading) => write([...rows, SavedClock.row(reading)]))
    const append = withRow(journal.append)
    const save = append([])
    // A journal that is broken has already said why.
    yield* Effect.addFinalizer(() => Effect.catchAllCause(save, () => Effect.void))
    const kept: Journal.Journal = {
      rows: journal.rows,
      rewrite: withRow(journal.rewrite),
      append: (rows) => (rows.length === 0 ? Effect.void : append(rows))
    }
    return Layer.mergeAll(
      Layer.succeed(Broken, journal.broken),
      Layer.succeed(Journal.CurrentJournal, kept),
      Layer.succeed(WorldClock.WorldClock, { ...clock, advance: (by) => Effect.ensuring(clock.advance(by), save) })
    )
  })

type Kept = Layer.Layer<Broken | WorldClock.WorldClock, Journal.StateUnusable>

/**
 * Sets the clock, at `speed` seconds in one of the machine's, and keeps it and the world in the file, if one is named.
 * Fails where the file cannot be used.
 */
export const layer = (file: string | undefined, speed: number = 1): Kept => {
  if (file === undefined) return Layer.merge(Layer.succeed(Broken, Effect.never), WorldClock.layer(speed))
  const ofFile: Effect.Effect<Kept, Journal.StateUnusable, Scope> = Effect.map(open(file), ({ journal, saved }) =>
    Layer.provideMerge(Layer.unwrapScoped(withClock(journal)), WorldClock.layer(speed, SavedClock.startAt(saved)))
  )
  return Layer.unwrapScoped(ofFile)
}
