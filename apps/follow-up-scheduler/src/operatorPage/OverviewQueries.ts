/** What the page asks of the record, each with as few rows as it shows. */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { FollowUp } from "../Plan/FollowUp.ts"
import { AuditEntry } from "../Ledger.ts"
import { Reason } from "../Decide/Reason.ts"

const Planned = Schema.parseJson(
  Schema.Struct({
    zones: Schema.optionalWith(Schema.Array(Schema.String), { default: () => [] }),
    country: Schema.optional(Schema.String)
  })
)

/** A follow-up beside what was decided about its chat, and what was known when it was planned. */
const Expected = Schema.extend(
  Schema.Struct(FollowUp.fields),
  Schema.Struct({ verdict: Schema.NullOr(Reason), planned: Schema.NullOr(Planned) })
)
export type Expected = typeof Expected.Type

const rows = <A, I>(schema: Schema.Schema<A, I>) => {
  const decode = Schema.decodeUnknown(Schema.Array(schema))
  return (query: Effect.Effect<ReadonlyArray<object>, SqlError>) => Effect.flatMap(query, (found) => Effect.orDie(decode(found)))
}
const expected = rows(Expected)

export const make = (sql: SqlClient.SqlClient) => ({
  /**
   * Planned and armed, the soonest first. Timers are never cancelled: what the latest look at its chat overruled, and what a
   * later plan for the chat has replaced, still waits in the ledger for its instant, and is not to come.
   */
  upcoming: (limit: number) =>
    expected(sql`
      SELECT f.*, v.reason AS verdict, a.detail AS planned FROM follow_ups f
      JOIN verdicts v ON v.chat_id = f.chat_id AND v.decision IN ('Act', 'Wait')
      LEFT JOIN audit a ON a.id = (SELECT max(id) FROM audit WHERE chat_id = f.chat_id AND key = f.key AND event = 'planned')
      WHERE f.status IN ('planned', 'armed') AND (f.status = 'armed' OR NOT EXISTS (
        SELECT 1 FROM audit b WHERE b.chat_id = f.chat_id AND b.event = 'planned' AND b.key <> f.key AND b.id > a.id))
      ORDER BY f.due_at LIMIT ${limit}`),
  /** Of unknown outcome, the oldest first. */
  unresolved: (limit: number) =>
    Effect.all({
      total: Effect.map(
        sql<{ total: number }>`SELECT CAST(count(*) AS INTEGER) AS total FROM follow_ups WHERE status = 'unknown'`,
        (found) => found[0]?.total ?? 0
      ),
      first: rows(FollowUp)(sql`SELECT * FROM follow_ups WHERE status = 'unknown' ORDER BY due_at LIMIT ${limit}`)
    }),
  /** What happened last, to any chat, the newest first. */
  recent: (limit: number) => rows(AuditEntry)(sql`SELECT * FROM audit ORDER BY id DESC LIMIT ${limit}`)
})
