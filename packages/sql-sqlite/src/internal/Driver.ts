/**
 * The part of the API of `node:sqlite` in use here, and where it comes from: Node itself from 22.16, the prebuilt
 * `@photostructure/sqlite` on an older one. Neither is imported statically, so that a bundler leaves both alone.
 */
import { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { createRequire } from "node:module"
import { SqliteError } from "../SqliteError.ts"

/** What SQLite stores. */
export type Stored = null | number | bigint | string | Uint8Array

/** A prepared statement of `node:sqlite`, as far as it is used here. */
export interface Statement {
  readonly all: (...parameters: ReadonlyArray<Stored>) => ReadonlyArray<unknown>
  readonly iterate: (...parameters: ReadonlyArray<Stored>) => Iterable<unknown>
  readonly run: (...parameters: ReadonlyArray<Stored>) => {
    readonly changes: number | bigint
    readonly lastInsertRowid: number | bigint
  }
  readonly columns: () => ReadonlyArray<{ readonly name: string }>
  readonly setReadBigInts: (isOn: boolean) => void
  readonly setReturnArrays: (isOn: boolean) => void
}

/** A database file that is open. Every call blocks the process until SQLite has answered. */
export interface Database {
  readonly prepare: (text: string) => Statement
  readonly exec: (text: string) => void
  readonly close: () => void
  readonly isTransaction: boolean
}

/** The module `node:sqlite`, as far as it is used here. */
export interface Driver {
  readonly DatabaseSync: new (file: string, options: { readonly readOnly: boolean }) => Database
  readonly StatementSync: { readonly prototype: object }
}

const isAboutSqlite = (warning: unknown, type: unknown) =>
  type === "ExperimentalWarning" && String(warning).startsWith("SQLite ")

/**
 * Node 22 warns on stderr when its SQLite is loaded. Loading is synchronous, so no other warning can get lost
 * meanwhile.
 */
const withoutItsWarning = <A>(load: () => A): A => {
  const { emitWarning } = process
  process.emitWarning = (...warning: ReadonlyArray<unknown>) =>
    isAboutSqlite(warning[0], warning[1]) ? undefined : Reflect.apply(emitWarning, process, warning)
  try {
    return load()
  } finally {
    process.emitWarning = emitWarning
  }
}

const isDriver = (module: object | undefined): module is Driver =>
  module !== undefined && "DatabaseSync" in module && "StatementSync" in module

/** Node before 22.16 cannot return the rows of a statement as arrays. */
const isComplete = ({ StatementSync }: Driver) => "setReturnArrays" in StatementSync.prototype

const builtIn = (): object | undefined =>
  "getBuiltinModule" in process ? withoutItsWarning(() => process.getBuiltinModule("node:sqlite")) : undefined

const requireHere = createRequire(import.meta.url)

const loadDriver = (): Driver => {
  const own = builtIn()
  return isDriver(own) && isComplete(own) ? own : requireHere("@photostructure/sqlite")
}

const missing = "SQLite needs Node 22.16 or newer, or the package @photostructure/sqlite"

/** Fails where neither this Node nor the prebuilt package has SQLite for this machine. */
export const load: Effect.Effect<Driver, SqlError> = Effect.try({
  try: loadDriver,
  catch: (cause) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return new SqlError({
      cause: new SqliteError({ message: `${missing}: ${reason}`, extendedCode: 0 }),
      message: missing
    })
  }
})
