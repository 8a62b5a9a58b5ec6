/** A SQLite file for one scheduler, and the lock that keeps a second one away from it. */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as SqliteError from "@effect-invent/sql-sqlite/SqliteError"
import * as Reactivity from "@effect/experimental/Reactivity"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as SqlClient from "@effect/sql/SqlClient"
import { SqlError } from "@effect/sql/SqlError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { closeSync, openSync, readSync, statSync } from "node:fs"
import { damagedAs, DatabaseUnusable, reasonOf } from "./DatabaseUnusable.ts"
import * as EmptyLog from "./EmptyLog.ts"
import * as Ownership from "./Ownership.ts"

/** How long a statement waits for another process, for example a backup. */
const busyTimeout = Duration.seconds(5)

/**
 * Turns an error of the driver or the file system into `DatabaseUnusable`, which names the file and the innermost
 * cause.
 */
export const unusable = (file: string) => (cause: unknown) =>
  new DatabaseUnusable({ database: file, reason: reasonOf(cause) })

const open = (options: SqliteClient.Options) => Effect.provide(SqliteClient.make(options), Reactivity.layer)

const inUse = (file: string) =>
  new DatabaseUnusable({
    database: file,
    reason: "another scheduler is running on it; stop that one or use another --db"
  })

const openLock = (lock_file: string) => open({ filename: lock_file, journalMode: "DELETE", busyTimeout: 0 })

const isBusy = (error: unknown) => SqliteError.hasCode(error, SqliteError.ResultCode.Busy)

/**
 * Locks a ledger for this process. The operating system frees the lock when the process ends, however it ends. Fails
 * with `DatabaseUnusable` where another process holds it.
 */
export const lock = (file: string, lock_file: string) =>
  Effect.tap(openLock(lock_file), (sql) => sql`BEGIN EXCLUSIVE`).pipe(
    Effect.mapError((error) => (isBusy(error) ? inUse(file) : unusable(file)(error)))
  )

const statOf = Option.liftThrowable((file: string) => statSync(file))

/** Whether there is a file in which a ledger can be: SQLite takes an empty one for a new database. */
const isFilled = (file: string) => Effect.sync(() => Option.exists(statOf(file), ({ size }) => size > 0))

/** Whether a process holds the lock; creates no file where there is none. */
const isLocked = (lock_file: string) =>
  Effect.gen(function* () {
    if (Option.isNone(statOf(lock_file))) return false
    const sql = yield* openLock(lock_file)
    yield* sql`BEGIN EXCLUSIVE`
    yield* sql`ROLLBACK`
    return false
  }).pipe(
    Effect.scoped,
    Effect.catchAll((error) => Effect.succeed(isBusy(error)))
  )

/**
 * The names of the ledger and of its lock. The lock lies beside the file that a link leads to, whatever the link is
 * called.
 */
export const filesOf = (file: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const inFolder = Effect.map(files.realPath(path.dirname(file)), (folder) => path.join(folder, path.basename(file)))
    const real = yield* Effect.orElse(files.realPath(file), () => inFolder).pipe(Effect.orElseSucceed(() => file))
    // Synchronous, as SQLite reads: it takes no time under a virtual clock, and lets no other fiber run meanwhile.
    const idOf = (file: string) => Effect.sync(() => Option.map(statOf(file), ({ dev, ino }) => `${dev}:${ino}`))
    const logIds = [idOf(`${real}-wal`), idOf(`${real}-shm`)]
    return {
      name: file,
      lock_file: `${real}.lock`,
      idOf,
      ledgerId: idOf(file),
      logIds,
      isLocked
    } satisfies Ownership.Files
  })

/** Whether the lock is marked as that of a ledger that was created. */
const hadLedger = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(sql<{ user_version: number }>`PRAGMA user_version`, ([row]) => row?.user_version === 1)
)
/**
 * Marks the lock of a ledger that exists. Where a marked lock has no ledger beside it, the ledger was lost, and {@link
 * layer} refuses to create a new one. Keeps the lock.
 */
export const mark = Effect.gen(function* () {
  if (yield* hadLedger) return
  const sql = yield* SqlClient.SqlClient
  yield* sql`PRAGMA user_version = 1`
  yield* sql`COMMIT`
  yield* sql`BEGIN EXCLUSIVE`
})

/** Fails with `DatabaseUnusable` where the folder of the file does not exist. Folders are not created. */
export const checkFolder = (file: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const folder = (yield* Path.Path).dirname(file)
    const exists = yield* Effect.orElseSucceed(files.exists(folder), () => false)
    if (!exists) return yield* new DatabaseUnusable({ database: file, reason: `the folder ${folder} does not exist` })
  })

/**
 * Opens a file; a statement waits up to 5 seconds for another process. `FULL`: each change survives a power cut.
 * `NORMAL`: changes that are flushed survive it, and all changes before them.
 */
export const openPatiently = (file: string, synchronous: "FULL" | "NORMAL") =>
  open({ filename: file, busyTimeout, synchronous }).pipe(
    // Overwrites what is deleted, so that it does not stay in the file.
    Effect.tap((sql) => sql`PRAGMA secure_delete = ON`),
    // Empties the write-ahead log on close, also where a reader is still open, so that no erased id is left in it.
    Effect.tap((sql) => Effect.addFinalizer(() => Effect.ignore(EmptyLog.attempt(sql)))),
    Effect.mapError(unusable(file))
  )

/** Offset of SQLite's application id in the file: four bytes, big-endian. */
const stampAt = 68

/**
 * Reads the stamp through a handle that is opened before SQLite opens the file, and closed after it. Closing any handle
 * of a file would end the locks that the process has on it.
 */
const stampOf = (file: string) =>
  Effect.acquireRelease(Effect.try({ try: () => openSync(file, "a+"), catch: unusable(file) }), (handle) =>
    Effect.sync(() => closeSync(handle))
  ).pipe(
    Effect.map((handle): Ownership.Stamp =>
      Effect.try({
        try: () => {
          const bytes = new DataView(new ArrayBuffer(4))
          // Of a file that was cut off it stays 0, which no owner has.
          readSync(handle, bytes, 0, 4, stampAt)
          return bytes.getInt32(0)
        },
        catch: (cause) => new SqlError({ cause, message: "the file cannot be read" })
      })
    )
  )

/** Tables by which a file is known as a ledger; `owner` alone is left by a start that was killed. */
const ofLedger: ReadonlyArray<string> = ["follow_ups", "follow_ups_migrations"]

/** Fails with `DatabaseUnusable` where the file is another program's: it has tables, and none of a ledger. */
const refuseForeign = (file: string, sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    const rows = yield* sql<{ name: string }>`SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'owner'`
    const names = rows.map(({ name }) => name)
    if (names.length === 0 || names.some((name) => ofLedger.includes(name))) return
    return yield* new DatabaseUnusable({
      database: file,
      reason: `holds no ledger but another program's tables, such as ${names[0]}; give --db a file of its own`
    })
  })

/** Fails where the name is that of a folder, or of something that is read without an end. */
const refuseNoFile = (file: string) =>
  Effect.suspend(() => {
    const stat = Option.getOrUndefined(statOf(file))
    if (stat === undefined || stat.isFile()) return Effect.void
    return new DatabaseUnusable({ database: file, reason: `is ${stat.isDirectory() ? "a folder" : "no file"}` })
  })

/** Offset of the byte that says how the file is written: 2 is with a write-ahead log, as a ledger is. */
const writtenAt = 18

/**
 * Refuses another program's file that has no write-ahead log, before it is opened so that it gets one. A file with one
 * is not opened for that: its log may lie beside another name of it.
 */
const refuseForeignWithoutLog = (file: string) =>
  Effect.gen(function* () {
    yield* refuseNoFile(file)
    const hasNoLog = Option.liftThrowable(() => {
      const handle = openSync(file, "r")
      const bytes = new Uint8Array(1)
      readSync(handle, bytes, 0, 1, writtenAt)
      closeSync(handle)
      return bytes[0] === 1
    })
    if (!Option.getOrElse(hasNoLog(), () => false)) return
    const sql = yield* open({ filename: file, busyTimeout, readOnly: true })
    yield* refuseForeign(file, sql)
  }).pipe(
    Effect.scoped,
    // To open it for writing says why it cannot be read.
    Effect.catchTag("SqlError", () => Effect.void)
  )

const gone = (file: string, lock_file: string) =>
  new DatabaseUnusable({
    database: file,
    reason:
      "is gone or empty, though a scheduler has run on it: the opt-outs and erasures that were recorded by command " +
      "are gone with it. " +
      `Put it back, or remove ${lock_file} to begin anew`
  })

/** Opens the file for this process alone; creates it where it is missing. */
const openAlone = (file: string) =>
  Effect.gen(function* () {
    yield* checkFolder(file)
    yield* refuseForeignWithoutLog(file)
    const files = yield* filesOf(file)
    const ofLock = yield* lock(file, files.lock_file)
    const onLock = <A>(effect: Effect.Effect<A, SqlError, SqlClient.SqlClient>) =>
      Effect.mapError(Effect.provideService(effect, SqlClient.SqlClient, ofLock), unusable(file))
    if (!(yield* isFilled(file)) && (yield* onLock(hadLedger))) return yield* gone(file, files.lock_file)
    const stampNow = yield* stampOf(file)
    const sql = yield* openPatiently(file, "NORMAL")
    yield* Effect.catchTag(refuseForeign(file, sql), "SqlError", (error) => unusable(file)(error))
    const claim = yield* Effect.provideService(Ownership.claim(files), SqlClient.SqlClient, sql).pipe(
      Effect.mapError(unusable(file))
    )
    if (Option.isNone(claim)) return yield* inUse(file)
    yield* onLock(mark)
    const ownership = yield* Effect.provideService(
      Ownership.make(claim.value, files, stampNow),
      SqlClient.SqlClient,
      sql
    )
    return Context.add(Context.make(SqlClient.SqlClient, sql), Ownership.Ownership, ownership)
  })

/**
 * Opens the file for this scheduler alone, and creates it where it is missing. Fails with `DatabaseUnusable` where
 * another scheduler runs on it, its folder is missing, or the file is gone or empty although a scheduler has run on
 * it.
 */
export const layer = (file: string) => Layer.scopedContext(openAlone(file))

const otherName = (file: string) =>
  new DatabaseUnusable({ database: file, reason: "a scheduler has it open under another name; give --db that name" })

/** Fails where a scheduler has the ledger open under another name. Passes where the file cannot be opened at all. */
export const refuseOpenElsewhere = (file: string) =>
  Effect.gen(function* () {
    const sql = yield* open({ filename: file, busyTimeout, readOnly: true })
    return yield* Effect.provideService(Ownership.isOpenElsewhere(yield* filesOf(file)), SqlClient.SqlClient, sql)
  }).pipe(
    Effect.scoped,
    Effect.orElseSucceed(() => false),
    Effect.flatMap((isOpen) => (isOpen ? otherName(file) : Effect.void))
  )

/** Opens the file for a change, beside a scheduler that may be running on it. */
const openBeside = (file: string) =>
  Effect.gen(function* () {
    yield* refuseForeignWithoutLog(file)
    const sql = yield* openPatiently(file, "FULL")
    yield* Effect.catchTag(refuseForeign(file, sql), "SqlError", (error) => unusable(file)(error))
    const files = yield* filesOf(file)
    const isOpenElsewhere = Effect.provideService(Ownership.isOpenElsewhere(files), SqlClient.SqlClient, sql)
    return (yield* Effect.mapError(isOpenElsewhere, unusable(file))) ? yield* otherName(file) : sql
  })

/** Fails where the file is gone or empty although a scheduler has run on it: the lock is there, and marked, or held. */
const refuseGone = (file: string) =>
  Effect.gen(function* () {
    const { lock_file } = yield* filesOf(file)
    if ((yield* isFilled(file)) || Option.isNone(statOf(lock_file))) return
    const isMarked = Effect.flatMap(openLock(lock_file), (sql) =>
      Effect.provideService(hadLedger, SqlClient.SqlClient, sql)
    )
    if (yield* Effect.orElseSucceed(Effect.scoped(isMarked), () => true)) return yield* gone(file, lock_file)
  })

/**
 * Opens the file for a change, beside a scheduler that may be running on it; creates it where it is missing, unless a
 * scheduler has run on it.
 */
export const layerBeside = (file: string) =>
  Layer.scoped(
    SqlClient.SqlClient,
    Effect.zipRight(checkFolder(file), Effect.zipRight(refuseGone(file), openBeside(file)))
  )

/** Whether the file exists; false where that cannot be found out. */
export const exists = (file: string) =>
  Effect.flatMap(FileSystem.FileSystem, (files) => Effect.orElseSucceed(files.exists(file), () => false))

const absent = (file: string) =>
  new DatabaseUnusable({ database: file, reason: "does not exist; the first run creates it" })

/** As {@link layerBeside}; fails with `DatabaseUnusable` where the file does not exist. */
export const layerExisting = (file: string) =>
  Layer.scoped(
    SqlClient.SqlClient,
    Effect.zipRight(
      refuseGone(file),
      Effect.flatMap(exists(file), (isThere) => (isThere ? openBeside(file) : absent(file)))
    )
  )

/**
 * Opens a file for reading, for as long as the scope lives. Fails with `DatabaseUnusable` where it cannot be opened or
 * holds no ledger. A reader takes no lock, so a scheduler may run on the file.
 */
export const openReadOnly = (file: string) =>
  Effect.gen(function* () {
    yield* refuseNoFile(file)
    const sql = yield* open({ filename: file, busyTimeout, readOnly: true })
    const tables = yield* sql`SELECT name FROM sqlite_master WHERE name = 'follow_ups'`
    if (tables.length === 0) return yield* new DatabaseUnusable({ database: file, reason: "holds no ledger" })
    return sql
  }).pipe(Effect.catchTag("SqlError", (error) => unusable(file)(error)))

/**
 * Reads every page of the file, and fails with `DatabaseUnusable` where one is damaged. Takes about a second for each
 * gigabyte.
 */
export const checkPages = (file: string) =>
  Effect.gen(function* () {
    const sql = yield* openReadOnly(file)
    const [first] = yield* Effect.mapError(sql<{ quick_check: string }>`PRAGMA quick_check(1)`, unusable(file))
    if (first?.quick_check === "ok") return
    return yield* new DatabaseUnusable({
      database: file,
      reason: damagedAs(first?.quick_check.split("\n").at(-1) ?? "no page")
    })
  }).pipe(Effect.scoped)

/** Opens an existing file for reading, beside a scheduler that may be running on it. */
export const layerReadOnly = (file: string) =>
  Layer.scoped(
    SqlClient.SqlClient,
    Effect.gen(function* () {
      if (yield* exists(file)) return yield* openReadOnly(file)
      yield* refuseGone(file)
      return yield* absent(file)
    })
  )

/** A database in memory, which is gone when the scope closes. */
export const layerEmpty = Layer.scoped(
  SqlClient.SqlClient,
  Effect.mapError(open({ filename: ":memory:" }), unusable(":memory:"))
)
