/**
 * Which chats were read by an update that changes nothing, because no list showed them. Such an update is a write, so
 * it is made once per episode at most; `explain` shows it (decision 0015).
 */
import type { ChatId, MessageId } from "@effect-invent/domain/Ids"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as AuditEvent from "./AuditEvent.ts"

/** The part of the ledger that limits reads by update. */
export interface UpdateReads {
  /**
   * Whether this chat may be read by an update; records that it is. `after`: the id of the contact's last message,
   * which marks the episode; null where the contact has written nothing.
   */
  readonly mayReadByUpdate: (chat_id: ChatId, after: MessageId | null) => Effect.Effect<boolean, SqlError>
}

/** Kept as audit entries `read_by_update`, so it lasts as long as the audit: 400 days unless `--keep` is given. */
export const make = (sql: SqlClient): UpdateReads => ({
  mayReadByUpdate: (chat_id, after) =>
    Effect.gen(function* () {
      const now = yield* DateTime.now
      const { detail, event } = AuditEvent.encode({ name: "read_by_update", detail: { after } })
      const before = yield* sql<{
        detail: string
      }>`SELECT detail FROM audit WHERE chat_id = ${chat_id} AND event = ${event}`
      if (before.some((row) => row.detail === detail)) return false
      yield* sql`INSERT INTO audit
        ${sql.insert({ at: now.epochMillis, chat_id, conversation_id: chat_id, key: null, event, detail })}`
      return true
    })
})
