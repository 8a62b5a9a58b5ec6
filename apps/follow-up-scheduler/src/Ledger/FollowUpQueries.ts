/** Which follow-ups the ledger holds: of a conversation, by status and by the instant at which they are due. */
import type { ChatId, ContactId, ConversationId } from "@effect-invent/domain/Ids"
import type { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type * as Statement from "@effect/sql/Statement"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { PastFollowUp } from "../Decide/Episode.ts"
import type { Reason } from "../Decide/Reason.ts"
import type { FollowUp } from "../Plan/FollowUp.ts"
import type { FollowUpKey } from "../Plan.ts"
import { followUps } from "./Rows.ts"

/** A follow-up, and the contact of its chat; undefined where that is not on record. */
export interface ArmedOf {
  readonly followUp: FollowUp
  readonly contact_id: ContactId | undefined
}

/** The part of the ledger that reads follow-ups and changes none. */
export interface FollowUpQueries {
  /** Whether the row is still as it was read. */
  readonly isCurrent: (followUp: FollowUp) => Effect.Effect<boolean, SqlError>
  /** The row of a key; none where there is none. */
  readonly find: (key: FollowUpKey) => Effect.Effect<Option.Option<FollowUp>, SqlError>
  /**
   * The conversation's follow-ups that count as steps taken: armed, sent, done, of unknown outcome, and those that
   * ended without a message after they were armed.
   */
  readonly taken: (conversation_id: ConversationId) => Effect.Effect<ReadonlyArray<PastFollowUp>, SqlError>
  /** The conversation's planned follow-ups, the soonest first. */
  readonly waiting: (conversation_id: ConversationId) => Effect.Effect<ReadonlyArray<FollowUp>, SqlError>
  /** The conversation's armed follow-ups: one at most, by a unique index. */
  readonly armed: (conversation_id: ConversationId) => Effect.Effect<ReadonlyArray<FollowUp>, SqlError>
  /** Follow-ups that are armed for an instant after this one, each with the contact of its chat. */
  readonly armedAfter: (instant: DateTime.Utc) => Effect.Effect<ReadonlyArray<ArmedOf>, SqlError>
  /**
   * Follow-ups that are armed for an instant after this one and must not come: all where an operator has paused, else
   * those whose contact has opted out or was erased.
   */
  readonly toTakeBack: (instant: DateTime.Utc) => Effect.Effect<ReadonlyArray<FollowUp>, SqlError>
  /** Planned and armed follow-ups that were due before this instant, the longest overdue first. */
  readonly overdue: (before: DateTime.Utc) => Effect.Effect<ReadonlyArray<FollowUp>, SqlError>
  /** Follow-ups due after this instant that are armed, or planned after a failure. */
  readonly waitingAgain: (after: DateTime.Utc) => Effect.Effect<ReadonlyArray<FollowUp>, SqlError>
  /** Planned and armed follow-ups that will be due after the one instant and until the other, the soonest first. */
  readonly comingUp: (after: DateTime.Utc, until: DateTime.Utc) => Effect.Effect<ReadonlyArray<FollowUp>, SqlError>
  /** How many planned and armed follow-ups are due within this time. `Duration.infinity` counts all. */
  readonly pending: (within: Duration.Duration) => Effect.Effect<number, SqlError>
  /** How many planned and armed follow-ups have been due for longer than this, or failed so often in a row. */
  readonly late: (by: Duration.Duration, failures: number) => Effect.Effect<number, SqlError>
  /** How many follow-ups have the status `unknown`. */
  readonly unknown: Effect.Effect<number, SqlError>
  /**
   * The follow-ups that were to be carried out at this instant or later, and ended without a message because the
   * service refused the request: how many, and when the first was to be carried out. One whose chat could not be read,
   * or that was refused when it was taken back, is none of them.
   */
  readonly refusedSince: (
    from: DateTime.Utc
  ) => Effect.Effect<{ readonly count: number; readonly first: Option.Option<DateTime.Utc> }, SqlError>
  /**
   * Chats in which a follow-up ended, and about which nothing was decided since. Ends with the reason `refused` or
   * `unreachable` do not count.
   */
  readonly unobserved: Effect.Effect<ReadonlyArray<ChatId>, SqlError>
}

/** A follow-up that was armed and ended for one of these reasons counts as a step taken, and is not planned again. */
export const finalReasons = [
  "assistant_declined",
  "cancelled",
  "refused",
  "chat_gone",
  "exited"
] satisfies ReadonlyArray<Reason>

const statusOf = ({ status, writes }: FollowUp): PastFollowUp["status"] => {
  switch (status) {
    case "armed":
      return "under_way"
    case "sent":
      return "done"
    case "done":
      return "state_changed"
    case "unknown":
      return writes ? "unknown" : "state_changed"
    default:
      return "failed"
  }
}

const toTaken = (row: FollowUp): ReadonlyArray<PastFollowUp> => {
  const isExited = row.reason === "exited"
  if (row.follow_up_at === null && !isExited) return []
  const { anchor_id, due_at, follow_up_at, message_id, policy, step, variant } = row
  return [
    {
      policy,
      ...(variant !== null && { variant }),
      anchor_id,
      step,
      message_id: message_id ?? undefined,
      follow_up_at: follow_up_at ?? due_at,
      status: statusOf(row),
      isExited
    }
  ]
}

/** Over the table `follow_ups` of this database. */
export const make = (sql: SqlClient): FollowUpQueries => {
  /** Not a parameter: the partial index is used only where the statement itself has its condition. */
  const isOpen = sql.literal("status IN ('planned', 'armed')")

  const find = (key: FollowUpKey) =>
    Effect.map(followUps(sql`SELECT * FROM follow_ups WHERE key = ${key}`), (rows) => Option.fromNullable(rows[0]))

  const count = (where: Statement.Fragment) =>
    Effect.map(
      sql<{ count: number }>`SELECT CAST(count(*) AS INTEGER) AS count FROM follow_ups WHERE ${where}`,
      (rows) => rows[0]?.count ?? 0
    )

  return {
    find,
    isCurrent: ({ key, status, revision }) =>
      Effect.map(
        find(key),
        Option.exists((row) => row.status === status && row.revision === revision)
      ),
    unobserved: Effect.map(
      sql<{ chat_id: ChatId }>`SELECT DISTINCT chat_id FROM follow_ups WHERE observed = 0`,
      (rows) => rows.map(({ chat_id }) => chat_id)
    ),
    taken: (conversation_id) =>
      Effect.map(
        followUps(
          sql`SELECT * FROM follow_ups WHERE conversation_id = ${conversation_id}
              AND (status IN ('armed', 'sent', 'done', 'unknown') OR ${sql.in("reason", finalReasons)})`
        ),
        (rows) => rows.flatMap(toTaken)
      ),
    waiting: (conversation_id) =>
      followUps(
        sql`SELECT * FROM follow_ups WHERE conversation_id = ${conversation_id} AND status = 'planned' ORDER BY due_at`
      ),
    armed: (conversation_id) =>
      followUps(
        sql`SELECT * FROM follow_ups WHERE conversation_id = ${conversation_id} AND status = 'armed' ORDER BY due_at`
      ),
    armedAfter: (instant) =>
      Effect.gen(function* () {
        const armed = yield* followUps(
          sql`SELECT * FROM follow_ups WHERE status = 'armed' AND follow_up_at > ${instant.epochMillis}`
        )
        const chats = armed.map(({ chat_id }) => chat_id)
        const rows = yield* sql<{ chat_id: ChatId; contact_id: ContactId }>`
          SELECT chat_id, contact_id FROM subjects WHERE ${sql.in("chat_id", ["", ...chats])}`
        const contacts = new Map(rows.map(({ chat_id, contact_id }) => [chat_id, contact_id]))
        return armed.map((followUp) => ({ followUp, contact_id: contacts.get(followUp.chat_id) }))
      }),
    toTakeBack: (instant) =>
      followUps(
        sql`SELECT * FROM follow_ups WHERE status = 'armed' AND follow_up_at > ${instant.epochMillis} AND (
          EXISTS (SELECT since FROM pauses WHERE until IS NULL AND reason IS NULL)
          OR chat_id IN (SELECT chat_id FROM erasing)
          OR chat_id IN (SELECT s.chat_id FROM subjects s
            JOIN consents c ON c.contact_id = s.contact_id WHERE c.is_withdrawn = 1))`
      ),
    overdue: (before) =>
      followUps(sql`SELECT * FROM follow_ups WHERE ${isOpen} AND due_at <= ${before.epochMillis} ORDER BY due_at`),
    waitingAgain: (after) =>
      followUps(
        sql`SELECT * FROM follow_ups
          WHERE ${isOpen} AND due_at > ${after.epochMillis} AND (status = 'armed' OR failures > 0)`
      ),
    comingUp: (after, until) =>
      followUps(
        sql`SELECT * FROM follow_ups
          WHERE ${isOpen} AND due_at > ${after.epochMillis} AND due_at <= ${until.epochMillis}
            ORDER BY due_at`
      ),
    pending: (within) =>
      Effect.flatMap(DateTime.now, (now) =>
        count(sql`${isOpen} AND due_at <= ${DateTime.addDuration(now, within).epochMillis}`)
      ),
    late: (by, failures) =>
      Effect.flatMap(DateTime.now, (now) => {
        const before = DateTime.subtractDuration(now, by).epochMillis
        return count(sql`${isOpen} AND (due_at <= ${before} OR failures >= ${failures})`)
      }),
    unknown: count(sql`status = 'unknown'`),
    refusedSince: (from) =>
      Effect.map(
        // The index `follow_ups_at` is over this expression of both columns.
        sql<{ count: number; first: number | null }>`
          SELECT CAST(count(*) AS INTEGER) AS count, min(follow_up_at) AS first FROM follow_ups
            WHERE COALESCE(follow_up_at, due_at) >= ${from.epochMillis}
              AND follow_up_at IS NOT NULL AND status = 'skipped' AND reason = 'refused'`,
        ([found]) => ({
          count: found?.count ?? 0,
          first: Option.map(Option.fromNullable(found?.first), DateTime.unsafeMake)
        })
      )
  }
}
