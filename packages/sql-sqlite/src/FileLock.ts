/**
 * A lock of the operating system on a file: it ends with the process that holds it, however that ends, and knows
 * nothing of process numbers, so it holds between containers, too. It is SQLite's own lock on an empty database.
 */
import type { SqlError } from "@effect/sql/SqlError"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Driver from "./internal/Driver.ts"
import * as SqliteConnection from "./internal/SqliteConnection.ts"
import { hasCode, ResultCode } from "./SqliteError.ts"

/** Another process, or another scope of this one, holds the lock. */
export class FileLocked extends Data.TaggedError("FileLocked")<{ readonly file: string }> {
  override get message() {
    return `${this.file} is locked`
  }
}

/**
 * Locks the file until the scope ends, and creates it where it is missing; it stays there afterwards. Does not wait.
 * Fails with a `SqlError` where the file cannot be opened, or holds something else.
 */
export const acquire = (file: string): Effect.Effect<void, FileLocked | SqlError, Scope.Scope> =>
  Effect.gen(function* () {
    const { DatabaseSync } = yield* Driver.load
    const database = yield* Effect.acquireRelease(
      SqliteConnection.attempt("Failed to open the lock", () => new DatabaseSync(file, { readOnly: false })),
      (database) => Effect.sync(() => database.close())
    )
    yield* Effect.acquireRelease(
      SqliteConnection.attempt("Failed to lock", () => {
        database.exec("PRAGMA busy_timeout = 0")
        database.exec("BEGIN EXCLUSIVE")
      }),
      () => Effect.ignore(SqliteConnection.attempt("Failed to unlock", () => database.exec("ROLLBACK")))
    )
  }).pipe(Effect.mapError((error) => (hasCode(error, ResultCode.Busy) ? new FileLocked({ file }) : error)))
