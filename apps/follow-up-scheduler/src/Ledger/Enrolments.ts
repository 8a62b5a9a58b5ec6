/**
 * Who takes part in the comparison that a policy with a `holdout` or variants makes. A contact is enrolled at the first
 * instant at which a follow-up of that policy is due and nothing stands against it, found by the same fresh read in
 * all groups, and stays where they are. Recorded are the instants of that and of the first reply, and no text.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ChatSnapshot } from "../Decide/ChatSnapshot.ts"
import * as Consent from "../Decide/Consent.ts"
import * as Holdout from "../Decide/Holdout.ts"
import { type AnyPolicy, type Policy, variantsOf } from "../Policy.ts"
import type { FollowUp } from "../Plan/FollowUp.ts"
import * as Transaction from "./Database/Transaction.ts"
import type * as AuditWriter from "./AuditWriter.ts"

/** How many contacts were enrolled, and how many of them replied. */
export interface Counts {
  readonly enrolled: number
  /** Those whose `reply_within` is over. */
  readonly observed: number
  /** Those of them who replied within it. */
  readonly replied: number
}

/** The counts of one group. */
export interface GroupCounts extends Counts {
  readonly group: Holdout.Group
}

/** The counts of one variant: of the treated who are in it. */
export interface VariantCounts extends Counts {
  readonly variant: string
}

/** Where a contact is enrolled. */
export interface Enrolment {
  readonly group: Holdout.Group
  /** Undefined for the holdout, and where the policy had no variants then. */
  readonly variant: string | undefined
}

/** Enrolments by the name of a policy and the contact, in the table `enrolments`. */
export interface Enrolments {
  /** Where a contact of this chat is enrolled for this policy; undefined where none is, or it compares nothing. */
  readonly enrolmentOf: (policy: AnyPolicy, chat: ChatSnapshot) => Effect.Effect<Enrolment | undefined, SqlError>
  /**
   * Enrols the contact now, where they are not enrolled yet: in the group that {@link Holdout.groupOf} gives, and of
   * the treated in this variant. Gives what is on record. Undefined, and nothing recorded, where the policy has neither
   * a `holdout` nor variants.
   */
  readonly enrol: (
    policy: AnyPolicy,
    chat: ChatSnapshot,
    followUp: FollowUp,
    variant?: string | undefined
  ) => Effect.Effect<Enrolment | undefined, SqlError>
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
  /** Counts the variants of a policy by its name, those in which nobody is enrolled left out. */
  readonly variants: (
    policy: string,
    reply_within: Duration.Duration
  ) => Effect.Effect<ReadonlyArray<VariantCounts>, SqlError>
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
  const enrolmentOf: Enrolments["enrolmentOf"] = (policy, chat) => {
    if (policy.holdout === undefined && variantsOf(policy) === undefined) return Effect.succeed(undefined)
    const own = Holdout.memberOf(chat)
    return Effect.map(
      sql<{ group: Holdout.Group; variant: string | null }>`SELECT assigned AS "group", variant FROM enrolments
        WHERE policy = ${policy.name} AND (${sql.in("contact_id", [own, ...chat.contact_ids])}
          OR contact_id = (SELECT contact_id FROM subjects WHERE chat_id = ${chat.chat_id}))
        ORDER BY CASE WHEN contact_id = ${own} THEN 0 ELSE 1 END, enrolled_at LIMIT 1`,
      ([found]) => found && { group: found.group, variant: found.variant ?? undefined }
    )
  }

  const insert = (policy: AnyPolicy, chat: ChatSnapshot, { key }: FollowUp, { group, variant }: Enrolment) =>
    Effect.gen(function* () {
      const { epochMillis: at } = yield* DateTime.now
      const { chat_id, conversation_id } = chat
      const who = { policy: policy.name, contact_id: Holdout.memberOf(chat), conversation_id }
      const row = { ...who, assigned: group, variant: variant ?? null, enrolled_at: at, replied_at: null }
      const added = yield* sql`INSERT INTO enrolments ${sql.insert(row)}
        ON CONFLICT (policy, contact_id) DO NOTHING RETURNING policy`
      if (added.length === 0) return
      const detail = { group, ...(variant !== undefined && { variant }) }
      yield* audit({ chat_id, conversation_id, key, policy: policy.id }, { name: "enrolled", detail })
    })

  const enrol: Enrolments["enrol"] = Effect.fnUntraced(function* (policy, chat, followUp, variant) {
    const byHash = Holdout.groupOf(policy, Holdout.memberOf(chat))
    const group = byHash ?? (variantsOf(policy) === undefined ? undefined : "treated")
    if (group === undefined) return undefined
    const before = yield* enrolmentOf(policy, chat)
    if (before !== undefined) return before
    const next = { group, variant: group === "treated" ? variant : undefined }
    yield* inTransaction(insert(policy, chat, followUp, next))
    // Another process may have enrolled them meanwhile, by another version of the policy.
    return (yield* enrolmentOf(policy, chat)) ?? next
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

  /** The columns of {@link Counts}, as of now. */
  const countsWithin = (reply_within: Duration.Duration) =>
    Effect.map(DateTime.now, ({ epochMillis }) => {
      const within = Duration.toMillis(reply_within)
      const isObserved = sql`enrolled_at <= ${epochMillis - within}`
      return sql`CAST(count(*) AS INTEGER) AS enrolled,
          CAST(sum(CASE WHEN ${isObserved} THEN 1 ELSE 0 END) AS INTEGER) AS observed,
          CAST(sum(CASE WHEN ${isObserved} AND replied_at - enrolled_at <= ${within} THEN 1
            ELSE 0 END) AS INTEGER) AS replied`
    })

  const groups: Enrolments["groups"] = (policy, reply_within) =>
    Effect.flatMap(
      countsWithin(reply_within),
      (counts) => sql<GroupCounts>`SELECT assigned AS "group", ${counts}
        FROM enrolments WHERE policy = ${policy} GROUP BY assigned ORDER BY assigned DESC`
    )

  const variants: Enrolments["variants"] = (policy, reply_within) =>
    Effect.flatMap(
      countsWithin(reply_within),
      (counts) => sql<VariantCounts>`SELECT variant, ${counts}
        FROM enrolments WHERE policy = ${policy} AND variant IS NOT NULL GROUP BY variant ORDER BY variant`
    )

  return {
    enrolmentOf,
    enrol,
    followMerge,
    rememberReply,
    policiesEnrolling: Effect.map(
      sql<{ policy: string }>`SELECT DISTINCT policy FROM enrolments ORDER BY policy`,
      (rows) => rows.map(({ policy }) => policy)
    ),
    groups,
    variants
  }
}
