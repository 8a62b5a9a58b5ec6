/** The ledger's tables. Instants are epoch milliseconds. */
import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"

export const create = (sql: SqlClient.SqlClient) =>
  Effect.all(
    [
      sql`CREATE TABLE IF NOT EXISTS follow_ups (
        key TEXT PRIMARY KEY,
        conversation_id TEXT NOT NULL,
        chat_id TEXT NOT NULL,
        policy TEXT NOT NULL,
        step INTEGER NOT NULL,
        anchor_id TEXT NOT NULL,
        status TEXT NOT NULL,
        due_at INTEGER NOT NULL,
        wake INTEGER NOT NULL,
        follow_up_at INTEGER,
        after_id TEXT,
        confirmed_at INTEGER,
        arms INTEGER NOT NULL,
        looks INTEGER NOT NULL,
        message_id TEXT,
        reason TEXT
      )`,
      sql`CREATE INDEX IF NOT EXISTS follow_ups_conversation ON follow_ups (conversation_id)`,
      sql`CREATE INDEX IF NOT EXISTS follow_ups_chat ON follow_ups (chat_id)`,
      sql`CREATE INDEX IF NOT EXISTS follow_ups_due ON follow_ups (due_at) WHERE status IN ('planned', 'armed')`,
      sql`CREATE INDEX IF NOT EXISTS follow_ups_unknown ON follow_ups (due_at) WHERE status = 'unknown'`,
      sql`CREATE TABLE IF NOT EXISTS verdicts (
        chat_id TEXT PRIMARY KEY,
        conversation_id TEXT NOT NULL,
        decision TEXT NOT NULL,
        reason TEXT,
        until INTEGER,
        decided_at INTEGER NOT NULL
      )`,
      sql`CREATE TABLE IF NOT EXISTS audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        chat_id TEXT NOT NULL,
        conversation_id TEXT NOT NULL,
        key TEXT,
        event TEXT NOT NULL,
        detail TEXT NOT NULL
      )`,
      sql`CREATE INDEX IF NOT EXISTS audit_chat ON audit (chat_id)`,
      sql`CREATE TABLE IF NOT EXISTS pauses (since INTEGER PRIMARY KEY, until INTEGER)`
    ],
    { discard: true }
  )
