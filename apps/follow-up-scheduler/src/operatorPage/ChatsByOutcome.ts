/** The chats with one outcome, a page at a time. */
import { ChatId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Api from "./Api.ts"

/**
 * How many rows of the table of decisions one request reads at most. They are read in the order of the index, so a
 * request costs the same however many chats there are.
 */
export const pageSize = 200

const Row = Schema.Struct({
  chat_id: ChatId,
  contact_id: Schema.NullOr(Schema.String),
  decided_at: Schema.DateTimeUtcFromNumber,
  sent: Schema.Number
})
const decode = Schema.decodeUnknown(Schema.Array(Row))

/** The statement that reads a page. */
export const statement = (sql: SqlClient.SqlClient, { after = "", decision, reason }: Api.ChatsOf) => {
  const ofReason = reason === undefined ? sql`d.reason IS NULL` : sql`d.reason = ${reason}`
  return sql`SELECT d.chat_id, d.decided_at, s.contact_id,
      (SELECT CAST(count(*) AS INTEGER) FROM follow_ups f WHERE f.chat_id = d.chat_id AND f.status = 'sent') AS sent
    FROM chat_decisions d LEFT JOIN subjects s ON s.chat_id = d.chat_id
    WHERE d.decision = ${decision} AND ${ofReason} AND d.chat_id > ${after}
    ORDER BY d.chat_id LIMIT ${pageSize}`
}

/**
 * The chats after `after` with this latest decision, reason and number of messages sent, in the order of their ids, at
 * most {@link pageSize}. There may be fewer, or none, although `next` says that there are more to read. Fails with
 * `SqlError`.
 */
export const read = Effect.fn("ChatsByOutcome.read")(function* (of: Api.ChatsOf) {
  const sql = yield* SqlClient.SqlClient
  // A row this program wrote and cannot read is a defect of this program.
  const rows = yield* Effect.flatMap(statement(sql, of), (found) => Effect.orDie(decode(found)))
  return {
    chats: rows.filter(({ sent }) => sent === of.sent),
    next: rows.length < pageSize ? null : (rows.at(-1)?.chat_id ?? null)
  } satisfies Api.Chats
})
