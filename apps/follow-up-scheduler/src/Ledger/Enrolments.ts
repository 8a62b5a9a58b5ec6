/**
 * Who takes part in the comparison that a policy with a `holdout` makes. A contact is enrolled in a group at the first
 * instant at which a follow-up of that policy is due and nothing stands against it, found by the same fresh read in
 * both groups, and stays in it. Recorded are the instants of that and of the first reply, and no text.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ChatSnapshot } from "../Decide/ChatSnapshot.ts"
import * as Consent from "../Decide/Consent.ts"
import * as Holdout from "../Decide/Holdout.ts"
import type { Policy } from "../Policy.ts"
import type { FollowUp } from "../Plan/FollowUp.ts"
import * as Transaction from "./Database/Transaction.ts"
import type * as AuditWriter from "./AuditWriter.ts"

/** The counts of one group. */
export interface GroupCounts {
  readonly group: Holdout.Group
  /** Contacts of the group. */
  readonly enrolled: number
  /** Those whose `reply_within` is over. */
  readonly observed: number
  /** Those of them who replied within it. */
  readonly replied: number
}

/** Enrolments by the name of a policy and the contact, in the table `enrolments`. */
export interface Enrolments {
  /** The group in which a contact of this chat is enrolled for this policy; undefined where none is. */
  readonly groupOf: (policy: Policy, chat: ChatSnapshot) => Effect.Effect<Holdout.Group | undefined, SqlError>
  /**
   * Enrols the contact now, in the group that {@link Holdout.groupOf} gives, where they are not enrolled yet. Gives the
   * group on record. Undefined, and nothing recorded, where the policy has no `holdout`.
   */
  readonly enrol: (
    policy: Policy,
    chat: ChatSnapshot,
    followUp: FollowUp
  ) => Effect.Effect<Holdout.Group | undefined, SqlError>
  /**
   * Moves the enrolments of a contact who was merged into another to that one, except for policies for which that one
   * is enrolled, too. Has to be called before the chat's new contact is recorded.
   */
  readonly followMerge: (chat: ChatSnapshot) => Effect.Effect<void, SqlError>
  /**
   * Records the contact's first message after they were enrolled, of those that are in this conversation. An opt-out is
   * no reply. The chat's own messages have to be marked as the assistant's.
   */
  readonly rememberReply: (chat: ChatSnapshot, policy: Policy) => Effect.Effect<void, SqlError>
  /** The names of policies for which contacts are enrolled. */
  readonly policiesEnrolling: Effect.Effect<ReadonlyArray<string>, SqlError>
  /** Counts the groups of a policy by its name. */
  readonly groups: (
    policy: string,
    reply_within: Duration.Duration
  ) => Effect.Effect<ReadonlyArray<GroupCounts>, SqlError>
}

interface Enrolled {
  readonly policy: string
  readonly contact_id: string
  readonly enrolled_at: number | string
}

/** Over the tables `enrolments` and `audit` of this database. */
export const make = (sql: SqlClient.SqlClient, audit: AuditWriter.AuditWriter): Enrolments => {
  const inTransaction = Transaction.within(sql)

  /** The contact whom the ledger has for the chat counts, too: they may have been merged into another since. */
  const groupOf: Enrolments["groupOf"] = (policy, chat) => {
    if (policy.holdout === undefined) return Effect.succeed(undefined)
    const own = Holdout.memberOf(chat)
    return Effect.map(
      sql<{ group: Holdout.Group }>`SELECT assigned AS "group" FROM enrolments
        WHERE policy = ${policy.name} AND (${sql.in("contact_id", [own, ...chat.contact_ids])}
          OR contact_id = (SELECT contact_id FROM subjects WHERE chat_id = ${chat.chat_id}))
        ORDER BY CASE WHEN contact_id = ${own} THEN 0 ELSE 1 END, enrolled_at LIMIT 1`,
      (rows) => rows[0]?.group
    )
  }

  const insert = (policy: Policy, chat: ChatSnapshot, { key }: FollowUp, group: Holdout.Group) =>
    Effect.gen(function* () {
      const { epochMillis: at } = yield* DateTime.now
      const { chat_id, conversation_id } = chat
      const row = { policy: policy.name, contact_id: Holdout.memberOf(chat), conversation_id, assigned: group }
      const added = yield* sql`INSERT INTO enrolments ${sql.insert({ ...row, enrolled_at: at, replied_at: null })}
        ON CONFLICT (policy, contact_id) DO NOTHING RETURNING policy`
      if (added.length === 0) return
      yield* audit({ chat_id, conversation_id, key, policy: policy.id }, { name: "enrolled", detail: { group } })
    })

  const enrol: Enrolments["enrol"] = Effect.fnUntraced(function* (policy, chat, followUp) {
    const group = Holdout.groupOf(policy, Holdout.memberOf(chat))
    if (group === undefined) return undefined
    const before = yield* groupOf(policy, chat)
    if (before !== undefined) return before
    yield* inTransaction(insert(policy, chat, followUp, group))
    // Another process may have enrolled them meanwhile, by another version of the policy.
    return (yield* groupOf(policy, chat)) ?? group
  })

  const followMerge: Enrolments["followMerge"] = Effect.fnUntraced(function* ({ chat_id, contact_id }) {
    if (contact_id === undefined) return
    const before = yield* sql<{ contact_id: string }>`
      SELECT contact_id FROM subjects WHERE chat_id = ${chat_id} AND contact_id <> ${contact_id}`
    for (const { contact_id: merged } of before)
      yield* sql`UPDATE enrolments SET contact_id = ${contact_id} WHERE contact_id = ${merged} AND policy NOT IN
        (SELECT policy FROM enrolments WHERE contact_id = ${contact_id})`
  })

  const rememberReply: Enrolments["rememberReply"] = Effect.fnUntraced(function* (chat, policy) {
    if (chat.messages.at(-1) === undefined) return
    const waiting = yield* sql<Enrolled>`SELECT policy, contact_id, enrolled_at FROM enrolments
      WHERE conversation_id = ${chat.conversation_id} AND replied_at IS NULL`
    for (const { contact_id, enrolled_at, policy: name } of waiting) {
      const reply = chat.messages.find(
        (message) =>
          message.author === "contact" &&
          message.isDated &&
          message.at.epochMillis > Number(enrolled_at) &&
          Consent.saidIn([message], policy)?.isWithdrawn !== true
      )
      if (reply !== undefined)
        yield* sql`UPDATE enrolments SET replied_at = ${reply.at.epochMillis}
          WHERE policy = ${name} AND contact_id = ${contact_id} AND replied_at IS NULL`
    }
  })

  const groups: Enrolments["groups"] = (policy, reply_within) =>
    Effect.flatMap(DateTime.now, ({ epochMillis }) => {
      const within = Duration.toMillis(reply_within)
      const isObserved = sql`enrolled_at <= ${epochMillis - within}`
      return sql<GroupCounts>`SELECT assigned AS "group", CAST(count(*) AS INTEGER) AS enrolled,
          CAST(sum(CASE WHEN ${isObserved} THEN 1 ELSE 0 END) AS INTEGER) AS observed,
          CAST(sum(CASE WHEN ${isObserved} AND replied_at - enrolled_at <= ${within} THEN 1
            ELSE 0 END) AS INTEGER) AS replied
        FROM enrolments WHERE policy = ${policy} GROUP BY assigned ORDER BY assigned DESC`
    })

  return {
    groupOf,
    enrol,
    followMerge,
    rememberReply,
    policiesEnrolling: Effect.map(
      sql<{ policy: string }>`SELECT DISTINCT policy FROM enrolments ORDER BY policy`,
      (rows) => rows.map(({ policy }) => policy)
    ),
    groups
  }
}
