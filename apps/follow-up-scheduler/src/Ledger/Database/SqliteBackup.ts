/**
 * Copies of a ledger in a SQLite file. A copy is made of one state of the ledger, also while a scheduler runs on it,
 * and appears under its name only when it is whole and on the disk.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { damagedAs, DatabaseUnusable } from "./DatabaseUnusable.ts"
import * as Sqlite from "./Sqlite.ts"

const refuse = (database: string, reason: string) => new DatabaseUnusable({ database, reason })

const orUnusable =
  (database: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.mapError(effect, Sqlite.unusable(database))

/** Makes a file survive a power cut. Its name is in its folder, which is flushed, too. */
const flush = (path: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const folder = (yield* Path.Path).dirname(path)
      yield* Effect.flatMap(files.open(path, { flag: "r" }), (file) => file.sync)
      yield* Effect.flatMap(files.open(folder, { flag: "r" }), (file) => file.sync)
    })
  )

/**
 * Gives the copy a stamp that no owner has. With that of the original, a scheduler would not notice that the copy was
 * written over its ledger.
 */
const disown = (copy: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const sql = yield* Sqlite.openPatiently(copy, "FULL")
      yield* orUnusable(copy)(sql`PRAGMA application_id = 0`)
    })
  )

/** Removes what SQLite leaves beside a file that is closed. */
const removeLogs = (file: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    for (const log of [`${file}-wal`, `${file}-shm`]) yield* orUnusable(file)(files.remove(log, { force: true }))
  })

/** Gives a file the owner, the group and the rights of another one. Fails where this process may not. */
const ownedAs = (file: string, other: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const [before, now] = [yield* files.stat(other), yield* files.stat(file)]
    const [uid, gid] = [before.uid, before.gid].map(Option.getOrUndefined)
    const isOther = uid !== Option.getOrUndefined(now.uid) || gid !== Option.getOrUndefined(now.gid)
    if (isOther && uid !== undefined && gid !== undefined) yield* files.chown(file, uid, gid)
    yield* files.chmod(file, before.mode & 0o777)
  })

/** Writes the ledger of `from` to a new file, without deleted content. Fails where a page of it is damaged. */
const copy = (from: string, to: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    if (!(yield* Sqlite.exists(from))) return yield* refuse(from, "does not exist")
    yield* orUnusable(to)(files.remove(to, { force: true }))
    const sql = yield* Sqlite.openReadOnly(from)
    const damage = yield* orUnusable(from)(sql<{ integrity_check: string }>`PRAGMA integrity_check`)
    if (damage[0]?.integrity_check !== "ok")
      return yield* refuse(from, damagedAs(damage[0]?.integrity_check ?? "no page"))
    // The copy is as private as the original from its first byte on: SQLite fills a file that is there and empty.
    const { mode } = yield* orUnusable(from)(files.stat(from))
    yield* orUnusable(to)(files.writeFile(to, new Uint8Array(), { mode: (mode & 0o777) | 0o600 }))
    yield* orUnusable(to)(sql`VACUUM INTO ${to}`)
    yield* disown(to)
    yield* removeLogs(to)
    yield* orUnusable(to)(flush(to))
  }).pipe(Effect.scoped)

/** Writes a copy of the ledger to `to`. Fails, and changes nothing, where that file exists. */
export const backup = (file: string, to: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    yield* Sqlite.checkFolder(to)
    if (yield* Sqlite.exists(to)) return yield* refuse(to, "exists already; name a new file")
    const part = `${to}.part`
    yield* copy(file, part).pipe(Effect.tapError(() => Effect.ignore(files.remove(part, { force: true }))))
    yield* orUnusable(to)(Effect.zipRight(files.rename(part, to), flush(to)))
  })

/** Where the ledger that is replaced is kept. */
export const keptAs = (file: string): string => `${file}.before-restore`

/**
 * Renames the ledger and its log. A log whose ledger is missing is removed: it must not be applied to another ledger.
 */
const moveAway = (file: string, kept: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const [isThere, hasLog] = [yield* Sqlite.exists(file), yield* Sqlite.exists(`${file}-wal`)]
    if (hasLog) yield* isThere ? files.rename(`${file}-wal`, `${kept}-wal`) : files.remove(`${file}-wal`)
    if (isThere) yield* files.rename(file, kept)
    yield* files.remove(`${file}-shm`, { force: true })
  })

/**
 * Puts a copy of `from` in the place of the ledger, which is kept under the name of `keptAs`, and says whether there
 * was one. `prepare` changes the copy before it has the ledger's name. Fails, and changes nothing, while a scheduler
 * runs on the ledger, or where `from` cannot be used. After a crash at any moment it can be repeated.
 */
export const restore = <E, R>(named: string, from: string, prepare: Effect.Effect<void, E, R>) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    yield* Sqlite.checkFolder(named)
    // What a link leads to is the ledger.
    const file = yield* Effect.orElseSucceed(files.realPath(named), () => named)
    const isFolder = Effect.map(files.stat(file), ({ type }) => type === "Directory")
    if (yield* Effect.orElseSucceed(isFolder, () => false)) return yield* refuse(named, "is a folder; name a file")
    const { lock_file } = yield* Sqlite.filesOf(file)
    const lock = yield* Sqlite.lock(file, lock_file)
    const isThere = yield* Sqlite.exists(file)
    const kept = keptAs(file)
    if (isThere && (yield* Sqlite.exists(kept)))
      return yield* refuse(kept, "is the ledger from before another restore; move it away first")
    if (isThere) yield* Sqlite.refuseOpenElsewhere(file)
    const copied = `${file}.restoring`
    yield* copy(from, copied)
    yield* Effect.scoped(
      Effect.gen(function* () {
        const sql = yield* Sqlite.openPatiently(copied, "FULL")
        // The copy has no owner yet.
        yield* orUnusable(copied)(sql`DROP TABLE IF EXISTS owner`)
        yield* Effect.provideService(prepare, SqlClient.SqlClient, sql)
        // Moves of rows within a page leave bytes behind, and the ids of the erased must not be among them.
        yield* orUnusable(copied)(sql`VACUUM`)
      })
    )
    yield* removeLogs(copied)
    if (isThere) yield* orUnusable(copied)(ownedAs(copied, file))
    yield* orUnusable(file)(
      Effect.all([flush(copied), moveAway(file, kept), files.rename(copied, file), flush(file)], { discard: true })
    )
    yield* orUnusable(file)(Effect.provideService(Sqlite.mark, SqlClient.SqlClient, lock))
    return isThere
  }).pipe(Effect.scoped)
