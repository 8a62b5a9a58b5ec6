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
 * Where the connection is lost, or SQLite has rolled back by itself for want of space, even the roll-back fails: the driver
 * takes that for a defect, and keeps nothing of the failure before it.
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
