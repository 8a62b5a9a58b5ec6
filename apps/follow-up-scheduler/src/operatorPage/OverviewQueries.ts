/** The queries of the page. Each reads as few rows as the page shows. */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { FollowUp } from "../Plan/FollowUp.ts"
import { AuditEntry } from "../Ledger/AuditEntries.ts"
import { Reason } from "../Decide/Reason.ts"

const Planned = Schema.parseJson(
  Schema.Struct({
    zones: Schema.optionalWith(Schema.Array(Schema.String), { default: () => [] }),
    country: Schema.optional(Schema.String)
  })
)

/**
 * A follow-up with the latest decision about its chat, and the zones and country that were known when it was planned.
 */
const Expected = Schema.extend(
  Schema.Struct(FollowUp.fields),
  Schema.Struct({ decision_reason: Schema.NullOr(Reason), planned: Schema.NullOr(Planned) })
)
/**
 * A follow-up with the reason of the latest decision about its chat, and the details of its plan. Null where none are
 * on record.
 */
export type Expected = typeof Expected.Type

const rows = <A, I>(schema: Schema.Schema<A, I>) => {
  const decode = Schema.decodeUnknown(Schema.Array(schema))
  return (query: Effect.Effect<ReadonlyArray<object>, SqlError>) =>
    Effect.flatMap(query, (found) => Effect.orDie(decode(found)))
}
const expected = rows(Expected)

/** The queries over this database. They fail with `SqlError`; a row that cannot be decoded is a defect. */
export const make = (sql: SqlClient.SqlClient) => ({
  /**
   * Planned and armed follow-ups, the soonest first. Left out are plans that the latest decision about the chat has
   * overruled, or a later plan has replaced: timers are never cancelled, so these wait in the ledger until their
   * instant.
   */
  upcoming: (limit: number) =>
    expected(sql`
      SELECT f.*, d.reason AS decision_reason, a.detail AS planned FROM follow_ups f
      JOIN chat_decisions d ON d.chat_id = f.chat_id AND d.decision IN ('Act', 'Wait')
      LEFT JOIN audit a ON a.id =
        (SELECT max(id) FROM audit WHERE chat_id = f.chat_id AND key = f.key AND event = 'planned')
      WHERE f.status IN ('planned', 'armed') AND (f.status = 'armed' OR NOT EXISTS (
        SELECT 1 FROM audit b WHERE b.chat_id = f.chat_id AND b.event = 'planned' AND b.key <> f.key AND b.id > a.id))
      ORDER BY f.due_at LIMIT ${limit}`),
  /** The number of follow-ups of unknown outcome, and the first of them, the oldest first. */
  unresolved: (limit: number) =>
    Effect.all({
      total: Effect.map(
        sql<{ total: number }>`SELECT CAST(count(*) AS INTEGER) AS total FROM follow_ups WHERE status = 'unknown'`,
        (found) => found[0]?.total ?? 0
      ),
      first: rows(FollowUp)(sql`SELECT * FROM follow_ups WHERE status = 'unknown' ORDER BY due_at LIMIT ${limit}`)
    }),
  /** Those of these chats whose organization is on record, each with it. */
  orgsOf: (chat_ids: ReadonlyArray<string>) =>
    chat_ids.length === 0
      ? Effect.succeed([])
      : Effect.map(
          sql<{ chat_id: string; org_id: string }>`SELECT chat_id, org_id FROM chat_decisions
            WHERE org_id IS NOT NULL AND ${sql.in("chat_id", chat_ids)} ORDER BY chat_id`,
          (found) => found.map(({ chat_id, org_id }) => [chat_id, org_id] as const)
        ),
  /** The latest audit entries of all chats, the newest first. */
  recent: (limit: number) => rows(AuditEntry)(sql`SELECT * FROM audit ORDER BY id DESC LIMIT ${limit}`)
})
