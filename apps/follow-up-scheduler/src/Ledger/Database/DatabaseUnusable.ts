/** Why a database cannot be used, in one line. */
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

/** The innermost message of the driver's error. */
export const reasonOf = (cause: unknown): string => {
  const inner = Predicate.hasProperty(cause, "cause") && cause.cause !== undefined ? cause.cause : cause
  if (!(inner instanceof Error)) return String(inner)
  // A host with several addresses fails with an `AggregateError`, which has no message.
  const first: unknown = inner instanceof AggregateError ? inner.errors[0] : inner
  return first instanceof Error ? first.message : inner.message
}
