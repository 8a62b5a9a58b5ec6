/**
 * Which chats were read by an update that changes nothing, because no list showed them. An update is a write: it is made once an
 * episode at most, and `explain` tells of it.
 */
import type { ChatId, MessageId } from "@effect-invent/domain/Ids"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

export interface UpdateReads {
  /**
   * Whether this chat may be read by an update, and puts on record that it is. `after`: the id of the contact's
   * last message, which marks the episode; null where the contact has written nothing.
   */
  readonly mayReadByUpdate: (chat_id: ChatId, after: MessageId | null) => Effect.Effect<boolean, SqlError>
}

const event = "read_by_update"

export const make = (sql: SqlClient): UpdateReads => ({
  mayReadByUpdate: (chat_id, after) =>
    Effect.gen(function* () {
      const now = yield* DateTime.now
      const detail = JSON.stringify({ after })
      const before = yield* sql<{ detail: string }>`SELECT detail FROM audit WHERE chat_id = ${chat_id} AND event = ${event}`
      if (before.some((row) => row.detail === detail)) return false
      yield* sql`INSERT INTO audit ${sql.insert({ at: now.epochMillis, chat_id, conversation_id: chat_id, key: null, event, detail })}`
      return true
    })
})
