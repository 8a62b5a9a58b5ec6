/**
 * Where the ledger and the timers are kept: a SQLite file of one scheduler, or a PostgreSQL database that many share.
 */
import type { FileSystem } from "@effect/platform/FileSystem"
import type { Path } from "@effect/platform/Path"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Config from "effect/Config"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Postgres from "./Database/Postgres.ts"
import * as Sqlite from "./Database/Sqlite.ts"
import * as SqliteBackup from "./Database/SqliteBackup.ts"
import { DatabaseUnusable } from "./Database/DatabaseUnusable.ts"
import * as Lazy from "../Lazy.ts"
import type { PartNotLoaded } from "../Lazy.ts"
import type { LedgerOfOtherEdition } from "./Edition.ts"
import * as Migrations from "./Migrations.ts"

export { DatabaseUnusable }

type Place = Data.TaggedEnum<{
  File: { readonly file: string }
  Server: { readonly url: Redacted.Redacted }
}>
const Place = Data.taggedEnum<Place>()

const loadPostgres = () => import("./Database/Postgres.ts")
const postgres = <A, E, R>(use: (module: typeof Postgres) => Layer.Layer<A, E, R>) =>
  Lazy.layer("PostgreSQL", loadPostgres, use)

const defaultFile = "follow-ups.db"

/** `DATABASE_URL`: a database of PostgreSQL. */
export const url = Config.nested(
  Config.redacted().pipe(
    Config.validate({
      message: "Expected an address that begins with postgres:// or postgresql://",
      validation: (url) => /^postgres(ql)?:\/\//.test(Redacted.value(url))
    })
  ),
  "DATABASE_URL"
)

/**
 * The file that was named, else the database of `DATABASE_URL`, else the file `follow-ups.db` of the current folder.
 */
const placeOf = (db: Option.Option<string>): Effect.Effect<Place> =>
  Option.match(db, {
    onSome: (file) => Effect.succeed(Place.File({ file })),
    onNone: () =>
      Config.redacted(Config.nonEmptyString("DATABASE_URL")).pipe(
        Effect.map((url) => Place.Server({ url })),
        Effect.orElseSucceed(() => Place.File({ file: defaultFile }))
      )
  })

/**
 * Opens it for a scheduler: a file for this one alone, a PostgreSQL database together with others. Fails with
 * `DatabaseUnusable`.
 */
export const layer = (db: Option.Option<string>) =>
  Layer.unwrapEffect(
    Effect.map(placeOf(db), (place) =>
      place._tag === "File" ? Sqlite.layer(place.file) : postgres(({ layer }) => layer(place.url))
    )
  )

/** A second connection to a database that schedulers may share; none for a file. */
export const shared = (db: Option.Option<string>) =>
  Effect.map(placeOf(db), (place) =>
    place._tag === "File" ? Option.none() : Option.some(postgres(({ layer }) => layer(place.url)))
  )

/** Opens it for a change, beside schedulers that may be running on it. A file is created where it is missing. */
export const layerBeside = (db: Option.Option<string>) =>
  Layer.unwrapEffect(
    Effect.map(placeOf(db), (place) =>
      place._tag === "File" ? Sqlite.layerBeside(place.file) : postgres(({ layer }) => layer(place.url))
    )
  )

/** As {@link layerBeside}; fails with `DatabaseUnusable` where there is no ledger. */
export const layerExisting = (db: Option.Option<string>) =>
  Layer.unwrapEffect(
    Effect.map(placeOf(db), (place) =>
      place._tag === "File"
        ? Sqlite.layerExisting(place.file)
        : postgres(({ layerExisting }) => layerExisting(place.url))
    )
  )

/**
 * Opens it for reading, beside schedulers that may be running on it. Fails with `DatabaseUnusable` where there is no
 * ledger.
 */
export const layerReadOnly = (db: Option.Option<string>) =>
  Layer.unwrapEffect(
    Effect.map(placeOf(db), (place) =>
      place._tag === "File"
        ? Sqlite.layerReadOnly(place.file)
        : postgres(({ layerExisting }) => layerExisting(place.url))
    )
  )

/** Fails with `DatabaseUnusable` where a page of a file is damaged. A server checks its pages by itself. */
export const checkPages = (db: Option.Option<string>) =>
  Effect.flatMap(placeOf(db), (place) =>
    place._tag === "File" ? Effect.whenEffect(Sqlite.checkPages(place.file), Sqlite.exists(place.file)) : Effect.void
  )

const serverTools = (tool: string) =>
  new DatabaseUnusable({ database: "PostgreSQL", reason: `is copied by its own tools: use ${tool}` })

const inFile = <A, E, R>(db: Option.Option<string>, tool: string, use: (file: string) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(placeOf(db), (place): Effect.Effect<A, DatabaseUnusable | E, R> =>
    place._tag === "File" ? use(place.file) : serverTools(tool)
  )

/** Writes a copy of the ledger to a new file, also while a scheduler runs on it. */
export const backup = (db: Option.Option<string>, to: string) =>
  inFile(db, "pg_dump", (file) => SqliteBackup.backup(file, to))

/**
 * Puts a copy in the place of the ledger: see `SqliteBackup.restore`. `prepare` gets the name of the file that is
 * replaced.
 */
export const restore = <E, R>(
  db: Option.Option<string>,
  from: string,
  prepare: (replaced: string) => Effect.Effect<void, E, R>
) =>
  inFile(db, "pg_restore while no scheduler runs", (file) =>
    Effect.map(SqliteBackup.restore(file, from, prepare(file)), (isThere) =>
      isThere ? Option.some(SqliteBackup.keptAs(file)) : Option.none()
    )
  )

type Readable = Layer.Layer<
  SqlClient,
  DatabaseUnusable | LedgerOfOtherEdition | PartNotLoaded | SqlError,
  FileSystem | Path
>

/** Holds nothing, in the form of a ledger. */
const empty = Layer.tap(Sqlite.layerEmpty, (context) => Effect.provide(Migrations.create, context))

/** Opens it for reading; an empty ledger in memory where there is none. */
export const layerDryRun = (db: Option.Option<string>): Readable =>
  Layer.unwrapEffect(
    placeOf(db).pipe(
      Effect.flatMap((place) =>
        place._tag === "File"
          ? Sqlite.exists(place.file)
          : Lazy.effect("PostgreSQL", loadPostgres, ({ holdsLedger }) => holdsLedger(place.url))
      ),
      Effect.map((isThere): Readable => (isThere ? layerReadOnly(db) : empty))
    )
  )
