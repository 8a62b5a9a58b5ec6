/** Writes entries of the audit, each in the transaction of the change that it is about. */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as AuditEvent from "./AuditEvent.ts"

/** What an entry is about: a chat, and where it is about a follow-up, its key and policy. */
export interface Subject {
  readonly chat_id: string
  readonly conversation_id: string
  readonly key?: string
  readonly policy?: string
}

/** Adds an entry as of now. */
export type AuditWriter = (subject: Subject, event: AuditEvent.AuditEvent) => Effect.Effect<unknown, SqlError>

/** The subject of an entry that is about all chats, such as a pause. */
export const allChats: Subject = { chat_id: AuditEvent.ofAllChats, conversation_id: AuditEvent.ofAllChats }

/** Over the table `audit` of this database. */
export const make =
  (sql: SqlClient.SqlClient): AuditWriter =>
  ({ chat_id, conversation_id, key, policy }, event) =>
    Effect.flatMap(
      DateTime.now,
      ({ epochMillis }) =>
        sql`INSERT INTO audit ${sql.insert({
          at: epochMillis,
          chat_id,
          conversation_id,
          key: key ?? null,
          ...AuditEvent.encode(event, policy)
        })}`
    )
