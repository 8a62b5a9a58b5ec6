/** Why a database cannot be used, in one line. */
import * as SqliteError from "@effect-invent/sql-sqlite/SqliteError"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** The database cannot be used. Nothing was sent. `database`: its file, or its URL without the password. */
export class DatabaseUnusable extends Schema.TaggedError<DatabaseUnusable>()("DatabaseUnusable", {
  database: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `database ${this.database}: ${this.reason}`
  }
}

/** What to do about a file that is damaged. `found`: what SQLite says. */
export const damagedAs = (found: string): string =>
  `is damaged (${found}); stop what runs on it, and put a copy back with restore`

/** The innermost message of the driver's error; of a damaged file also what to do. */
export const reasonOf = (cause: unknown): string => {
  const message = messageOf(cause)
  return SqliteError.hasCode(cause, SqliteError.ResultCode.Corrupt) ? damagedAs(message) : message
}

const messageOf = (cause: unknown): string => {
  if (Predicate.hasProperty(cause, "cause") && cause.cause !== undefined) return messageOf(cause.cause)
  // A host with several addresses fails with an `AggregateError`, which has no message.
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0].message
  return cause instanceof Error ? cause.message : String(cause)
}
