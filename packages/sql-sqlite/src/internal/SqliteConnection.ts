/** One open database as a `Connection` of @effect/sql. Each statement runs to its end before anything else does. */
import * as SqlClient from "@effect/sql/SqlClient"
import type { Connection } from "@effect/sql/SqlConnection"
import { SqlError } from "@effect/sql/SqlError"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type * as Busy from "./Busy.ts"
import type { Database, Stored } from "./Driver.ts"
import * as Failure from "./Failure.ts"
import * as Statements from "./Statements.ts"
import * as Values from "./Values.ts"

type Decode = (value: unknown) => unknown
type Cells = ReadonlyArray<unknown>

/** Runs what the driver may throw from. `what` is the message of the failure, and the cause a `SqliteError`. */
export const attempt = <A>(what: string, run: () => A): Effect.Effect<A, SqlError> =>
  Effect.try({ try: run, catch: (cause) => new SqlError({ cause: Failure.toSqliteError(cause), message: what }) })

// The statements are set to return each row as an array.
const isCells = (row: unknown): row is Cells => Array.isArray(row)
const cellsOf = (rows: ReadonlyArray<unknown>) => rows.filter(isCells)

const toRows = (prepared: Statements.Prepared, rows: ReadonlyArray<Cells>, decode: Decode): ReadonlyArray<object> => {
  const [first] = rows
  if (first === undefined) return []
  const names = Statements.namesFor(prepared, first.length)
  return rows.map((cells) => Values.toRow(names, cells, decode))
}

const returnsRows = ({ names }: Statements.Prepared) => names.length > 0

const runForChanges = ({ statement }: Statements.Prepared, parameters: ReadonlyArray<unknown>) =>
  statement.run(...parameters.map(Values.encode))

const runForRows = (prepared: Statements.Prepared, parameters: ReadonlyArray<unknown>): ReadonlyArray<Cells> => {
  if (returnsRows(prepared)) return cellsOf(prepared.statement.all(...parameters.map(Values.encode)))
  runForChanges(prepared, parameters)
  return []
}

/** A generator stays at its end; some of the drivers' own iterators begin again there. */
function* iterate({ statement }: Statements.Prepared, parameters: ReadonlyArray<Stored>) {
  yield* statement.iterate(...parameters)
}

const rowsPerChunk = 128

const nextChunk = (prepared: Statements.Prepared, iterator: Iterator<unknown>, decode: Decode) => {
  const rows: Array<unknown> = []
  while (rows.length < rowsPerChunk) {
    const next = iterator.next()
    if (next.done === true) break
    rows.push(next.value)
  }
  return toRows(prepared, cellsOf(rows), decode)
}

const failed = "Failed to execute statement"

/** A stream has a statement of its own, which is reset when the stream ends: others may run the same text meanwhile. */
const streamOf = (
  database: Database,
  text: string,
  parameters: ReadonlyArray<unknown>,
  decode: Decode,
  patiently: Patiently
) =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const prepared = yield* attempt("Failed to prepare statement", () => Statements.prepare(database, text))
      // The first rows are where it may have to wait for another connection.
      const begin = attempt(failed, () => {
        const iterator = iterate(prepared, parameters.map(Values.encode))
        return { iterator, first: nextChunk(prepared, iterator, decode) }
      })
      const { first, iterator } = yield* patiently(
        Effect.acquireRelease(begin, ({ iterator }) =>
          Effect.ignore(attempt("Failed to reset statement", () => iterator.return()))
        )
      )
      const next = Effect.mapError(
        attempt(failed, () => nextChunk(prepared, iterator, decode)),
        Option.some
      )
      const others = Stream.repeatEffectChunkOption(
        Effect.flatMap(next, (rows) =>
          rows.length === 0 ? Effect.fail(Option.none()) : Effect.succeed(Chunk.unsafeFromArray(rows))
        )
      )
      return Stream.fromChunk(Chunk.unsafeFromArray(first)).pipe(Stream.concat(others))
    })
  )

/** The rows of a statement that returns any; else how many it changed, and the last that it inserted. */
const runRaw = (prepared: Statements.Prepared, parameters: ReadonlyArray<unknown>, decode: Decode): unknown => {
  if (returnsRows(prepared)) return toRows(prepared, runForRows(prepared, parameters), decode)
  const { changes, lastInsertRowid } = runForChanges(prepared, parameters)
  return { changes: decode(changes), lastInsertRowid: decode(lastInsertRowid) }
}

/**
 * Run unprepared by @effect/sql, though always the same. Kept, they leave no two statements a transaction to the
 * garbage collector.
 */
const ofTransactions = /^(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT)\b/

/** Waits for the lock of another connection. */
type Patiently = ReturnType<typeof Busy.patiently>

interface SqliteConnection extends Connection {
  /** Runs a statement that returns no rows, and waits for no lock. */
  readonly runAtOnce: (text: string) => Effect.Effect<void, SqlError>
}

/**
 * Makes a connection of an open database. Statements are prepared once and kept, at most `statementCacheSize` of them;
 * `patiently` runs each again while another process holds the lock.
 */
export const make = (database: Database, statementCacheSize: number, patiently: Patiently): SqliteConnection => {
  const statements = Statements.makeCache(database, statementCacheSize)

  const run = <A>(
    text: string,
    prepare: (text: string) => Statements.Prepared,
    use: (prepared: Statements.Prepared, decode: Decode) => A
  ) =>
    Effect.flatMap(SqlClient.SafeIntegers, (areAllBigInts) =>
      patiently(
        attempt(failed, () => {
          const result = use(prepare(text), Values.decodeWith(areAllBigInts))
          statements.afterRun(text)
          return result
        })
      )
    )

  const rowsOf =
    (prepare: (text: string) => Statements.Prepared): Connection["execute"] =>
    (text, parameters, transformRows) => {
      const rows = run(text, prepare, (prepared, decode) => toRows(prepared, runForRows(prepared, parameters), decode))
      return transformRows === undefined ? rows : Effect.map(rows, transformRows)
    }

  return {
    runAtOnce: (text) => Effect.asVoid(attempt(failed, () => runForChanges(statements.get(text), []))),
    execute: rowsOf(statements.get),
    executeUnprepared: rowsOf((text) =>
      ofTransactions.test(text) ? statements.get(text) : Statements.prepare(database, text)
    ),
    executeRaw: (text, parameters) =>
      run(text, statements.get, (prepared, decode) => runRaw(prepared, parameters, decode)),
    executeValues: (text, parameters) =>
      run(text, statements.get, (prepared, decode) =>
        runForRows(prepared, parameters).map((cells) => cells.map(decode))
      ),
    executeStream: (text, parameters, transformRows) => {
      const rows = Stream.unwrap(
        Effect.map(SqlClient.SafeIntegers, (areAllBigInts) =>
          streamOf(database, text, parameters, Values.decodeWith(areAllBigInts), patiently)
        )
      )
      if (transformRows === undefined) return rows
      return Stream.mapChunks(rows, (chunk) => Chunk.unsafeFromArray(transformRows(Chunk.toReadonlyArray(chunk))))
    }
  }
}
