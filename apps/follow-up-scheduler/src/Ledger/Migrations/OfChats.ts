/** Migrations of what is on record of a chat beside its decision: its organization, and how it was read. */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"

/** The organization of a chat; null where it is not known. */
export const chatOrgs = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE chat_decisions ADD COLUMN org_id TEXT`
  yield* sql`CREATE INDEX chat_decisions_org ON chat_decisions (org_id, chat_id) WHERE org_id IS NOT NULL`
})

/** Chats that were decided by their row, and how many of these decisions a reading of all messages covers. */
export const chatsByRow = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE IF NOT EXISTS chats_by_row (
    chat_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    decisions INTEGER NOT NULL,
    read_whole INTEGER NOT NULL,
    PRIMARY KEY (chat_id, contact_id)
  )`
  yield* sql`CREATE INDEX IF NOT EXISTS chats_by_row_not_read ON chats_by_row (contact_id) WHERE read_whole < decisions`
})
