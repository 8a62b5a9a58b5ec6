/** A transaction that fails with what went wrong in it. */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"

const isSqlError = (error: unknown): error is SqlError => Predicate.isTagged(error, "SqlError")

/**
 * Runs an effect in a transaction and fails with its first error. Where the connection is lost, or SQLite has rolled
 * back for want of space, the roll-back fails, too. The driver turns that into a defect and drops the first error.
 */
export const within =
  (sql: SqlClient.SqlClient) =>
  <A, E, R>(effect: Effect.Effect<A, E | SqlError, R>): Effect.Effect<A, E | SqlError, R> =>
    Effect.suspend(() => {
      let first = Option.none<E | SqlError>()
      const noted = Effect.tapError(effect, (error) => Effect.sync(() => (first = Option.some(error))))
      return Effect.catchAllCause(sql.withTransaction(noted), (cause) => {
        const lost = Chunk.findFirst(Cause.defects(cause), isSqlError)
        return Option.isNone(lost) ? Effect.failCause(cause) : Effect.fail(Option.getOrElse(first, () => lost.value))
      })
    })
