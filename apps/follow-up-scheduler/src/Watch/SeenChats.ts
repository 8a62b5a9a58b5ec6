/**
 * Which state of each chat of the inbox was read already: the server's `updated_at` and the last message, since the
 * date may be a whole second in which more than one thing happens. It is kept in the ledger's database, so that a
 * restart reads no unchanged chat again. A state counts as seen once a review by the policies in force has ended that
 * began after the chat was named, and need not be repeated. What the service dates by an update of ours counts as seen,
 * too.
 */
import type { Chat } from "@effect-invent/domain/Chat"
import type { ChatId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Erasure } from "../Privacy/Erasure.ts"
import * as Policies from "../Policies.ts"

/** Finds the chats with news, by the table `seen`. */
export interface Seen {
  /**
   * Those of these chats that are to be read, and records that they were named. A chat without a date, or whose last
   * read came to nothing, is named only where `isThorough`. Our own messages are no news, nor is a chat with an armed
   * follow-up, which is read for that anyway.
   */
  readonly changed: (chats: ReadonlyArray<Chat>, isThorough: boolean) => Effect.Effect<ReadonlyArray<Chat>, SqlError>
  /**
   * The chats that are to be read again although nothing happened in them, and records that they were named: those
   * whose last read came to nothing, and those whose review has not ended for so long after they were named.
   */
  readonly unsettled: (after: Duration.Duration) => Effect.Effect<ReadonlyArray<ChatId>, SqlError>
}

const writtenAt = ({ last_message }: Chat) =>
  Math.max(last_message?.created_at?.epochMillis ?? 0, last_message?.updated_at?.epochMillis ?? 0)

/** When the chat last changed, in epoch milliseconds; 0 without any date. */
const updatedAt = (chat: Chat) => Math.max(chat.updated_at?.epochMillis ?? 0, writtenAt(chat))

/** The last message, and how far it is. */
const lastOf = ({ last_message }: Chat) => JSON.stringify([last_message?.id ?? null, last_message?.status ?? null])

/** A chat's date that is at most this much later than its last message belongs to that message. */
const withMessageMillis = 5000

/** Reasons of decisions that another read may change although nothing happened in the chat. */
const retryable = ["unreachable", "no_opening", "not_ours"]
/** As {@link retryable}, of a chat that a list shows: one that is gone for good is shown by none. */
const retryableIfListed = [...retryable, "chat_gone"]

/** How many chats one statement names. */
const namedAtOnce = 500

interface Row {
  readonly chat_id: string
  readonly updated_at: number
  /** Null in a row from before it was recorded. */
  readonly last_message: string | null
  readonly isRetryable: number
}

/**
 * Marks the chat that an update of ours was answered with as seen. A chat that was not seen before, or that has another
 * last message, stays news.
 */
export const makeCountAsSeen = Effect.map(
  SqlClient.SqlClient,
  (sql) => (chat: Chat) =>
    sql`UPDATE seen SET updated_at = ${updatedAt(chat)}
    WHERE chat_id = ${chat.id} AND updated_at < ${updatedAt(chat)}
      AND (last_message IS NULL OR last_message = ${lastOf(chat)})`
)

/** News as the policies in force see it: after a change of one, or of their order, every chat is news once. */
export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const { current } = yield* Policies.Policies
  const erasure = yield* Erasure

  const seen = (ids: ReadonlyArray<string>, policies: string) =>
    Effect.map(
      sql<Row>`SELECT s.chat_id, s.updated_at, s.last_message,
          CASE WHEN d.reason IS NOT NULL AND ${sql.in("d.reason", retryableIfListed)} THEN 1 ELSE 0 END AS "isRetryable"
        FROM seen s JOIN chat_decisions d ON d.chat_id = s.chat_id
        WHERE ${sql.in("s.chat_id", ids)} AND s.policy = ${policies} AND s.reviewed = s.namings`,
      (rows) => new Map(rows.map((row) => [row.chat_id, row]))
    )

  /**
   * Chats with an armed follow-up, and the messages of follow-ups that were sent. The message of one that an operator
   * took as delivered is unknown, so no change of its chat counts as ours.
   */
  const ours = (ids: ReadonlyArray<string>) =>
    Effect.map(
      sql<{
        chat_id: string
        status: string
        message_id: string | null
      }>`SELECT chat_id, status, message_id FROM follow_ups
        WHERE ${sql.in("chat_id", ids)} AND (status = 'armed' OR (status = 'sent' AND message_id IS NOT NULL))`,
      (rows) => ({
        armed: new Set(rows.flatMap(({ chat_id, status }) => (status === "armed" ? [chat_id] : []))),
        messages: new Set(rows.map(({ chat_id, message_id }) => `${chat_id} ${message_id}`))
      })
    )

  const remember = (chats: ReadonlyArray<Chat>, policies: string) =>
    Effect.flatMap(
      DateTime.now,
      ({ epochMillis }) =>
        sql`INSERT INTO seen ${sql.insert(
          chats.map((chat) => ({
            chat_id: chat.id,
            updated_at: updatedAt(chat),
            last_message: lastOf(chat),
            policy: policies,
            named_at: epochMillis
          }))
        )} ON CONFLICT (chat_id) DO UPDATE SET updated_at = excluded.updated_at, last_message = excluded.last_message,
        policy = excluded.policy, named_at = excluded.named_at, namings = seen.namings + 1`
    )

  return {
    changed: Effect.fn("SeenChats.changed")(function* (chats, isThorough) {
      if (chats.length === 0) return []
      const ids = chats.map(({ id }) => id)
      const erased = yield* erasure.among(ids)
      const policies = Policies.keyOf(yield* current)
      const before = yield* seen(ids, policies)
      const own = yield* ours(ids)
      const isOurs = (chat: Chat) =>
        own.armed.has(chat.id) ||
        (own.messages.has(`${chat.id} ${chat.last_message?.id}`) &&
          updatedAt(chat) - writtenAt(chat) <= withMessageMillis)
      const isNews = (chat: Chat) => {
        if (erased.has(chat.id)) return false
        const row = before.get(chat.id)
        if (row === undefined) return true
        // Also where our own message came since: the read that failed may have been the one after it.
        if (isThorough && (row.isRetryable === 1 || updatedAt(chat) === 0)) return true
        const hasOtherLast = row.last_message !== null && row.last_message !== lastOf(chat)
        const isNewer = row.updated_at < updatedAt(chat) || (row.updated_at === updatedAt(chat) && hasOtherLast)
        return isNewer && !isOurs(chat)
      }
      const found = chats.filter(isNews)
      if (found.length > 0) yield* remember(found, policies)
      return found
    }),
    unsettled: Effect.fn("SeenChats.unsettled")(function* (after) {
      const { epochMillis: now } = yield* DateTime.now
      const rows = yield* sql<{ chat_id: ChatId }>`SELECT s.chat_id
        FROM seen s LEFT JOIN chat_decisions d ON d.chat_id = s.chat_id
        WHERE (s.reviewed = s.namings AND ${sql.in("d.reason", retryable)})
          OR (s.reviewed < s.namings AND s.named_at <= ${now - Duration.toMillis(after)})`
      const name = Effect.fnUntraced(function* (ids: Arr.NonEmptyReadonlyArray<ChatId>) {
        yield* sql`UPDATE seen SET namings = namings + 1, named_at = ${now} WHERE ${sql.in("chat_id", ids)}`
        const erased = yield* erasure.among(ids)
        return ids.filter((id) => !erased.has(id))
      })
      const ids = rows.map(({ chat_id }) => chat_id)
      return Arr.flatten(yield* Effect.forEach(Arr.chunksOf(ids, namedAtOnce), name))
    })
  } satisfies Seen
})
