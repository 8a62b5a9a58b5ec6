/**
 * Tells one ledger from another by the key under which it erases ids: 32 random bytes, made with the ledger. A copy has
 * the key of its original.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import { LedgerLost } from "./Database/Ownership.ts"

/**
 * Makes a check that fails with `LedgerLost` where the ledger is another one than at its first run. A database that has
 * no ledger at all fails with `SqlError`.
 */
export const makeCheck = (sql: SqlClient.SqlClient): Effect.Effect<Effect.Effect<void, LedgerLost | SqlError>> =>
  Effect.sync(() => {
    let first: string | undefined
    return Effect.flatMap(sql<{ secret: string }>`SELECT secret FROM erasure_key WHERE id = 1`, ([row]) => {
      const key = row?.secret
      first ??= key
      return key === first
        ? Effect.void
        : new LedgerLost({
            database: "of the ledger",
            reason:
              "it was made anew, or another ledger has got its name, while this scheduler ran on it: " +
              "what was recorded by command, such as opt-outs, is not in it"
          })
    })
  })
