/**
 * What was sent to a contact in all of their conversations, so that caps count by contact. The ledger has the contact
 * of each chat since its first read. After a merge a chat counts with both contacts.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { ChatSnapshot } from "../Decide/ChatSnapshot.ts"

/** The part of the ledger that counts sends by contact. */
export interface ContactSends {
  /**
   * Adds to the chat when its contacts were sent follow-ups in other conversations, those of unknown outcome and armed
   * ones included.
   */
  readonly recallSends: (chat: ChatSnapshot) => Effect.Effect<ChatSnapshot, SqlError>
}

/** `isUnchanged` has to be called inside the transaction that arms: it locks the contact's chats first. */
export const make = (sql: SqlClient.SqlClient) => {
  const ofContacts = ({ chat_id, contact_ids }: ChatSnapshot) =>
    sql`(${sql.in("contact_id", ["", ...contact_ids])}
      OR contact_id = (SELECT contact_id FROM subjects WHERE chat_id = ${chat_id}))`

  const recallSends: ContactSends["recallSends"] = (chat) =>
    Effect.map(
      sql<{ at: number | string }>`SELECT follow_up_at AS at FROM follow_ups
        WHERE status IN ('armed', 'sent', 'unknown') AND writes = 1 AND follow_up_at IS NOT NULL
          AND conversation_id <> ${chat.conversation_id}
          AND chat_id IN (SELECT chat_id FROM subjects WHERE ${ofContacts(chat)})
        ORDER BY at`,
      (rows) => ({ ...chat, sentElsewhere: rows.map(({ at }) => DateTime.unsafeMake(Number(at))) })
    )

  /** Keeps other transactions from arming a follow-up to the same contacts until this one ends. */
  const lock = (chat: ChatSnapshot) =>
    sql.onDialectOrElse({
      pg: () => sql`SELECT chat_id FROM subjects WHERE ${ofContacts(chat)} ORDER BY chat_id FOR UPDATE`,
      // SQLite has one writer at a time, from its first change on.
      orElse: () => sql`UPDATE subjects SET contact_id = contact_id WHERE chat_id = ${chat.chat_id}`
    })

  /** Whether nothing was sent to the contacts in other conversations since the chat was decided about. */
  const isUnchanged = (chat: ChatSnapshot) =>
    Effect.zipRight(
      lock(chat),
      Effect.map(recallSends(chat), ({ sentElsewhere }) => {
        const before = new Set(chat.sentElsewhere.map(({ epochMillis }) => epochMillis))
        return (
          sentElsewhere.length <= chat.sentElsewhere.length &&
          sentElsewhere.every(({ epochMillis }) => before.has(epochMillis))
        )
      })
    )

  return { recallSends, isUnchanged }
}
