/**
 * How long the audit is kept. Follow-ups and latest decisions stay, so that nothing is sent twice however old; so does the
 * story of what is still open.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as EmptyLog from "../Ledger/Database/EmptyLog.ts"
import { Erasure } from "./Erasure.ts"
import * as Timer from "../Timer.ts"

/** Forgets lines of the audit that are older than this. */
export const prune = Effect.fn("Retention.prune")(function* (keep: Duration.Duration) {
  const sql = yield* SqlClient.SqlClient
  const before = DateTime.subtractDuration(yield* DateTime.now, keep)
  const gone = yield* sql<{ id: number }>`DELETE FROM audit WHERE at < ${before.epochMillis}
    AND (key IS NULL OR key NOT IN (SELECT key FROM follow_ups WHERE status IN ('planned', 'armed'))) RETURNING id`
  return gone.length
})

/** Prunes, deletes spent timers and finishes erasures, now and every hour. */
export const keeping = (keep: Duration.Duration) =>
  Effect.gen(function* () {
    const erasure = yield* Erasure
    const tidy = Effect.gen(function* () {
      const pruned = yield* prune(keep)
      yield* Timer.forgetSpent
      const { chats } = yield* erasure.finish
      yield* Effect.flatMap(SqlClient.SqlClient, EmptyLog.make)
      if (pruned + chats > 0) yield* Effect.logInfo(`forgot ${pruned} lines of the audit, and the names of ${chats} erased chats`)
    })
    const outlasting = Effect.catchAll(tidy, (error) => Effect.logWarning(`nothing was forgotten: ${error.message}`))
    return yield* Effect.repeat(outlasting, Schedule.spaced("1 hour"))
  })
