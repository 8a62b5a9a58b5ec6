/** A SQLite file for one scheduler, and the lock that keeps a second one away from it. */
import * as Reactivity from "@effect/experimental/Reactivity"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { DatabaseUnusable, reasonOf } from "./Unusable.ts"

/** How long a statement waits for another process, for example a backup. */
const busyTimeoutMillis = 5000

const unusable = (file: string) => (cause: unknown) => new DatabaseUnusable({ database: file, reason: reasonOf(cause) })

// The driver throws where it cannot open a file, so a defect here is an answer about the file.
const connect = (file: string, config: Partial<SqliteClient.SqliteClientConfig>) =>
  SqliteClient.make({ filename: file, ...config }).pipe(
    Effect.provide(Reactivity.layer),
    Effect.catchAllDefect((defect) => Effect.fail(unusable(file)(defect)))
  )

/** Held by the operating system for as long as this process lives, and by nothing afterwards. */
const lock = (file: string) =>
  Effect.gen(function* () {
    const sql = yield* connect(`${file}.lock`, { disableWAL: true })
    yield* sql`PRAGMA busy_timeout = 0`
    yield* sql`BEGIN EXCLUSIVE`
  }).pipe(
    Effect.catchTag("SqlError", (error) => {
      const reason = reasonOf(error)
      return new DatabaseUnusable({
        database: file,
        reason: reason.includes("locked") ? "another scheduler is running on it; stop that one or use another --db" : reason
      })
    })
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
  Effect.tap(connect(file, {}), (sql) =>
    Effect.mapError(
      Effect.all([
        sql.unsafe(`PRAGMA busy_timeout = ${busyTimeoutMillis}`),
        // What is deleted is gone from the file, too.
        sql.unsafe("PRAGMA secure_delete = ON"),
        sql.unsafe(`PRAGMA synchronous = ${synchronous}`)
      ]),
      unusable(file)
    )
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
    const sql = yield* connect(file, { readonly: true, disableWAL: true })
    const tables = yield* Effect.mapError(sql`SELECT name FROM sqlite_master WHERE name = 'follow_ups'`, unusable(file))
    if (tables.length === 0) return yield* new DatabaseUnusable({ database: file, reason: "holds no ledger" })
    return sql
  })

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
export const layerEmpty = Layer.scoped(SqlClient.SqlClient, connect(":memory:", {}))
