/** Records for many contacts at once that they want no follow-ups: a list from another program. */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as AuditWriter from "./AuditWriter.ts"
import * as Operator from "./Operator.ts"

/** Records the opt-out as the decision about each chat of these contacts that a step was planned or due in. */
export const decided = (sql: SqlClient.SqlClient, contact_ids: ReadonlyArray<string>) =>
  sql`UPDATE chat_decisions SET decision = 'Stop', reason = 'opted_out', until = NULL
    WHERE decision IN ('Act', 'Wait')
      AND chat_id IN (SELECT chat_id FROM subjects WHERE ${sql.in("contact_id", contact_ids)})`

/** Records in the audit of each chat of these contacts that an operator opted them out, or in again. */
export const inAudit = (
  sql: SqlClient.SqlClient,
  audit: AuditWriter.AuditWriter,
  contact_ids: ReadonlyArray<string>,
  name: "opted_out" | "opted_in"
) =>
  Effect.gen(function* () {
    const chats = yield* sql<AuditWriter.Subject>`SELECT chat_id, conversation_id FROM subjects
      WHERE ${sql.in("contact_id", contact_ids)} ORDER BY chat_id`
    const event = { name, detail: yield* Operator.by }
    yield* Effect.forEach(chats, (chat) => audit(chat, event), { discard: true })
  })

/**
 * Records, as an operator, that these contacts want no follow-ups as of now, also in the audit of their chats, and
 * gives how many of them had not opted out before. An opt-out on record stays as it is. Each id may be given once. At
 * most 1,000 ids, for one statement.
 */
export const record = (contact_ids: ReadonlyArray<string>): Effect.Effect<number, SqlError, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    if (contact_ids.length === 0) return 0
    const sql = yield* SqlClient.SqlClient
    const { epochMillis } = yield* DateTime.now
    const rows = contact_ids.map((contact_id) => ({
      contact_id,
      is_withdrawn: 1,
      at: epochMillis,
      said_by: "operator"
    }))
    // A wish that is dated ahead by another clock keeps its instant: at the same instant the opt-out counts.
    const changed = yield* sql<{ contact_id: string }>`INSERT INTO consents ${sql.insert(rows)}
      ON CONFLICT (contact_id) DO UPDATE SET is_withdrawn = 1, said_by = excluded.said_by,
        at = CASE WHEN consents.at > excluded.at THEN consents.at ELSE excluded.at END
      WHERE consents.is_withdrawn = 0 RETURNING contact_id`
    const added = changed.map(({ contact_id }) => contact_id)
    if (added.length > 0) yield* inAudit(sql, AuditWriter.make(sql), added, "opted_out")
    yield* decided(sql, contact_ids)
    return changed.length
  })
