/**
 * Checks that the ledger is still the file that this process opened, and that this process still owns it. A lock of the
 * operating system keeps other schedulers away, but the lock is a file beside the ledger, found by its name: a name can
 * be a link, and a file can be removed or replaced. So a row in the ledger names the owner, and the owner reads it
 * again and again.
 */
import * as SqliteError from "@effect-invent/sql-sqlite/SqliteError"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as MonotonicClock from "../../MonotonicClock.ts"
import { reasonOf } from "./DatabaseUnusable.ts"
import * as EmptyLog from "./EmptyLog.ts"

/**
 * The ledger is not the file any more that this process opened, is damaged, or another process owns it. Nothing more is
 * sent, and the process ends with exit code 3.
 */
export class LedgerLost extends Schema.TaggedError<LedgerLost>()("LedgerLost", {
  database: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `database ${this.database}: ${this.reason}; nothing more was sent`
  }
}

interface Check {
  /** Fails with `LedgerLost` when the ledger is lost, and with `SqlError` where that cannot be found out now. */
  readonly check: Effect.Effect<void, LedgerLost | SqlError>
  /** Fails with `LedgerLost` where an error of a statement shows that the file is damaged. */
  readonly unlessDamaged: (error: unknown) => Effect.Effect<void, LedgerLost>
}

/**
 * The check of the ledger in use. Always passes on a database server and in memory, where a ledger cannot be lost like
 * this.
 */
export class Ownership extends Context.Reference<Ownership>()("@effect-invent/follow-up-scheduler/Ownership", {
  defaultValue: (): Check => ({ check: Effect.void, unlessDamaged: () => Effect.void })
}) {}

/** Device and inode of a file, which do not depend on its name; none where there is no such file. */
export type FileId = Effect.Effect<Option.Option<string>>

/** The owner's row, in the table `owner` of the ledger. */
interface Owner {
  /** A new random one with each start. */
  readonly token: string
  /** The ledger and the lock, as files. */
  readonly file_id: string
  readonly lock_file: string
  readonly lock_id: string
  /** The token of a process that asks whether the owner is alive, and the last token that the owner has answered. */
  readonly asked: string | null
  readonly answered: string | null
}

const read = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql`SELECT 1 FROM sqlite_master WHERE name = 'owner'`
  return tables.length === 0 ? Option.none() : Option.fromNullable((yield* sql<Owner>`SELECT * FROM owner`)[0])
})

/**
 * How long an owner that is alive may take to answer. It reads its row as often as it sweeps, every 3 seconds unless
 * given.
 */
const answersWithin = Duration.seconds(10)

/** Asks the owner through its row whether it is alive; false where it does not answer in time. */
const answers = (token: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`UPDATE owner SET asked = ${token}`
    const isAnswered = Effect.map(
      read,
      Option.exists(({ answered }) => answered === token)
    )
    return yield* Effect.repeat(isAnswered, {
      until: (yes) => yes,
      schedule: Schedule.intersect(
        Schedule.spaced("250 millis"),
        Schedule.recurs(Duration.toMillis(answersWithin) / 250)
      )
    }).pipe(Effect.zipRight(isAnswered))
  })

/** How the files of a ledger are named, identified and locked. `Sqlite.filesOf` makes it. */
export interface Files {
  /** The name of the ledger, for errors. */
  readonly name: string
  readonly lock_file: string
  readonly idOf: (file: string) => FileId
  readonly ledgerId: FileId
  /** The files of SQLite's write-ahead log beside the ledger, which are there as long as it is open. */
  readonly logIds: ReadonlyArray<FileId>
  /** Whether a process holds the lock of this file. */
  readonly isLocked: (lock_file: string) => Effect.Effect<boolean>
}

/** Reads the application id at the beginning of a SQLite file, from the file itself and not from SQLite's cache. */
export type Stamp = Effect.Effect<number, SqlError>

/**
 * Whether another scheduler is running on the ledger: one that holds the lock that the row names. Where that file is
 * not the one that was locked, its owner is asked.
 */
const isAlive = (owner: Owner, token: string, files: Files) =>
  Effect.gen(function* () {
    if (Option.getOrUndefined(yield* files.idOf(owner.lock_file)) !== owner.lock_id) return yield* answers(token)
    return owner.lock_file !== files.lock_file && (yield* files.isLocked(owner.lock_file))
  })

const randomStamp = Random.nextIntBetween(1, 2 ** 31)

/** Gives the ledger this stamp; the file has it once the log is written into it. */
const setStamp = (sql: SqlClient.SqlClient, stamp: number) => sql`PRAGMA application_id = ${sql.literal(String(stamp))}`

/**
 * How long a stamp is used. A copy of the file that is older, and is written over it, is found by its stamp; a younger
 * one that SQLite can read is not found.
 */
const stampedFor = Duration.hours(1)

/**
 * Says whether the file has the stamp of this owner. Gives it a new one each {@link stampedFor}; the one before counts
 * until the file has the new one.
 */
const makeStampCheck = (first: number, stampNow: Stamp, sql: SqlClient.SqlClient) =>
  Effect.map(MonotonicClock.millis, (begun) => {
    let [stamp, before, stampedAt] = [first, first, begun]
    /** Another check may run meanwhile, so what it compares with changes before the ledger does. */
    const renew = Effect.gen(function* () {
      const next = yield* randomStamp
      stamp = next
      yield* Effect.uninterruptible(setStamp(sql, next)).pipe(
        Effect.tapErrorCause(() => Effect.sync(() => void (stamp = before)))
      )
      yield* sql`PRAGMA wal_checkpoint(PASSIVE)`
    })
    return Effect.gen(function* () {
      const found = yield* stampNow
      if (found !== stamp) return found === before
      before = stamp
      const now = yield* MonotonicClock.millis
      if (now - stampedAt < Duration.toMillis(stampedFor)) return true
      stampedAt = now
      yield* renew
      return true
    })
  })

/** What names the owner: a token in the row, and a number in the file's application id. */
export interface Claim {
  readonly token: string
  readonly stamp: number
}

/** Makes this process the owner; it must hold the lock of `lock_file`. None where another owner is alive. */
export const claim = (files: Files): Effect.Effect<Option.Option<Claim>, SqlError, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const token = `${yield* Random.nextInt}.${yield* Random.nextInt}`
    const file_id = Option.getOrElse(yield* files.ledgerId, () => "")
    const lock_id = Option.getOrElse(yield* files.idOf(files.lock_file), () => "")
    const before = yield* read
    // A copied ledger has the row of the original's owner.
    if (Option.isSome(before) && before.value.file_id === file_id && (yield* isAlive(before.value, token, files)))
      return Option.none()
    yield* sql`CREATE TABLE IF NOT EXISTS owner (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      token TEXT NOT NULL,
      file_id TEXT NOT NULL,
      lock_file TEXT NOT NULL,
      lock_id TEXT NOT NULL,
      asked TEXT,
      answered TEXT
    )`
    yield* sql`INSERT OR REPLACE INTO owner
      ${sql.insert({ id: 1, token, file_id, lock_file: files.lock_file, lock_id })}`
    const stamp = yield* randomStamp
    yield* setStamp(sql, stamp)
    // Written into the file itself: a process that opens it under another name may not see its log.
    yield* EmptyLog.make(sql)
    return Option.some({ token, stamp })
  })

/**
 * Whether a scheduler has the ledger open under another name. A change from here would not reach the log of that one,
 * and has to be refused.
 */
export const isOpenElsewhere = (files: Files): Effect.Effect<boolean, SqlError, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const [owner, id] = [yield* read, yield* files.ledgerId]
    // A copied ledger has the row of the original's owner, whose lock is none of ours.
    const elsewhere = Option.filter(
      owner,
      ({ file_id, lock_file }) => lock_file !== files.lock_file && Option.contains(id, file_id)
    )
    return Option.isSome(elsewhere) && (yield* files.isLocked(elsewhere.value.lock_file))
  })

/**
 * The check that an owner repeats. It fails with `LedgerLost` where the file was removed, replaced or overwritten, or
 * another process has claimed it. It also answers a process that asks through the row whether this one is alive.
 */
export const make = (
  { stamp, token }: Claim,
  files: Files,
  stampNow: Stamp
): Effect.Effect<Check, never, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const opened = yield* files.ledgerId
    const logs = yield* Effect.all(files.logIds)
    const isStamped = yield* makeStampCheck(stamp, stampNow, sql)
    const lost = (reason: string) => new LedgerLost({ database: files.name, reason })
    const check = Effect.gen(function* () {
      const now = yield* files.ledgerId
      if (Option.isNone(now)) return yield* lost("the file was removed while this scheduler ran on it")
      if (now.value !== Option.getOrUndefined(opened))
        return yield* lost("the file was replaced while this scheduler ran on it")
      const overwritten = lost("the file was overwritten, or another scheduler took it over, while this one ran on it")
      // From the file itself, before it is read by SQLite, which fails on a part of a file.
      if (!(yield* isStamped)) return yield* overwritten
      // What another program writes would reach other files of that name, and not this process.
      const logsNow = yield* Effect.all(files.logIds)
      if (logs.some((before, index) => Option.getOrUndefined(before) !== Option.getOrUndefined(logsNow[index]!)))
        return yield* lost("its log (-wal, -shm) was removed or replaced while this scheduler ran on it")
      const owner = yield* Effect.provideService(read, SqlClient.SqlClient, sql)
      if (Option.isNone(owner) || owner.value.token !== token) return yield* overwritten
      const { answered, asked } = owner.value
      if (asked !== null && asked !== answered) yield* sql`UPDATE owner SET answered = ${asked} WHERE token = ${token}`
    })
    const unlessDamaged: Check["unlessDamaged"] = (error) =>
      SqliteError.isDamaged(error) ? lost(reasonOf(error)) : Effect.void
    return { check, unlessDamaged }
  })
