/** Migrations of what only the operator page reads. */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { columnTypes } from "./ColumnTypes.ts"

/**
 * Finds follow-ups by when they were or will be sent, or are due; and chats by their decision with its reason, and by
 * how their id or their contact's begins. Those are compared by their bytes, which SQLite does anyway.
 */
export const searches = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const bytes = sql.literal(sql.onDialectOrElse({ pg: () => 'COLLATE "C"', orElse: () => "COLLATE BINARY" }))
  yield* sql`CREATE INDEX follow_ups_at ON follow_ups ((COALESCE(follow_up_at, due_at)), key)`
  yield* sql`DROP INDEX chat_decisions_reason`
  yield* sql`CREATE INDEX chat_decisions_outcome
    ON chat_decisions ((decision || ' ' || COALESCE(reason, '')), chat_id)`
  yield* sql`CREATE INDEX subjects_by_contact ON subjects (contact_id ${bytes}, chat_id)`
  yield* sql.onDialectOrElse({
    pg: () => sql`CREATE INDEX chat_decisions_by_chat ON chat_decisions (chat_id ${bytes})`,
    orElse: () => Effect.void
  })
})

/** By process: how much of the quota it uses. */
export const quotaShares = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE IF NOT EXISTS quota_shares (
    process TEXT PRIMARY KEY,
    used INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    queued INTEGER NOT NULL,
    at ${columnTypes(sql).instant} NOT NULL
  )`
})
