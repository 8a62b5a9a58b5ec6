/**
 * Which chats were decided by their row alone, and for which contacts. Their messages may hold a stop word, so they are
 * listed before a step is taken for one of these contacts. The decisions of a chat are counted. A listing covers those
 * from before it began: a later decision may be by a row with later messages. It is the count that is compared and no
 * instants, because clocks differ and jump.
 */
import type { ChatId, ContactId } from "@effect-invent/domain/Ids"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { ChatSnapshot } from "../Decide/ChatSnapshot.ts"
import type * as ChatDecisions from "./ChatDecisions.ts"
import * as Transaction from "./Database/Transaction.ts"

/** How often a chat was decided by its row, and the contacts that these rows named. */
export interface ByRow {
  readonly decisions: number
  readonly contact_ids: ReadonlyArray<ContactId>
}

/** Chats by their rows, in the table `chats_by_row`: one row for each chat and contact. */
export interface ChatsByRow {
  /** Whether the chat, or its conversation, has a follow-up on record, whatever became of it. */
  readonly hasFollowUp: (chat: ChatSnapshot) => Effect.Effect<boolean, SqlError>
  /**
   * Records the decision about a chat by its row, as `decided` would, and that its messages were not listed for it. The
   * chat must name a contact.
   */
  readonly decidedByRow: (
    latest: ChatDecisions.LatestDecision,
    contact_ids: ReadonlyArray<ContactId>
  ) => Effect.Effect<void, SqlError>
  /** What is on record of a chat; 0 decisions where it was never decided by its row. */
  readonly byRow: (chat_id: ChatId) => Effect.Effect<ByRow, SqlError>
  /** Records that all messages were listed, after so many decisions by the row. */
  readonly readWhole: (chat_id: ChatId, decisions: number) => Effect.Effect<void, SqlError>
  /**
   * The other chats of the chat's contacts whose messages were not listed since they were decided by their row. The
   * contact that the ledger has for the chat counts, too: it may have been merged into another since.
   */
  readonly notReadWhole: (chat: ChatSnapshot) => Effect.Effect<ReadonlyArray<ChatId>, SqlError>
}

interface Row {
  readonly contact_id: ContactId
  readonly decisions: number
}

/** Over the tables `chats_by_row` and `follow_ups` of this database. `record` records a decision. */
export const make = (
  sql: SqlClient,
  record: (latest: ChatDecisions.LatestDecision) => Effect.Effect<void, SqlError>
): ChatsByRow => {
  const inTransaction = Transaction.within(sql)

  const byRow = (chat_id: string): Effect.Effect<ByRow, SqlError> =>
    Effect.map(sql<Row>`SELECT contact_id, decisions FROM chats_by_row WHERE chat_id = ${chat_id}`, (rows) => ({
      decisions: Math.max(0, ...rows.map(({ decisions }) => decisions)),
      contact_ids: rows.map(({ contact_id }) => contact_id)
    }))

  const count = (chat_id: string, contact_ids: ReadonlyArray<ContactId>) =>
    Effect.flatMap(byRow(chat_id), ({ decisions }) => {
      const rows = contact_ids.map((contact_id) => ({
        chat_id,
        contact_id,
        decisions: decisions + 1,
        read_whole: 0
      }))
      return sql`INSERT INTO chats_by_row ${sql.insert(rows)}
        ON CONFLICT (chat_id, contact_id) DO UPDATE SET decisions = excluded.decisions`
    })

  return {
    byRow,
    hasFollowUp: ({ chat_id, conversation_id }) =>
      Effect.map(
        sql`SELECT 1 FROM follow_ups WHERE chat_id = ${chat_id} OR conversation_id = ${conversation_id} LIMIT 1`,
        (rows) => rows.length > 0
      ),
    decidedByRow: (latest, contact_ids) =>
      inTransaction(Effect.zipRight(record(latest), count(latest.chat_id, contact_ids))),
    readWhole: (chat_id, decisions) =>
      Effect.asVoid(
        sql`UPDATE chats_by_row SET read_whole = ${decisions} WHERE chat_id = ${chat_id} AND read_whole < ${decisions}`
      ),
    notReadWhole: ({ chat_id, contact_ids }) =>
      Effect.map(
        sql<{ chat_id: ChatId }>`SELECT DISTINCT chat_id FROM chats_by_row
          WHERE read_whole < decisions AND chat_id <> ${chat_id} AND (${sql.in("contact_id", ["", ...contact_ids])}
            OR contact_id = (SELECT contact_id FROM subjects WHERE chat_id = ${chat_id}))
          ORDER BY chat_id`,
        (rows) => rows.map((row) => row.chat_id)
      )
  }
}
