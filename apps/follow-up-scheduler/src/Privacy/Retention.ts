/**
 * Deletes old audit entries. Follow-ups and latest decisions stay, so that nothing is sent twice, however old; so do
 * the entries of follow-ups that have not ended.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { reasonOf } from "../Ledger/Database/DatabaseUnusable.ts"
import * as EmptyLog from "../Ledger/Database/EmptyLog.ts"
import { Erasure } from "./Erasure.ts"
import * as StoredTimers from "../Ledger/StoredTimers.ts"
import * as CountText from "../Policy/CountText.ts"

/** Deletes audit entries that are older than this; gives their number. */
export const prune = Effect.fn("Retention.prune")(function* (keep: Duration.Duration) {
  const sql = yield* SqlClient.SqlClient
  const before = DateTime.subtractDuration(yield* DateTime.now, keep)
  const gone = yield* sql<{ id: number }>`DELETE FROM audit WHERE at < ${before.epochMillis}
    AND (key IS NULL OR key NOT IN (SELECT key FROM follow_ups WHERE status IN ('planned', 'armed'))) RETURNING id`
  return gone.length
})

/**
 * Deletes old audit entries and spent timers, and finishes erasures: now and every hour, until it is interrupted. A
 * failure is logged.
 */
export const keeping = (keep: Duration.Duration) =>
  Effect.gen(function* () {
    const erasure = yield* Erasure
    const tidy = Effect.gen(function* () {
      const pruned = yield* prune(keep)
      yield* StoredTimers.forgetSpent
      const { chats } = yield* erasure.finish
      yield* Effect.flatMap(SqlClient.SqlClient, EmptyLog.make)
      if (pruned + chats > 0)
        yield* Effect.logInfo(
          `removed ${CountText.count(pruned, "audit entry", "audit entries")}, and replaced the ids of ` +
            CountText.count(chats, "erased chat")
        )
    })
    const retried = Effect.catchAll(tidy, (error) => Effect.logWarning(`nothing was forgotten: ${reasonOf(error)}`))
    return yield* Effect.repeat(retried, Schedule.spaced("1 hour"))
  })
