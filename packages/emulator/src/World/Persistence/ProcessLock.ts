/** Keeps a file for one process. */
import * as FileLock from "@effect-invent/sql-sqlite/FileLock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { Scope } from "effect/Scope"

/** Another process has the file, or it cannot be locked. `message` names the case. */
export class Locked extends Data.TaggedError("Locked")<{ readonly message: string }> {}

/** SQLite does not name the file in question. */
const reasonOf = (cause: unknown) => (Predicate.hasProperty(cause, "message") ? String(cause.message) : String(cause))

/** Held until the scope closes, and no longer than the process lives. */
export const acquire = (file: string): Effect.Effect<void, Locked, Scope> =>
  Effect.mapError(
    FileLock.acquire(file),
    (error) =>
      new Locked({
        message:
          error._tag === "FileLocked"
            ? "another emulator is running on it; stop that one or name another file"
            : `its lock ${file} cannot be used: ${reasonOf(error.cause)}`
      })
  )
