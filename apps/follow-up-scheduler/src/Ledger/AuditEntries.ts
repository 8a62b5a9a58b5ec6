/** The audit as it is on record, for reading. */
import type { ChatId } from "@effect-invent/domain/Ids"
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as AuditEvent from "./AuditEvent.ts"
import { decodeRows } from "./Rows.ts"

/**
 * One entry of the audit, as it is on record. `AuditEvent` reads it. The ids of chat and conversation are
 * `AuditEvent.ofAllChats` where it is about all chats.
 */
export class AuditEntry extends Schema.Class<AuditEntry>("AuditEntry")({
  at: Schema.DateTimeUtcFromNumber,
  chat_id: Schema.String,
  conversation_id: Schema.String,
  key: Schema.NullOr(Schema.String),
  event: Schema.String,
  detail: Schema.parseJson(OpenRecord.Json)
}) {}

/** The part of the ledger that reads the audit. */
export interface AuditEntries {
  /** All audit entries of a chat, the oldest first. */
  readonly story: (chat_id: ChatId) => Effect.Effect<ReadonlyArray<AuditEntry>, SqlError>
  /**
   * When the latest audit entry was written that tells what the scheduler found or did; none where there is none. What
   * an operator does shows nothing of the chats.
   */
  readonly lastRecordedAt: Effect.Effect<Option.Option<DateTime.Utc>, SqlError>
}

/** Over the table `audit` of this database. */
export const make = (sql: SqlClient): AuditEntries => ({
  story: (chat_id) => decodeRows(AuditEntry)(sql`SELECT * FROM audit WHERE chat_id = ${chat_id} ORDER BY id`),
  lastRecordedAt: Effect.map(
    sql<{ at: number | string }>`
      SELECT at FROM audit WHERE NOT ${sql.in("event", AuditEvent.ofOperators)} ORDER BY id DESC LIMIT 1`,
    ([last]) => Option.map(Option.fromNullable(last), ({ at }) => DateTime.unsafeMake(Number(at)))
  )
})
