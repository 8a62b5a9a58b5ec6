/**
 * What SQLite reports when a statement fails, as the `cause` of a `SqlError`: recognised by its number, never by its
 * text.
 */
import * as Data from "effect/Data"
import * as Predicate from "effect/Predicate"

/**
 * The result codes that programs act on. Those up to 255 are primary codes, the others extended ones. See
 * https://sqlite.org/rescode.html.
 */
export const ResultCode = {
  /** Another connection holds a lock, and `busyTimeout` has passed. */
  Busy: 5,
  /** The file, or the connection, is open for reading only. */
  ReadOnly: 8,
  /** A page of the file is damaged. */
  Corrupt: 11,
  /** The disk is full, or `max_page_count` is reached. SQLite may have rolled the transaction back by itself. */
  Full: 13,
  /** The file does not exist, or may not be opened. */
  CannotOpen: 14,
  /** A constraint refuses the row. */
  Constraint: 19,
  /** The file holds something that is not a SQLite database. */
  NotADatabase: 26,
  /** A transaction read before another connection wrote, and cannot write any more. */
  BusySnapshot: 517,
  /** A `UNIQUE` constraint refuses the row; the one of a primary key has a code of its own. */
  ConstraintUnique: 2067
} as const

/**
 * The cause of each `SqlError` of this client. `extendedCode` is SQLite's extended result code; 0 where the statement
 * did not reach SQLite, for example because of a parameter of an unsupported type.
 */
export class SqliteError extends Data.TaggedError("SqliteError")<{
  readonly message: string
  readonly extendedCode: number
}> {
  /** The primary result code: the lowest eight bits of the extended one. */
  get resultCode(): number {
    return this.extendedCode & 0xff
  }
}

/** Whether an error is a `SqliteError`, or is caused by one, with this primary or extended result code. */
export const hasCode = (error: unknown, code: number): boolean => {
  if (error instanceof SqliteError) return (code > 0xff ? error.extendedCode : error.resultCode) === code
  return Predicate.hasProperty(error, "cause") && hasCode(error.cause, code)
}

/** Whether it says that the file is damaged, or no database: then no later statement of the file can be relied on. */
export const isDamaged = (error: unknown): boolean =>
  hasCode(error, ResultCode.Corrupt) || hasCode(error, ResultCode.NotADatabase)
