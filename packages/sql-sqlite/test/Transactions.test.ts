import * as SqliteError from "@effect-invent/sql-sqlite/SqliteError"
import { describe, expect } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { it } from "../../../tools/testing/it.ts"
import * as Databases from "./Databases.ts"

const notebook = Effect.gen(function* () {
  const sql = yield* Databases.open()
  yield* sql`CREATE TABLE notes (text TEXT)`
  const write = (text: string) => sql`INSERT INTO notes VALUES (${text})`
  const notes = Effect.map(sql<{ text: string }>`SELECT text FROM notes ORDER BY rowid`, (rows) =>
    rows.map(({ text }) => text)
  )
  return { sql, write, notes }
})

const failing = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.zipRight(effect, Effect.fail("on purpose"))

describe("a transaction", () => {
  it.scoped("keeps all of it or nothing", () =>
    Effect.gen(function* () {
      const { notes, sql, write } = yield* notebook
      expect(yield* sql.withTransaction(Effect.as(Effect.all([write("a"), write("b")]), "done"))).toBe("done")
      expect(yield* Effect.flip(sql.withTransaction(failing(write("c"))))).toBe("on purpose")
      const died = yield* Effect.exit(sql.withTransaction(Effect.zipRight(write("d"), Effect.die("a defect"))))
      expect(died).toEqual(Exit.die("a defect"))
      expect(yield* notes).toEqual(["a", "b"])
    })
  )

  it.scoped("within another is undone alone when it fails, and with the outer one when that does", () =>
    Effect.gen(function* () {
      const { notes, sql, write } = yield* notebook
      const inner = (text: string) => sql.withTransaction(write(text))
      const undone = (text: string) => Effect.ignore(sql.withTransaction(failing(write(text))))
      yield* sql.withTransaction(
        Effect.all([write("1"), inner("2"), undone("3"), sql.withTransaction(Effect.all([inner("4"), undone("5")]))])
      )
      yield* Effect.ignore(sql.withTransaction(failing(Effect.all([write("6"), inner("7")]))))
      expect(yield* notes).toEqual(["1", "2", "4"])
    })
  )

  it.scoped("that is interrupted is undone, and the next one begins at once", () =>
    Effect.gen(function* () {
      const { notes, sql, write } = yield* notebook
      const written = yield* Deferred.make<void>()
      const stuck = sql.withTransaction(
        Effect.all([write("a"), sql.withTransaction(write("b")), Deferred.succeed(written, undefined), Effect.never])
      )
      const fiber = yield* Effect.fork(stuck)
      yield* Deferred.await(written)
      yield* Fiber.interrupt(fiber)
      yield* sql.withTransaction(write("c"))
      expect(yield* notes).toEqual(["c"])
    })
  )

  it.scoped("keeps statements and transactions of other fibers waiting until it ends", () =>
    Effect.gen(function* () {
      const { notes, sql, write } = yield* notebook
      const [begun, mayEnd] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const first = yield* Effect.fork(
        sql.withTransaction(
          Effect.all([write("a"), Deferred.succeed(begun, undefined), Deferred.await(mayEnd), Effect.fail("undone")])
        )
      )
      yield* Deferred.await(begun)
      const reader = yield* Effect.fork(notes)
      const second = yield* Effect.fork(sql.withTransaction(Effect.zipRight(write("b"), notes)))
      yield* Effect.yieldNow()
      expect(reader.unsafePoll()).toBe(null)
      yield* Deferred.succeed(mayEnd, undefined)
      expect(yield* Effect.flip(Fiber.join(first))).toBe("undone")
      expect(yield* Fiber.join(reader)).toEqual([])
      expect(yield* Fiber.join(second)).toEqual(["b"])
    })
  )

  it.scoped("that is interrupted before its turn changes nothing", () =>
    Effect.gen(function* () {
      const { notes, sql, write } = yield* notebook
      const [begun, mayEnd] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const first = yield* Effect.fork(
        sql.withTransaction(Effect.all([Deferred.succeed(begun, undefined), Deferred.await(mayEnd), write("a")]))
      )
      yield* Deferred.await(begun)
      const waiting = yield* Effect.fork(sql.withTransaction(write("b")))
      yield* Effect.yieldNow()
      yield* Fiber.interruptFork(waiting)
      yield* Deferred.succeed(mayEnd, undefined)
      yield* Fiber.join(first)
      expect(Exit.isInterrupted(yield* Fiber.await(waiting))).toBe(true)
      yield* write("c")
      expect(yield* notes).toEqual(["a", "c"])
    })
  )

  it.scoped("of many fibers at once loses none of their changes", () =>
    Effect.gen(function* () {
      const sql = yield* Databases.open()
      yield* sql`CREATE TABLE counter (value INTEGER)`
      yield* sql`INSERT INTO counter VALUES (0)`
      const increment = Effect.gen(function* () {
        const [row] = yield* sql<{ value: number }>`SELECT value FROM counter`
        yield* Effect.yieldNow()
        yield* sql`UPDATE counter SET value = ${row!.value + 1}`
      })
      yield* Effect.replicateEffect(sql.withTransaction(increment), 50, { concurrency: "unbounded", discard: true })
      expect(yield* sql`SELECT value FROM counter`).toEqual([{ value: 50 }])
    })
  )

  it.scoped("of two connections excludes each other", () =>
    Effect.gen(function* () {
      const filename = yield* Databases.file
      const [ours, theirs] = [
        yield* Databases.open({ filename, busyTimeout: 0 }),
        yield* Databases.open({ filename, busyTimeout: 0 })
      ]
      yield* ours`CREATE TABLE notes (text TEXT)`
      const write = (text: string) => theirs.withTransaction(theirs`INSERT INTO notes VALUES (${text}) RETURNING text`)
      yield* ours`BEGIN IMMEDIATE`
      const refused = yield* Effect.flip(write("a"))
      expect(SqliteError.hasCode(refused, SqliteError.ResultCode.Busy)).toBe(true)
      yield* ours`COMMIT`
      expect(yield* write("b")).toEqual([{ text: "b" }])
    })
  )
})
