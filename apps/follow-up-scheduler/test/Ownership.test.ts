/**
 * One scheduler a ledger, whatever the file is called; and a ledger that is removed or replaced under a scheduler. Hard
 * links are `LedgerFile.e2e.test.ts`'s.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { dirname } from "node:path"
import { it } from "../../../tools/testing/it.ts"
import * as Ownership from "../src/Ledger/Database/Ownership.ts"
import * as Sqlite from "../src/Ledger/Database/Sqlite.ts"
import * as Build from "./Build.ts"
import { reviewChat, record, story, sweepAt, under } from "./Scheduling.ts"

/** Opens a ledger as a scheduler does, until the scope ends. */
const open = (file: string) =>
  Effect.map(Layer.build(Sqlite.layer(file)), (context) => ({
    sql: Context.get(context, SqlClient.SqlClient),
    check: Context.get(context, Ownership.Ownership).check
  }))

/** A folder, and a scheduler on `a.db` in it that was not killed. */
const withScheduler = <A, E>(
  test: (
    at: (name: string) => string,
    files: FileSystem.FileSystem,
    scheduler: Effect.Effect.Success<ReturnType<typeof open>>
  ) => Effect.Effect<A, E, Scope.Scope | FileSystem.FileSystem | NodeContext.NodeContext>
) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const folder = yield* files.makeTempDirectoryScoped()
    const at = (name: string) => `${folder}/${name}`
    const scheduler = yield* open(at("a.db"))
    yield* scheduler.sql`CREATE TABLE follow_ups (text TEXT)`
    return yield* test(at, files, scheduler)
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))

/** Lets time pass until it has ended; `meanwhile` is what the scheduler does. */
const ended = <A, E, R, E2>(effect: Effect.Effect<A, E, R>, meanwhile: Effect.Effect<void, E2> = Effect.void) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    yield* Effect.repeat(Effect.zipRight(meanwhile, TestClock.adjust("250 millis")), {
      until: () => fiber.unsafePoll() !== null
    })
    return yield* Fiber.join(fiber)
  })

const inUse = "another scheduler is running on it; stop that one or use another --db"

describe("a second scheduler is refused", () => {
  it.effect("on the file, on a symbolic link to it, and through a link to its folder", () =>
    withScheduler((at, files) =>
      Effect.gen(function* () {
        yield* files.symlink(at("a.db"), at("b.db"))
        yield* files.makeDirectory(at("folder"))
        yield* files.symlink(at(""), at("folder/link"))
        for (const name of ["a.db", "b.db", "folder/link/a.db"]) {
          expect(yield* Effect.flip(open(at(name)))).toMatchObject({
            _tag: "DatabaseUnusable",
            database: at(name),
            reason: inUse
          })
        }
      })
    )
  )

  it.effect("also where the file of the lock was removed, as long as the first one is alive", () =>
    withScheduler((at, files, { check }) =>
      Effect.gen(function* () {
        for (let times = 0; times < 2; times++) {
          yield* files.remove(at("a.db.lock"))
          expect(yield* Effect.flip(ended(Effect.scoped(open(at("a.db"))), Effect.orDie(check)))).toMatchObject({
            reason: inUse
          })
        }
        yield* check
      })
    )
  )

  it.effect("but not where the first one is gone, with its lock or without", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const file = `${yield* files.makeTempDirectoryScoped()}/a.db`
      for (const isLockRemoved of [false, true]) {
        yield* Effect.scoped(open(file))
        if (isLockRemoved) yield* files.remove(`${file}.lock`)
      }
      yield* Effect.flatMap(ended(open(file)), ({ check }) => check)
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
  )

  it.effect("nor on a copy of its file, of which a command leaves no lock where the original was", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const folder = yield* files.makeTempDirectoryScoped()
      yield* Effect.scoped(open(`${folder}/a.db`))
      yield* files.copyFile(`${folder}/a.db`, `${folder}/copy.db`)
      yield* Effect.forEach(["a.db", "a.db-shm", "a.db-wal", "a.db.lock"], (name) =>
        files.remove(`${folder}/${name}`, { force: true })
      )
      yield* Sqlite.refuseOpenElsewhere(`${folder}/copy.db`)
      yield* Effect.scoped(Layer.build(Sqlite.layerBeside(`${folder}/copy.db`)))
      expect((yield* files.readDirectory(folder)).filter((name) => name.startsWith("a.db"))).toEqual([])
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
  )

  it.effect("nor on a copy of its file", () =>
    withScheduler((at, files, { check, sql }) =>
      Effect.gen(function* () {
        yield* sql`PRAGMA wal_checkpoint(TRUNCATE)`
        yield* files.copyFile(at("a.db"), at("copy.db"))
        yield* Effect.flatMap(open(at("copy.db")), (second) => second.check)
        yield* check
      })
    )
  )
})

it.effect("a scheduler that was frozen for so long that another took its ledger over finds out", () =>
  withScheduler((at, files, { check }) =>
    Effect.gen(function* () {
      yield* files.remove(at("a.db.lock"))
      const second = yield* ended(open(at("a.db")))
      yield* second.check
      expect(yield* Effect.flip(check)).toMatchObject({
        _tag: "LedgerLost",
        message: expect.stringContaining("another scheduler took it over")
      })
    })
  )
)

it.effect("a scheduler finds out that an hour-old copy of its own file was written over it", () =>
  withScheduler((at, files, { check, sql }) =>
    Effect.gen(function* () {
      yield* sql`PRAGMA wal_checkpoint(TRUNCATE)`
      yield* files.copyFile(at("a.db"), at("copy.db"))
      yield* TestClock.adjust("59 minutes")
      yield* check
      yield* TestClock.adjust("1 minute")
      // The first of these gives it a new stamp, and the others find it.
      for (let times = 0; times < 3; times++) yield* check
      yield* files.copyFile(at("copy.db"), at("a.db"))
      expect(yield* Effect.flip(check)).toMatchObject({
        _tag: "LedgerLost",
        message: expect.stringContaining("the file was overwritten")
      })
    })
  )
)

describe("a scheduler finds out that its file", () => {
  const ways: Readonly<
    Record<string, (at: (name: string) => string, files: FileSystem.FileSystem) => Effect.Effect<unknown, unknown>>
  > = {
    "was removed": (at, files) => files.remove(at("a.db")),
    "was replaced by an earlier copy": (at, files) => files.rename(at("before.db"), at("a.db")),
    "was overwritten by an earlier copy": (at, files) => files.copyFile(at("before.db"), at("a.db"))
  }
  for (const [what, happens] of Object.entries(ways)) {
    it.effect(what, () =>
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const folder = yield* files.makeTempDirectoryScoped()
        const at = (name: string) => `${folder}/${name}`
        yield* Effect.scoped(open(at("a.db")))
        yield* files.copyFile(at("a.db"), at("before.db"))
        const { check, sql } = yield* open(at("a.db"))
        yield* sql`CREATE TABLE notes (text TEXT)`
        yield* check
        yield* happens(at, files)
        const lost = yield* Effect.flip(check)
        expect(lost).toMatchObject({ _tag: "LedgerLost", database: at("a.db") })
        expect(lost.message).toMatch(
          /^database \S+a\.db: (the file|it) was (removed|replaced|overwritten).*; nothing more was sent$/
        )
      }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
    )
  }
})

it.effect.each([
  ["gone", 0],
  ["empty", 1]
] as const)("no new ledger is begun in the place of one that is %s, unless the lock is removed, too", ([, left]) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const file = `${yield* files.makeTempDirectoryScoped()}/a.db`
    yield* Effect.scoped(open(file))
    yield* left === 0 ? files.remove(file) : files.truncate(file)
    const refused = yield* Effect.flip(Effect.scoped(open(file)))
    expect(refused.message).toBe(
      `database ${file}: is gone or empty, though a scheduler has run on it: the opt-outs and erasures that were ` +
        `recorded by command are gone with it. Put it back, or remove ${file}.lock to begin anew`
    )
    expect((yield* files.readDirectory(dirname(file))).filter((name) => name === "a.db")).toHaveLength(left)
    yield* files.remove(`${file}.lock`)
    yield* files.remove(file, { force: true })
    yield* open(file)
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
)

const lost = new Ownership.LedgerLost({ database: "a.db", reason: "the file was removed" })

for (const { action, steps } of [
  { action: "set", steps: [{ after: "1 hour", action: "schedule_follow_up" }] },
  { action: "send", steps: [{ after: "1 hour", action: "send_message", message: "Do you still need help?" }] }
]) {
  story(`nothing is sent from a ledger that is lost (${action})`, (fake) =>
    under(fake, { steps })(
      Effect.gen(function* () {
        yield* reviewChat
        yield* Effect.provideService(sweepAt(Build.after(Build.hour)), Ownership.Ownership, {
          check: lost,
          unlessDamaged: () => Effect.void
        })
        expect(fake.requests).not.toContain(action)
        expect(yield* record).toEqual(["1 nudge@1 planned"])
      })
    )
  )
}
