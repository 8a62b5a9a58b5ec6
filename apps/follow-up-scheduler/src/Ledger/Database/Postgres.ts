/** A PostgreSQL database that any number of schedulers share. */
import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqlClient from "@effect/sql/SqlClient"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { DatabaseUnusable, reasonOf } from "./DatabaseUnusable.ts"

const connectTimeout = Duration.seconds(5)

const example = "postgresql://user:password@host:5432/database"

/**
 * A database URL for messages: scheme, user, host and database, without the password. `DATABASE_URL` where it cannot be
 * parsed.
 */
export const nameOf = (url: Redacted.Redacted): string => {
  const text = Redacted.value(url)
  if (!URL.canParse(text)) return "DATABASE_URL"
  const { host, pathname, protocol, username } = new URL(text)
  return `${protocol}//${username === "" ? "" : `${username}@`}${host}${pathname}`
}

const check = (url: Redacted.Redacted) => {
  const text = Redacted.value(url)
  return URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)
    ? Effect.void
    : new DatabaseUnusable({
        database: "DATABASE_URL",
        reason: `is not the URL of a PostgreSQL database, such as ${example}`
      })
}

/** As the server sees it. A percent sign that encodes nothing stays as it is. */
const decoded = (password: string) =>
  Option.getOrElse(Option.liftThrowable(decodeURIComponent)(password), () => password)

/** The error of the driver; the URL and its password are replaced by `<redacted>` where the message has them. */
const unusable = (url: Redacted.Redacted) => (cause: unknown) => {
  const text = Redacted.value(url)
  const password = URL.canParse(text) ? new URL(text).password : ""
  const secrets = [text, password, decoded(password)].filter((secret) => secret !== "")
  const reason = secrets.reduce((line, secret) => line.replaceAll(secret, "<redacted>"), reasonOf(cause))
  return new DatabaseUnusable({ database: nameOf(url), reason })
}

/**
 * After this time the server ends a session that is idle in a transaction: a process that froze there would lock its
 * rows.
 */
const idleInTransactionMillis = 3000

const bounded = (url: Redacted.Redacted) => {
  const full = new URL(Redacted.value(url))
  full.searchParams.set("idle_in_transaction_session_timeout", String(idleInTransactionMillis))
  return Redacted.make(full.href)
}

const connect = (url: Redacted.Redacted) =>
  Effect.flatMap(check(url), () =>
    PgClient.make({ url: bounded(url), connectTimeout, applicationName: "follow-ups" }).pipe(
      Effect.provide(Reactivity.layer),
      Effect.catchAllDefect((defect) => Effect.fail(defect)),
      Effect.mapError(unusable(url))
    )
  )

/**
 * A pool of connections to this database, for as long as the layer lives. Fails with `DatabaseUnusable` where the URL
 * is none of PostgreSQL, or the server does not accept a connection within 5 seconds.
 */
export const layer = (url: Redacted.Redacted) => Layer.scoped(SqlClient.SqlClient, connect(url))

/** Whether a scheduler has ever run on it. */
export const holdsLedger = (url: Redacted.Redacted) =>
  Effect.gen(function* () {
    const sql = yield* connect(url)
    const rows = yield* sql<{ name: string | null }>`SELECT to_regclass('follow_ups')::text AS name`
    return rows[0]?.name != null
  }).pipe(
    Effect.scoped,
    Effect.catchTag("SqlError", (error) => unusable(url)(error))
  )

/** The same; fails with `DatabaseUnusable` where the database holds no ledger. */
export const layerExisting = (url: Redacted.Redacted) =>
  Layer.unwrapEffect(
    Effect.flatMap(holdsLedger(url), (isThere) =>
      isThere
        ? Effect.succeed(layer(url))
        : new DatabaseUnusable({ database: nameOf(url), reason: "holds no ledger; the first run creates it" })
    )
  )
