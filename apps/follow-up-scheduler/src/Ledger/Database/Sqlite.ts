/** A SQLite file for one scheduler, and the lock that keeps a second one away from it. */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as SqliteError from "@effect-invent/sql-sqlite/SqliteError"
import * as Reactivity from "@effect/experimental/Reactivity"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { DatabaseUnusable, reasonOf } from "./DatabaseUnusable.ts"

/** How long a statement waits for another process, for example a backup. */
const busyTimeout = Duration.seconds(5)

const unusable = (file: string) => (cause: unknown) => new DatabaseUnusable({ database: file, reason: reasonOf(cause) })

const open = (options: SqliteClient.Options) => Effect.provide(SqliteClient.make(options), Reactivity.layer)

/** Held by the operating system for as long as this process lives, and by nothing afterwards. */
const lock = (file: string) =>
  Effect.gen(function* () {
    const sql = yield* open({ filename: `${file}.lock`, journalMode: "DELETE", busyTimeout: 0 })
    yield* sql`BEGIN EXCLUSIVE`
  }).pipe(
    Effect.mapError((error) =>
      SqliteError.hasCode(error, SqliteError.ResultCode.Busy)
        ? new DatabaseUnusable({ database: file, reason: "another scheduler is running on it; stop that one or use another --db" })
        : unusable(file)(error)
    )
  )

const checkFolder = (file: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const folder = (yield* Path.Path).dirname(file)
    const exists = yield* Effect.orElseSucceed(files.exists(folder), () => false)
    if (!exists) return yield* new DatabaseUnusable({ database: file, reason: `the folder ${folder} does not exist` })
  })

/** `FULL`: each change outlasts a power cut. `NORMAL`: those do that are flushed, and all before them. */
const openPatiently = (file: string, synchronous: "FULL" | "NORMAL") =>
  open({ filename: file, busyTimeout, synchronous }).pipe(
    // What is deleted is gone from the file, too.
    Effect.tap((sql) => sql`PRAGMA secure_delete = ON`),
    // Empties the write-ahead log on close, also where a reader is still open, so that no erased id is left in it.
    Effect.tap((sql) => Effect.addFinalizer(() => Effect.ignore(sql`PRAGMA wal_checkpoint(TRUNCATE)`))),
    Effect.mapError(unusable(file))
  )

/** Opens the file for this process alone; creates it where it is missing. */
export const layer = (file: string) =>
  Layer.scoped(SqlClient.SqlClient, checkFolder(file).pipe(Effect.zipRight(lock(file)), Effect.zipRight(openPatiently(file, "NORMAL"))))

/** Opens the file for a change of its own, beside a scheduler that may be running on it. */
export const layerBeside = (file: string) => Layer.scoped(SqlClient.SqlClient, Effect.zipRight(checkFolder(file), openPatiently(file, "FULL")))

export const exists = (file: string) =>
  Effect.flatMap(FileSystem.FileSystem, (files) => Effect.orElseSucceed(files.exists(file), () => false))

const absent = (file: string) => new DatabaseUnusable({ database: file, reason: "does not exist; the first run creates it" })

/** The same for a file that is there already. */
export const layerExisting = (file: string) =>
  Layer.scoped(
    SqlClient.SqlClient,
    Effect.flatMap(exists(file), (isThere) => (isThere ? openPatiently(file, "FULL") : absent(file)))
  )

const openReadOnly = (file: string) =>
  Effect.gen(function* () {
    const sql = yield* open({ filename: file, busyTimeout, readOnly: true })
    const tables = yield* sql`SELECT name FROM sqlite_master WHERE name = 'follow_ups'`
    if (tables.length === 0) return yield* new DatabaseUnusable({ database: file, reason: "holds no ledger" })
    return sql
  }).pipe(Effect.catchTag("SqlError", (error) => unusable(file)(error)))

/** Opens an existing file for reading, beside a scheduler that may be running on it. */
export const layerReadOnly = (file: string) =>
  Layer.scoped(
    SqlClient.SqlClient,
    Effect.gen(function* () {
      if (yield* exists(file)) return yield* openReadOnly(file)
      return yield* absent(file)
    })
  )

/** A database that holds nothing and is gone with its scope. */
export const layerEmpty = Layer.scoped(SqlClient.SqlClient, Effect.mapError(open({ filename: ":memory:" }), unusable(":memory:")))
