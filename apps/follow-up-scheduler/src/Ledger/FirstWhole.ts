/**
 * When the last message of a chat was whole for the first time. The service dates a message when it begins to exist,
 * and moves `updated_at` at its end, for every correction and for every receipt. So a message that was seen running is
 * dated by the first read that shows it whole, and a message without a date by the first read that shows it.
 */
import type { ChatId, MessageId } from "@effect-invent/domain/Ids"
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { ChatSnapshot, Message } from "../Decide/ChatSnapshot.ts"

/** The instant at which the silence after the last message begins, in the table `last_messages`: one row per chat. */
export interface FirstWhole {
  /** Adds to the chat when its last message was first whole, and records what this read shows. */
  readonly rememberWhole: (chat: ChatSnapshot) => Effect.Effect<ChatSnapshot, SqlError>
  /** Adds the same; records nothing. */
  readonly recallWhole: (chat: ChatSnapshot) => Effect.Effect<ChatSnapshot, SqlError>
}

interface Row {
  /** Null while the message was only seen running. */
  readonly whole_at: number | null
}

/**
 * Whether the record can be more exact than the service's dates: the message has no date, or was changed after it was
 * created.
 */
const isUnsure = ({ at, author, changed_at, isDated }: Message): boolean =>
  author !== "contact" && (!isDated || changed_at === undefined || DateTime.greaterThan(changed_at, at))

/** The date of a message that is first seen whole now: its last change, or now where it has no date. */
const endOf = ({ at, changed_at, isDated }: Message, now: DateTime.Utc): DateTime.Utc =>
  isDated ? DateTime.max(at, changed_at ?? now) : now

const withWhole = (chat: ChatSnapshot, whole_at: DateTime.Utc | undefined): ChatSnapshot =>
  whole_at === undefined
    ? chat
    : {
        ...chat,
        messages: chat.messages.map((message, index) =>
          index === chat.messages.length - 1 ? { ...message, whole_at } : message
        )
      }

/** Over the table `last_messages` of this database. */
export const make = (sql: SqlClient.SqlClient): FirstWhole => {
  const find = (chat_id: ChatId, message_id: MessageId) =>
    Effect.map(
      sql<Row>`SELECT whole_at FROM last_messages WHERE chat_id = ${chat_id} AND message_id = ${message_id}`,
      (rows) => rows[0]
    )

  const keep = (chat_id: ChatId, message_id: MessageId, whole_at: number | null) =>
    sql`INSERT INTO last_messages ${sql.insert({ chat_id, message_id, whole_at })}
      ON CONFLICT (chat_id) DO UPDATE SET message_id = excluded.message_id, whole_at = excluded.whole_at`

  const known = Effect.fnUntraced(function* (chat_id: ChatId, last: Message) {
    const row = yield* find(chat_id, last.id)
    if (row === undefined && last.isDated) return { whole_at: last.whole_at, isNew: false }
    if (row !== undefined && row.whole_at !== null) return { whole_at: DateTime.unsafeMake(row.whole_at), isNew: false }
    return { whole_at: endOf(last, yield* DateTime.now), isNew: true }
  })

  const rememberWhole: FirstWhole["rememberWhole"] = Effect.fnUntraced(function* (chat) {
    const last = chat.messages.at(-1)
    if (last === undefined || chat.isErased) return chat
    if (last.isRunning) return yield* Effect.as(keep(chat.chat_id, last.id, null), chat)
    if (!isUnsure(last)) return chat
    const { isNew, whole_at } = yield* known(chat.chat_id, last)
    if (isNew && whole_at !== undefined) yield* keep(chat.chat_id, last.id, whole_at.epochMillis)
    return withWhole(chat, whole_at)
  })

  const recallWhole: FirstWhole["recallWhole"] = (chat) => {
    const last = chat.messages.at(-1)
    if (last === undefined || last.isRunning || !isUnsure(last)) return Effect.succeed(chat)
    return Effect.map(known(chat.chat_id, last), ({ whole_at }) => withWhole(chat, whole_at))
  }

  return { rememberWhole, recallWhole }
}
