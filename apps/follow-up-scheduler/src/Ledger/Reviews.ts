/**
 * Which state of a chat was reviewed. The watch counts how often it has named each chat, in the table `seen`. A review
 * counts for the namings from before it began: one that began earlier may have read the chat before it changed. It is
 * the count that is compared and no instants, because another process can record its review late, or by another clock.
 */
import type { ChatId } from "@effect-invent/domain/Ids"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"

/** The part of the ledger that knows which namings of a chat were followed by a review. */
export interface Reviews {
  /**
   * Runs a review of a chat, which reads the chat and records the outcome. Records that it has ended, also with an
   * error of the service, for the namings from before it began. A review that is interrupted, or that the database
   * fails, does not count.
   */
  readonly reviewing: <A, E, R>(chat_id: ChatId, review: Effect.Effect<A, E, R>) => Effect.Effect<A, E | SqlError, R>
}

/** Over the table `seen` of this database. */
export const make = (sql: SqlClient): Reviews => {
  const namings = (chat_id: ChatId) =>
    Effect.map(
      sql<{ namings: number }>`SELECT namings FROM seen WHERE chat_id = ${chat_id}`,
      (rows) => rows[0]?.namings ?? 0
    )
  return {
    reviewing: (chat_id, review) =>
      Effect.flatMap(namings(chat_id), (before) => {
        const record = Effect.asVoid(
          sql`UPDATE seen SET reviewed = ${before} WHERE chat_id = ${chat_id} AND reviewed < ${before}`
        )
        return Effect.tapBoth(review, {
          onSuccess: () => record,
          onFailure: (error) => (Predicate.isTagged(error, "SqlError") ? Effect.void : record)
        })
      })
  }
}
