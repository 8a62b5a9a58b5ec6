/**
 * What a contact was sent in all of their conversations, so that caps count by contact. Whose chat it is, is on record since it
 * was first looked at; after a merge it counts with both contacts.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { ChatSnapshot } from "../Decide/ChatSnapshot.ts"

export interface ContactSends {
  /** The chat, and when its contacts got, may have got, or are to get follow-ups in other conversations. */
  readonly recallSends: (chat: ChatSnapshot) => Effect.Effect<ChatSnapshot, SqlError>
}

export const make = (sql: SqlClient.SqlClient) => {
  const ofContacts = ({ chat_id, contact_ids }: ChatSnapshot) =>
    sql`(${sql.in("contact_id", ["", ...contact_ids])} OR contact_id = (SELECT contact_id FROM subjects WHERE chat_id = ${chat_id}))`

  const recallSends: ContactSends["recallSends"] = (chat) =>
    Effect.map(
      sql<{ at: number | string }>`SELECT follow_up_at AS at FROM follow_ups
        WHERE status IN ('armed', 'sent', 'unknown') AND follow_up_at IS NOT NULL AND conversation_id <> ${chat.conversation_id}
          AND chat_id IN (SELECT chat_id FROM subjects WHERE ${ofContacts(chat)})
        ORDER BY at`,
      (rows) => ({ ...chat, sentElsewhere: rows.map(({ at }) => DateTime.unsafeMake(Number(at))) })
    )

  /** Until the transaction ends, no other one arms a follow-up to the same contacts by way of this. */
  const lock = (chat: ChatSnapshot) =>
    sql.onDialectOrElse({
      pg: () => sql`SELECT chat_id FROM subjects WHERE ${ofContacts(chat)} ORDER BY chat_id FOR UPDATE`,
      // SQLite has one writer at a time, from its first change on.
      orElse: () => sql`UPDATE subjects SET contact_id = contact_id WHERE chat_id = ${chat.chat_id}`
    })

  /** Whether nothing was sent to the contacts elsewhere since the chat was decided about. Inside a transaction. */
  const isUnchanged = (chat: ChatSnapshot) =>
    Effect.zipRight(
      lock(chat),
      Effect.map(recallSends(chat), ({ sentElsewhere }) => {
        const before = new Set(chat.sentElsewhere.map(({ epochMillis }) => epochMillis))
        return sentElsewhere.length <= chat.sentElsewhere.length && sentElsewhere.every(({ epochMillis }) => before.has(epochMillis))
      })
    )

  return { recallSends, isUnchanged }
}
