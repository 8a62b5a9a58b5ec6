/** What may become of a scheduler on a SQLite file. */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as Reactivity from "@effect/experimental/Reactivity"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { renameSync, rmSync } from "node:fs"
import type { Interval } from "../CustomerLoad/Races.ts"
import * as Process from "../Process.ts"
import * as Volume from "../Volume.ts"
import * as Kinds from "./Kinds.ts"
import type { Scheduler } from "./Scheduler.ts"
import * as WorldClock from "./WorldClock.ts"

export interface World {
  readonly scheduler: Scheduler
  readonly db: string
  /** The volume that the ledger is on. */
  readonly volume: string
  readonly serve: (db: string) => ReadonlyArray<string>
  readonly options: Parameters<typeof Process.start>[1]
  /** Waits for a random moment: a few milliseconds after one of the next requests. */
  readonly soon: Effect.Effect<void>
  /** A contact writes, so that there is something to record. */
  readonly oneArrives: Effect.Effect<unknown, unknown>
  readonly clock: WorldClock.WorldClock
  readonly processClock: WorldClock.ProcessClock
  /** The latest copy of the ledger. */
  readonly backup: () => string
  /** When the clock was ahead. */
  readonly fast: Array<Interval>
  readonly loseSightOfLedger: () => void
}

type Kind = Kinds.Kind<World>

/** While the scheduler is not there. */
const anHourPasses = ({ clock, processClock }: World) =>
  Effect.zipRight(
    WorldClock.anHourPasses(clock),
    Effect.sync(() => processClock.follow(0))
  )

/**
 * As Linux does it: the wall clock has gone on when the machine wakes, the monotonic clock has stood still. The timers
 * of the process run on for the second that the hour takes here.
 */
export const isSuspended = ({ clock, processClock, scheduler }: World) =>
  scheduler.freezeWhile(
    Effect.gen(function* () {
      const from = performance.now()
      yield* WorldClock.anHourPasses(clock)
      processClock.follow(performance.now() - from)
    })
  )

/** From one random moment to another one. */
const clockSetBy =
  (millis: number) =>
  ({ processClock, soon }: World) =>
    Effect.acquireUseRelease(
      Effect.sync(() => processClock.set(millis)),
      () => Effect.repeatN(soon, 1),
      () => Effect.sync(() => processClock.set(0))
    )

const clockAhead: Kind = {
  name: "clock an hour ahead",
  happens: (world) =>
    Effect.gen(function* () {
      const from = world.clock.now()
      yield* clockSetBy(WorldClock.hour)(world)
      world.fast.push({ from, until: world.clock.now() })
    })
}

const clockBehind: Kind = { name: "clock an hour behind", happens: clockSetBy(-WorldClock.hour) }

const full = "database or disk is full"

export const diskFull: Kind = {
  name: "disk full and then free",
  happens: ({ oneArrives, scheduler, volume }) =>
    Effect.acquireUseRelease(
      Volume.fill(volume),
      () => Effect.zipRight(oneArrives, Volume.fillUntil(volume, scheduler.saysAgain(full))),
      () => Volume.free(volume)
    )
}

const locked: Kind = {
  name: "lock of the file held for longer than is waited for it",
  happens: ({ db, oneArrives, scheduler }) =>
    Effect.gen(function* () {
      const sql = yield* Effect.provide(
        SqliteClient.make({ filename: db, busyTimeout: "10 seconds" }),
        Reactivity.layer
      )
      yield* sql`BEGIN IMMEDIATE`
      yield* Effect.zipRight(oneArrives, scheduler.saysAgain("database is locked"))
      yield* sql`ROLLBACK`
    }).pipe(Effect.scoped)
}

const wentOut = "a follow-up went out"

/** Until then; a world in which that does not happen any more goes on after so many requests. */
const orLater = (event: Effect.Effect<void>, { soon }: World) => Effect.raceFirst(event, Effect.repeatN(soon, 7))

/** From an hour ago, or from a few faults ago; what was set and sent since then stands, or has come. */
const restored: Kind = {
  name: "restored from an older copy",
  happens: (world) =>
    Effect.gen(function* () {
      const { backup, db, loseSightOfLedger, options, scheduler } = world
      yield* orLater(Effect.repeatN(scheduler.saysAgain(wentOut), 5), world)
      yield* scheduler.end((yield* Random.nextBoolean) ? "SIGKILL" : "SIGTERM")
      loseSightOfLedger()
      if (yield* Random.nextBoolean) yield* anHourPasses(world)
      const { code, stderr } = yield* Process.run(["restore", backup(), "--db", db], options)
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
      for (const suffix of ["", "-wal"]) rmSync(`${db}.before-restore${suffix}`, { force: true })
      yield* scheduler.start
    })
}

const secondOnTheFile: Kind = {
  name: "second scheduler on the same file",
  happens: ({ db, options, serve }) =>
    Effect.map(Process.run(serve(db), options), (second) =>
      expect(second).toMatchObject({
        code: 2,
        stderr: `database ${db}: another scheduler is running on it; stop that one or use another --db\n`
      })
    )
}

const secondBeside: Kind = {
  name: "second scheduler with a file of its own",
  happens: (world) =>
    Effect.gen(function* () {
      const { db, loseSightOfLedger, options, serve } = world
      loseSightOfLedger()
      const own = `${db}.second`
      const second = yield* Process.start(serve(own), options)
      yield* second.says("following up")
      yield* orLater(second.says(wentOut, 3), world)
      second.process.kill("SIGTERM")
      expect(yield* second.ended).toMatchObject({ code: 143, stderr: "" })
      // The next one begins with an empty file, too.
      for (const suffix of ["", "-wal", "-shm", ".lock"]) rmSync(`${own}${suffix}`, { force: true })
    }).pipe(Effect.scoped)
}

const suspended: Kind = { name: "machine suspended for an hour", happens: isSuspended }

export const kinds: ReadonlyArray<Kind> = [
  Kinds.killed,
  Kinds.frozen,
  suspended,
  clockAhead,
  clockBehind,
  locked,
  restored,
  secondOnTheFile,
  secondBeside
]

/** Before how many faults the copy was made that is put in the place of the ledger. */
const copiedBefore = 3

/** The numbers of the faults before which the ledger is copied. */
export const copies = (faults: ReadonlyArray<Kind>): ReadonlySet<number> =>
  new Set(faults.flatMap((kind, index) => (kind === restored ? [Math.max(0, index - copiedBefore)] : [])))

/** A copy of the ledger while the scheduler runs on it, in the place of the one before. */
export const copy = (db: string, to: string, options: World["options"]) =>
  Effect.gen(function* () {
    const { code, stderr } = yield* Process.run(["backup", `${to}.new`, "--db", db], options)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    renameSync(`${to}.new`, to)
  })
