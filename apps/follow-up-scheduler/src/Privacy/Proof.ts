/**
 * What stands in place of an id after an erasure: an HMAC-SHA-256 under a key of this ledger's own. It can be compared
 * with an id and not turned back into one.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
// Effect's Random can be predicted: a key must not be guessed.
import { createHmac, randomBytes } from "node:crypto"

const bytes = 16
const prefix = "erased:"

/** The proof of an id under this key. The same id has the same proof. */
export const make =
  (secret: string) =>
  (id: string): string =>
    `${prefix}${createHmac("sha256", secret)
      .update(id)
      .digest("base64url")
      .slice(0, Math.ceil((bytes * 8) / 6))}`

/** Whether this is a proof, and not an id. */
export const isProof = (id: string): boolean => id.startsWith(prefix)

/** The key of this ledger; undefined where it has none: then no contact was erased. */
export const knownSecret = (sql: SqlClient.SqlClient): Effect.Effect<string | undefined, SqlError> =>
  Effect.map(sql<{ secret: string }>`SELECT secret FROM erasure_key WHERE id = 1`, (rows) => rows[0]?.secret)

/** Makes this the key of the ledger where it has none. Gives the key that it has then. */
export const keepSecret = (sql: SqlClient.SqlClient, secret: string): Effect.Effect<string, SqlError> =>
  Effect.gen(function* () {
    yield* sql`INSERT INTO erasure_key ${sql.insert({ id: 1, secret })} ON CONFLICT (id) DO NOTHING`
    return (yield* knownSecret(sql)) ?? secret
  })

/** The key of this ledger. Where there is none, 32 random bytes become it. */
export const secret = (sql: SqlClient.SqlClient): Effect.Effect<string, SqlError> =>
  Effect.suspend(() => keepSecret(sql, randomBytes(32).toString("base64url")))
