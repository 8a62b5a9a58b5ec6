/** The statements of one database: prepared once, kept while they are used. */
import { SqliteError } from "../SqliteError.ts"
import type { Database, Statement } from "./Driver.ts"

/**
 * `names`: those of the columns, as of the last time that they were looked up; none where the statement returns no
 * rows.
 */
export interface Prepared {
  readonly statement: Statement
  names: ReadonlyArray<string>
}

const quotedOrComment = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g
const startOfTrigger = /^\s*create\s+(?:temp\s+|temporary\s+)?trigger\b/i
const bodyOfTrigger = /\bbegin\b[\s\S]*\bend\b/i

/** The drivers run the first of several statements and ignore the others. */
const holdsSeveral = (text: string): boolean => {
  if (!text.includes(";")) return false
  const bare = text.replace(quotedOrComment, " ")
  return /;\s*[^\s;]/.test(startOfTrigger.test(bare) ? bare.replace(bodyOfTrigger, " ") : bare)
}

const namesOf = (statement: Statement) => statement.columns().map(({ name }) => name)

/** Prepares a statement that has no other user. */
export const prepare = (database: Database, text: string): Prepared => {
  if (holdsSeveral(text))
    throw new SqliteError({ message: "the SQL text contains more than one statement", extendedCode: 0 })
  const statement = database.prepare(text)
  statement.setReadBigInts(true)
  statement.setReturnArrays(true)
  return { statement, names: namesOf(statement) }
}

/** The names of the columns; looked up again where the table has got or lost one since. */
export const namesFor = (prepared: Prepared, width: number): ReadonlyArray<string> => {
  if (prepared.names.length !== width) prepared.names = namesOf(prepared.statement)
  return prepared.names
}

/** What changes the columns of a table, or takes such a change back. */
const changesTables = /^\s*(?:alter|create|drop|rollback)\b/i

/** Keeps the statements that were used last, up to `capacity` of them. */
export const makeCache = (database: Database, capacity: number) => {
  const cache = new Map<string, Prepared>()
  const get = (text: string): Prepared => {
    const prepared = cache.get(text) ?? prepare(database, text)
    cache.delete(text)
    cache.set(text, prepared)
    for (const oldest of cache.keys()) {
      if (cache.size <= capacity) break
      cache.delete(oldest)
    }
    return prepared
  }
  /** To be called with each text that was run: a statement that was prepared before the change has the old columns. */
  const afterRun = (text: string): void => {
    if (changesTables.test(text)) cache.clear()
  }
  return { get, afterRun }
}
