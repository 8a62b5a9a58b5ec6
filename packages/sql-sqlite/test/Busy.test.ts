import * as SqliteError from "@effect-invent/sql-sqlite/SqliteError"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Databases from "./Databases.ts"

/** Two connections, of which the other holds the lock for writing, or for everything, until it lets go. */
const contended = (lock: "IMMEDIATE" | "EXCLUSIVE", journalMode: "WAL" | "DELETE" = "WAL") =>
  Effect.gen(function* () {
    const filename = yield* Databases.file
    const [ours, theirs] = [
      yield* Databases.open({ filename, journalMode }),
      yield* Databases.open({ filename, journalMode })
    ]
    yield* ours`CREATE TABLE notes (text TEXT)`
    yield* theirs.unsafe(`BEGIN ${lock}`)
    return { ours, filename, letGo: theirs`COMMIT` }
  })

const notes = (sql: Effect.Effect.Success<ReturnType<typeof Databases.open>>) =>
  Effect.map(sql<{ text: string }>`SELECT text FROM notes ORDER BY rowid`, (rows) => rows.map(({ text }) => text))

/** Lets time pass until a fiber has ended. */
const ended = <A, E>(fiber: Fiber.RuntimeFiber<A, E>) =>
  Effect.zipRight(
    Effect.repeat(TestClock.adjust("100 millis"), { until: () => fiber.unsafePoll() !== null }),
    Fiber.join(fiber)
  )

describe("while another connection holds the lock", () => {
  it.scoped("a statement waits by the clock, and the program goes on: it is the one that lets go", () =>
    Effect.gen(function* () {
      const { letGo, ours } = yield* contended("IMMEDIATE")
      const writing = yield* Effect.fork(ours`INSERT INTO notes VALUES ('a')`)
      yield* TestClock.adjust("4 seconds")
      expect(writing.unsafePoll()).toBe(null)
      expect(yield* notes(ours)).toEqual([])
      yield* letGo
      yield* ended(writing)
      expect(yield* notes(ours)).toEqual(["a"])
    })
  )

  it.scoped("a transaction waits for its beginning, and statements of other fibers pass it", () =>
    Effect.gen(function* () {
      const { letGo, ours } = yield* contended("IMMEDIATE")
      const write = (text: string) =>
        Effect.fork(ours.withTransaction(Effect.zipRight(ours`INSERT INTO notes VALUES (${text})`, notes(ours))))
      const writing = [yield* write("a"), yield* write("b")]
      yield* TestClock.adjust("4 seconds")
      expect(yield* notes(ours)).toEqual([])
      yield* letGo
      const seen = yield* Effect.forEach(writing, ended)
      expect(seen.map(({ length }) => length).sort()).toEqual([1, 2])
      yield* ours.withTransaction(ours`INSERT INTO notes VALUES ('c')`)
      expect([...(yield* notes(ours))].sort()).toEqual(["a", "b", "c"])
    })
  )

  it.scoped("a stream waits, too", () =>
    Effect.gen(function* () {
      const { letGo, ours } = yield* contended("EXCLUSIVE", "DELETE")
      const reading = yield* Effect.fork(Stream.runCollect(ours`SELECT text FROM notes`.stream))
      yield* TestClock.adjust("4 seconds")
      expect(reading.unsafePoll()).toBe(null)
      yield* letGo
      expect([...(yield* ended(reading))]).toEqual([])
    })
  )

  it.scoped("the file is opened as soon as the other lets go", () =>
    Effect.gen(function* () {
      const { filename, letGo } = yield* contended("EXCLUSIVE", "DELETE")
      const opening = yield* Effect.fork(Databases.open({ filename }))
      yield* TestClock.adjust("4 seconds")
      expect(opening.unsafePoll()).toBe(null)
      yield* letGo
      expect(yield* notes(yield* ended(opening))).toEqual([])
    })
  )

  it.scoped("a statement and a transaction fail as busy when the timeout has passed, and can be repeated", () =>
    Effect.gen(function* () {
      const { letGo, ours } = yield* contended("IMMEDIATE")
      const write = ours`INSERT INTO notes VALUES ('a')`
      for (const effect of [write, ours.withTransaction(write)]) {
        const fiber = yield* Effect.fork(Effect.flip(effect))
        expect(SqliteError.hasCode(yield* ended(fiber), SqliteError.ResultCode.Busy)).toBe(true)
      }
      yield* letGo
      yield* ours.withTransaction(write)
      expect(yield* notes(ours)).toEqual(["a"])
    })
  )
})
