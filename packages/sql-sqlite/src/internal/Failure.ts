/** What a driver throws, as a `SqliteError`. */
import * as Predicate from "effect/Predicate"
import { ResultCode, SqliteError } from "../SqliteError.ts"

/**
 * The prebuilt driver, on Node 20, leaves the code out where a statement that returns rows fails. These are the texts
 * of SQLite for the codes that programs act on; those of constraints go on with the names of the columns.
 */
const codeByText: ReadonlyArray<readonly [text: string, code: number]> = [
  ["database is locked", ResultCode.Busy],
  ["attempt to write a readonly database", ResultCode.ReadOnly],
  ["database disk image is malformed", ResultCode.Corrupt],
  ["database or disk is full", ResultCode.Full],
  ["unable to open database file", ResultCode.CannotOpen],
  ["file is not a database", ResultCode.NotADatabase],
  ["UNIQUE constraint failed", ResultCode.ConstraintUnique],
  ["NOT NULL constraint failed", ResultCode.Constraint],
  ["CHECK constraint failed", ResultCode.Constraint],
  ["FOREIGN KEY constraint failed", ResultCode.Constraint]
]

const unnamedError = 1

const codeOf = (cause: object, message: string): number => {
  if (Predicate.hasProperty(cause, "errcode") && Predicate.isNumber(cause.errcode)) return cause.errcode
  if (!Predicate.hasProperty(cause, "code") || cause.code !== "ERR_SQLITE_ERROR") return 0
  return codeByText.find(([text]) => message.startsWith(text))?.[1] ?? unnamedError
}

/** Turns whatever SQLite threw into a `SqliteError` with SQLite's extended code, which is 0 where it has none. */
export const toSqliteError = (cause: unknown): SqliteError => {
  if (cause instanceof SqliteError) return cause
  if (!(cause instanceof Error)) return new SqliteError({ message: String(cause), extendedCode: 0 })
  return new SqliteError({ message: cause.message, extendedCode: codeOf(cause, cause.message) })
}
