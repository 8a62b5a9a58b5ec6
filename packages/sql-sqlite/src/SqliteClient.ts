/**
 * A `SqlClient` of @effect/sql for one SQLite database, on the SQLite that Node brings with it: nothing is compiled or
 * downloaded. One connection, shared by all fibers: a statement runs alone and blocks the event loop until it is done,
 * a transaction has the connection for itself until it ends, and the file's one write lock from its beginning. To wait
 * for the lock of another connection blocks no other fiber.
 */
import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqlClient from "@effect/sql/SqlClient"
import type { Connection } from "@effect/sql/SqlConnection"
import type { SqlError } from "@effect/sql/SqlError"
import * as SqlStatement from "@effect/sql/Statement"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Busy from "./internal/Busy.ts"
import * as Driver from "./internal/Driver.ts"
import * as SqliteConnection from "./internal/SqliteConnection.ts"

const rollback = "ROLLBACK"

/** How a database is opened. */
export interface Options {
  /** The file, created where it is missing; `:memory:` for a database that is gone with its scope. */
  readonly filename: string
  /** Opens an existing file for reading; `journalMode` and `synchronous` are the writer's then. Default `false`. */
  readonly readOnly?: boolean | undefined
  /** `WAL`, the default: reading and writing do not wait for each other. `DELETE`: one file, and nothing beside it. */
  readonly journalMode?: "WAL" | "DELETE" | undefined
  /**
   * `FULL`: each commit outlasts a power cut. `NORMAL`, the default: in `WAL` mode a power cut may lose the last
   * commits, and nothing else. A commit outlasts the end of the process with either.
   */
  readonly synchronous?: "FULL" | "NORMAL" | undefined
  /**
   * How long a statement, or a transaction that begins, waits for the lock of another connection before it fails.
   * Default 5 seconds.
   */
  readonly busyTimeout?: Duration.DurationInput | undefined
  /** How many prepared statements are kept; those that were not used for longest are dropped. Default 200. */
  readonly statementCacheSize?: number | undefined
  /** Attributes of the span of each statement, in addition to `db.system.name`. */
  readonly spanAttributes?: Readonly<Record<string, unknown>> | undefined
  /** From the name of a column to the name in a row. */
  readonly transformResultNames?: ((name: string) => string) | undefined
  /** From a name in a program to the name of a column. */
  readonly transformQueryNames?: ((name: string) => string) | undefined
}

const defaults = {
  journalMode: "WAL",
  synchronous: "NORMAL",
  busyTimeout: Duration.seconds(5),
  statementCacheSize: 200
} satisfies Partial<Options>

/** The drivers read a name that begins so as a URI. */
const pathOf = (filename: string) => (filename.startsWith("file:") ? `./${filename}` : filename)

const busyTimeoutOf = (options: Options) => Duration.decode(options.busyTimeout ?? defaults.busyTimeout)

/**
 * The drivers have defaults that differ, so each setting is made here. The timeout comes first: the others may need the
 * lock.
 */
const settingsOf = (options: Options): ReadonlyArray<string> => {
  const timeout = Duration.min(busyTimeoutOf(options), Busy.longestBlock)
  const wait = `PRAGMA busy_timeout = ${Math.ceil(Duration.toMillis(timeout))}`
  if (options.readOnly === true) return [wait]
  return [
    wait,
    `PRAGMA journal_mode = ${options.journalMode ?? defaults.journalMode}`,
    `PRAGMA synchronous = ${options.synchronous ?? defaults.synchronous}`
  ]
}

/** The prebuilt driver keeps the locks of a transaction that is open, for as long as its statements are in memory. */
const close = (database: Driver.Database) =>
  SqliteConnection.attempt("Failed to roll back", () => database.isTransaction && database.exec("ROLLBACK")).pipe(
    Effect.ignore,
    Effect.zipRight(Effect.sync(() => database.close()))
  )

const open = (options: Options): Effect.Effect<Driver.Database, SqlError, Scope.Scope> =>
  Effect.gen(function* () {
    const { DatabaseSync } = yield* Driver.load
    // Several processes that open the file at once wait for each other longer than a statement may wait, unless none is
    // to wait.
    const timeout = busyTimeoutOf(options)
    const patiently = Busy.patiently(Duration.isZero(timeout) ? timeout : Duration.max(timeout, Duration.seconds(5)))
    const database = yield* Effect.acquireRelease(
      SqliteConnection.attempt(
        "Failed to open database",
        () => new DatabaseSync(pathOf(options.filename), { readOnly: options.readOnly === true })
      ),
      close
    )
    for (const setting of settingsOf(options)) {
      yield* patiently(SqliteConnection.attempt("Failed to open database", () => database.exec(setting)))
    }
    return database
  })

/** Keeps all others away until the scope ends. To wait for that can be interrupted. */
const holdAlone = (semaphore: Effect.Semaphore) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.zipRight(
      restore(semaphore.take(1)),
      Effect.addFinalizer(() => semaphore.release(1))
    )
  )

const attributesOf = ({ spanAttributes = {} }: Options): ReadonlyArray<readonly [string, unknown]> => [
  ...Object.entries(spanAttributes),
  ["db.system.name", "sqlite"]
]

/**
 * Opens a database until the scope ends. Fails with a `SqlError` whose cause is a `SqliteError` where it cannot be
 * opened.
 *
 * - An integer that is no safe integer is returned as a bigint, exactly; with `SqlClient.SafeIntegers` each integer is.
 * - Parameters: text, numbers, bigints, booleans (1 and 0), Dates (ISO 8601), bytes, `null` and `undefined` (NULL).
 *   Anything
 *   else, text with a NUL character and an integer beyond 64 bits fail.
 * - A stream reads its rows as they are pulled. It sees what other fibers write meanwhile, unless it is run within a
 *   transaction.
 */
export const make = (
  options: Options
): Effect.Effect<SqlClient.SqlClient, SqlError, Scope.Scope | Reactivity.Reactivity> =>
  Effect.gen(function* () {
    const { transformQueryNames, transformResultNames } = options
    const database = yield* open(options)
    const busyTimeout = busyTimeoutOf(options)
    const connection = SqliteConnection.make(
      database,
      options.statementCacheSize ?? defaults.statementCacheSize,
      Busy.patiently(busyTimeout)
    )
    const semaphore = yield* Effect.makeSemaphore(1)
    const beginTransaction = options.readOnly === true ? "BEGIN" : "BEGIN IMMEDIATE"
    // A transaction that waits for its beginning lets the statements of other fibers pass.
    const aside = (pause: Duration.Duration) =>
      Effect.acquireUseRelease(
        semaphore.release(1),
        () => Effect.sleep(pause),
        () => semaphore.take(1)
      )
    const begin = Busy.patiently(busyTimeout, aside)(connection.runAtOnce(beginTransaction))
    const forTransactions: Connection = {
      ...connection,
      executeUnprepared: (text, parameters, transformRows) => {
        if (text === beginTransaction) return Effect.as(begin, [])
        // It did not begin, or SQLite has rolled it back by itself.
        if (text === rollback && !database.isTransaction) return Effect.succeed([])
        return connection.executeUnprepared(text, parameters, transformRows)
      }
    }
    return yield* SqlClient.make({
      acquirer: semaphore.withPermits(1)(Effect.succeed(connection)),
      transactionAcquirer: Effect.as(holdAlone(semaphore), forTransactions),
      beginTransaction,
      rollback,
      compiler: SqlStatement.makeCompilerSqlite(transformQueryNames),
      spanAttributes: attributesOf(options),
      ...(transformResultNames && { transformRows: SqlStatement.defaultTransforms(transformResultNames).array })
    })
  })

/** The same for a whole program. */
export const layer = (options: Options): Layer.Layer<SqlClient.SqlClient, SqlError> =>
  Layer.provide(Layer.scoped(SqlClient.SqlClient, make(options)), Reactivity.layer)
