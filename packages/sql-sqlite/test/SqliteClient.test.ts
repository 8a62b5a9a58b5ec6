import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as SqliteError from "@effect-invent/sql-sqlite/SqliteError"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { existsSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { it } from "../../../tools/testing/it.ts"
import * as Databases from "./Databases.ts"

const { ResultCode } = SqliteError

const pragma = (sql: SqlClient.SqlClient, name: string) =>
  Effect.map(sql.unsafe(`PRAGMA ${name}`).values, ([row]) => row?.[0])

describe("a database", () => {
  it.scoped(
    "has the settings that it is opened with, by default WAL and NORMAL, and blocks the event loop for 10 ms at most",
    () =>
      Effect.gen(function* () {
        const settings = (sql: SqlClient.SqlClient) =>
          Effect.all(["journal_mode", "synchronous", "busy_timeout", "foreign_keys"].map((name) => pragma(sql, name)))
        expect(yield* settings(yield* Databases.open({ filename: yield* Databases.file }))).toEqual(["wal", 1, 10, 1])
        const others = { journalMode: "DELETE", synchronous: "FULL", busyTimeout: "0.5 millis" } as const
        expect(yield* settings(yield* Databases.open({ filename: yield* Databases.file, ...others }))).toEqual([
          "delete",
          2,
          1,
          1
        ])
      })
  )

  it.scoped("is provided as a layer, and closed with it", () =>
    Effect.gen(function* () {
      const filename = yield* Databases.file
      const sql = yield* Effect.provide(SqlClient.SqlClient, SqliteClient.layer({ filename }))
      expect((yield* Databases.causeOf(sql`SELECT 1`)).message).toMatch(/not open/)
      expect(existsSync(`${filename}-wal`)).toBe(false)
    })
  )

  it.scoped("that is closed in a transaction leaves its lock to others", () =>
    Effect.gen(function* () {
      const filename = yield* Databases.file
      yield* Effect.scoped(Effect.flatMap(Databases.open({ filename }), (sql) => sql`BEGIN EXCLUSIVE`))
      const next = yield* Databases.open({ filename, busyTimeout: 0 })
      yield* next`BEGIN EXCLUSIVE`
    })
  )

  it.scoped("that cannot be opened fails with the code of SQLite", () =>
    Effect.gen(function* () {
      const filename = yield* Databases.file
      const inNoFolder = yield* Databases.causeOf(
        Databases.open({ filename: join(dirname(filename), "none", "test.db") })
      )
      expect(inNoFolder).toMatchObject({ resultCode: ResultCode.CannotOpen })
      expect(inNoFolder.message).toContain("unable to open database file")
      writeFileSync(filename, "This is not a database, however long it may be. ".repeat(30))
      expect(yield* Databases.causeOf(Databases.open({ filename }))).toMatchObject({
        resultCode: ResultCode.NotADatabase,
        message: "file is not a database"
      })
    })
  )

  it.scoped("whose name begins like a URI is a file of that name", () =>
    Effect.gen(function* () {
      const here = process.cwd()
      const folder = dirname(yield* Databases.file)
      yield* Effect.acquireRelease(
        Effect.sync(() => process.chdir(folder)),
        () => Effect.sync(() => process.chdir(here))
      )
      yield* Databases.open({ filename: "file:test.db" })
      expect(existsSync(join(folder, "file:test.db"))).toBe(true)
    })
  )

  it.scoped("that is read-only is read beside its writer, refuses to be written to, and is not created", () =>
    Effect.gen(function* () {
      const filename = yield* Databases.file
      expect(yield* Databases.causeOf(Databases.open({ filename, readOnly: true }))).toMatchObject({
        resultCode: ResultCode.CannotOpen
      })
      expect(existsSync(filename)).toBe(false)
      const writer = yield* Databases.open({ filename })
      yield* writer`CREATE TABLE notes (text TEXT)`
      yield* writer`INSERT INTO notes VALUES ('one')`
      const reader = yield* Databases.open({ filename, readOnly: true })
      expect(yield* reader`SELECT text FROM notes`).toEqual([{ text: "one" }])
      const error = yield* Effect.flip(reader`INSERT INTO notes VALUES ('two')`)
      expect(SqliteError.hasCode(error, ResultCode.ReadOnly)).toBe(true)
    })
  )

  it.scoped("that another connection has locked fails as busy when the timeout has passed", () =>
    Effect.gen(function* () {
      const filename = yield* Databases.file
      const [ours, theirs] = [yield* Databases.open({ filename, busyTimeout: 0 }), yield* Databases.open({ filename })]
      yield* ours`CREATE TABLE notes (text TEXT)`
      yield* theirs`BEGIN IMMEDIATE`
      const error = yield* Effect.flip(ours`INSERT INTO notes VALUES ('one')`)
      expect(SqliteError.hasCode(error, ResultCode.Busy)).toBe(true)
      yield* theirs`ROLLBACK`
      yield* ours`INSERT INTO notes VALUES ('one')`
    })
  )

  it.scoped("that may not grow fails as full, and takes what fits again later", () =>
    Effect.gen(function* () {
      const sql = yield* Databases.open()
      yield* sql`CREATE TABLE notes (text BLOB)`
      yield* sql`PRAGMA max_page_count = 4`
      const error = yield* Effect.flip(Effect.forever(sql`INSERT INTO notes VALUES (zeroblob(1000))`))
      expect(SqliteError.hasCode(error, ResultCode.Full)).toBe(true)
      expect(String(error.cause)).toBe("SqliteError: database or disk is full")
      yield* sql`DELETE FROM notes`
      yield* sql`INSERT INTO notes VALUES (zeroblob(1000))`
    })
  )
})

describe("a statement", () => {
  it.scoped("that SQLite refuses fails with its code and its words", () =>
    Effect.gen(function* () {
      const sql = yield* Databases.open()
      yield* sql`CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT UNIQUE)`
      yield* sql`INSERT INTO notes VALUES (1, 'one')`
      const twice = yield* Effect.flip(sql`INSERT INTO notes VALUES (2, 'one')`)
      expect(SqliteError.hasCode(twice, ResultCode.Constraint)).toBe(true)
      expect(SqliteError.hasCode(twice, ResultCode.ConstraintUnique)).toBe(true)
      expect(String(twice.cause)).toBe("SqliteError: UNIQUE constraint failed: notes.text")
      const sameKey = yield* Effect.flip(sql`INSERT INTO notes VALUES (1, 'two')`)
      expect(SqliteError.hasCode(sameKey, ResultCode.Constraint)).toBe(true)
      expect(SqliteError.hasCode(sameKey, ResultCode.ConstraintUnique)).toBe(false)
      const wrong = sql.unsafe("SELEC 1")
      for (const run of [wrong, wrong.unprepared, wrong.values, wrong.raw, Stream.runDrain(wrong.stream)]) {
        expect((yield* Databases.causeOf(run)).message).toBe('near "SELEC": syntax error')
      }
    })
  )

  it.scoped("returns rows, values, or what it changed", () =>
    Effect.gen(function* () {
      const sql = yield* Databases.open()
      yield* sql`CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)`
      expect(yield* sql`INSERT INTO notes ${sql.insert([{ text: "one" }, { text: "two" }])}`).toEqual([])
      expect(yield* sql`INSERT INTO notes ${sql.insert({ text: "three" }).returning("*")}`).toEqual([
        { id: 3, text: "three" }
      ])
      expect(yield* sql`UPDATE notes SET text = 'none'`.raw).toEqual({ changes: 3, lastInsertRowid: 3 })
      expect(yield* sql`SELECT count(*) AS count FROM notes`.raw).toEqual([{ count: 3 }])
      expect(yield* sql`SELECT id, text FROM notes WHERE id < 3`.values).toEqual([
        [1, "none"],
        [2, "none"]
      ])
      expect(yield* sql`SELECT id FROM notes WHERE ${sql.in("id", [1, 3])}`.unprepared).toEqual([{ id: 1 }, { id: 3 }])
    })
  )

  it.scoped("names what is transformed, unless an option turns that off", () =>
    Effect.gen(function* () {
      const sql = yield* Databases.open({
        transformQueryNames: (name) => name.toLowerCase(),
        transformResultNames: (name) => name.toUpperCase()
      })
      yield* sql`CREATE TABLE notes (text TEXT)`
      yield* sql`INSERT INTO notes ${sql.insert({ TEXT: "one" })}`
      const notes = sql`SELECT ${sql("TEXT")} FROM notes`
      expect(yield* notes).toEqual([{ TEXT: "one" }])
      expect(yield* notes.unprepared).toEqual([{ TEXT: "one" }])
      expect(Chunk.toArray(yield* Stream.runCollect(notes.stream))).toEqual([{ TEXT: "one" }])
      expect(yield* sql.withoutTransforms()`SELECT text FROM notes`).toEqual([{ text: "one" }])
    })
  )

  it.scoped("sees the columns that a table has got since it was prepared", () =>
    Effect.gen(function* () {
      const sql = yield* Databases.open()
      yield* sql`CREATE TABLE notes (text TEXT)`
      yield* sql`INSERT INTO notes VALUES ('one')`
      const notes = sql`SELECT * FROM notes`
      expect(yield* notes).toEqual([{ text: "one" }])
      const added = sql`ALTER TABLE notes ADD COLUMN size INTEGER DEFAULT 3`
      yield* Effect.exit(sql.withTransaction(Effect.zipRight(Effect.zipRight(added, notes), Effect.fail("undone"))))
      expect(yield* notes).toEqual([{ text: "one" }])
      yield* added
      expect(yield* notes).toEqual([{ text: "one", size: 3 }])
    })
  )

  it.scoped("is dropped when more than may be kept were used since, and prepared again", () =>
    Effect.gen(function* () {
      const sql = yield* Databases.open({ statementCacheSize: 2 })
      for (const round of [1, 2]) {
        for (const number of [1, 2, 3, 4]) {
          expect(yield* sql.unsafe(`SELECT ${number} AS number, ? AS round`, [round])).toEqual([{ number, round }])
        }
      }
      const none = yield* Databases.open({ statementCacheSize: 0 })
      expect(yield* none`SELECT 1 AS one`).toEqual([{ one: 1 }])
    })
  )

  const several = ["SELECT 1; SELECT 2", "SELECT 1;;SELECT 2", "BEGIN; SELECT 1; END", "SELECT ';' ; -- ;\n SELECT 2"]
  const single = [
    "SELECT 1 AS a;",
    "SELECT ';' || \"a\" FROM (SELECT 'x' AS a); -- one; two",
    "/* one; two */ SELECT 1;\n /* three"
  ]
  it.scoped("is one: the drivers would ignore a second one in the same text", () =>
    Effect.gen(function* () {
      const sql = yield* Databases.open()
      for (const text of several) {
        expect((yield* Databases.causeOf(sql.unsafe(text))).message, text).toBe(
          "the SQL text contains more than one statement"
        )
      }
      for (const text of single) expect(Either.isRight(yield* Effect.either(sql.unsafe(text))), text).toBe(true)
      yield* sql`CREATE TABLE notes (text TEXT)`
      const trigger =
        "CREATE TRIGGER echo AFTER INSERT ON notes WHEN new.text = 'a' BEGIN UPDATE notes SET text = 'b'; SELECT 1; END;"
      expect((yield* Databases.causeOf(sql.unsafe(`${trigger} DROP TABLE notes`))).message).toContain("more than one")
      yield* sql.unsafe(trigger)
      yield* sql`INSERT INTO notes VALUES ('a')`
      expect(yield* sql`SELECT text FROM notes`).toEqual([{ text: "b" }])
    })
  )

  it.scoped("that is none fails", () =>
    Effect.gen(function* () {
      const sql = yield* Databases.open()
      for (const text of ["", "-- nothing"]) {
        for (const run of [
          sql.unsafe(text),
          sql.unsafe(text).unprepared,
          sql.unsafe(text).raw,
          sql.unsafe(text).values
        ]) {
          expect((yield* Databases.causeOf(run))._tag).toBe("SqliteError")
        }
      }
    })
  )
})

describe("a stream", () => {
  const numbers = (sql: SqlClient.SqlClient, count: number) =>
    sql<{
      n: number
    }>`WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < ${count}) SELECT n FROM t`

  it.scoped("gives all rows in their order, also when their number is no multiple of a chunk's", () =>
    Effect.gen(function* () {
      const sql = yield* Databases.open()
      for (const count of [0, 1, 128, 300]) {
        const rows = yield* Stream.runCollect(sql`SELECT n FROM (${numbers(sql, 300)}) WHERE n <= ${count}`.stream)
        expect(Chunk.toArray(rows)).toEqual(Array.from({ length: count }, (_, i) => ({ n: i + 1 })))
      }
    })
  )

  it.scoped("reads no more than is pulled, and statements can be run for each row", () =>
    Effect.gen(function* () {
      const sql = yield* Databases.open()
      yield* sql`CREATE TABLE notes (n INTEGER)`
      const endless = sql<{
        n: number
      }>`WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t`
      yield* endless.stream.pipe(
        Stream.take(200),
        Stream.mapEffect(({ n }) => sql.withTransaction(sql`INSERT INTO notes VALUES (${n})`)),
        Stream.runDrain
      )
      expect(yield* sql`SELECT count(*) AS count, max(n) AS max FROM notes`).toEqual([{ count: 200, max: 200 }])
    })
  )

  it.scoped("fails where a row does, with what came before it", () =>
    Effect.gen(function* () {
      const sql = yield* Databases.open()
      const rows = sql.unsafe<{ n: number }>(
        "SELECT abs(CASE column1 WHEN 3 THEN -9223372036854775808 ELSE column1 END) AS n FROM (VALUES (1), (2), (3))"
      )
      expect((yield* Databases.causeOf(Stream.runDrain(rows.stream))).message).toBe("integer overflow")
    })
  )
})
