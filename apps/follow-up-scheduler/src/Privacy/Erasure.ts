/**
 * Erases a contact. Their id and the ids of their chats, conversations and messages on record are replaced by a keyed
 * proof: an HMAC-SHA-256 that can be compared with an id and not turned back into one. Reasons, steps and instants
 * stay. No text is ever on record. An erased contact is never followed up or recorded again.
 *
 * A follow-up that is under way ends first: the next sweep takes it back where there is time. Until then the ids of its
 * chat stay on record.
 */
import { ChatId, type ContactId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type { ChatSnapshot } from "../Decide/ChatSnapshot.ts"
import * as EmptyLog from "../Ledger/Database/EmptyLog.ts"
import * as Transaction from "../Ledger/Database/Transaction.ts"
import { Ledger } from "../Ledger.ts"
import * as AuditWriter from "../Ledger/AuditWriter.ts"
import * as Operator from "../Ledger/Operator.ts"
import * as StoredTimers from "../Ledger/StoredTimers.ts"
import * as Proof from "./Proof.ts"

/** The result of an erasure. */
export interface Erased {
  /** Chats whose ids were replaced. */
  readonly chats: number
  /** Chats in which a follow-up is still armed. Their ids are replaced after it has ended. */
  readonly left: number
}

/** Erases contacts, and finds out whether a chat belongs to an erased one. Fails with `SqlError` only. */
export class Erasure extends Context.Tag("@effect-invent/follow-up-scheduler/Privacy/Erasure")<
  Erasure,
  {
    /**
     * The chat with `isErased`: whether any contact that it names was erased, because a contact can be merged into
     * another after a step was planned. A chat of an erased contact is erased with them.
     */
    readonly check: (chat: ChatSnapshot) => Effect.Effect<ChatSnapshot, SqlError>
    /** As {@link check}; also records which contact the chat belongs to, unless they were erased. */
    readonly mark: (chat: ChatSnapshot) => Effect.Effect<ChatSnapshot, SqlError>
    /** Which of these ids were erased. */
    readonly among: (ids: ReadonlyArray<string>) => Effect.Effect<ReadonlySet<string>, SqlError>
    /**
     * Erases a contact, and records who did, the first time. Repeated up to 20 times, 100 ms apart, where another
     * process is in the way.
     */
    readonly erase: (contact_id: ContactId) => Effect.Effect<Erased, SqlError>
    /** Whether the chat was erased since it was marked. If so, what was recorded about it meanwhile is erased, too. */
    readonly forget: (chat: ChatSnapshot) => Effect.Effect<boolean, SqlError>
    /** Replaces the ids of chats that had an armed follow-up when they were erased, and have none now. */
    readonly finish: Effect.Effect<Erased, SqlError>
    /** The proof that is on record in place of an id. */
    readonly proofOf: (id: string) => string
  }
>() {}

/** The details of an audit entry that stay after an erasure: they contain nothing about the contact. */
const Nameless = Schema.parseJson(
  Schema.partial(
    Schema.Struct({
      decision: Schema.Unknown,
      reason: Schema.Unknown,
      policy: Schema.Unknown,
      step: Schema.Unknown,
      by: Schema.Unknown,
      action: Schema.Unknown,
      error: Schema.Unknown,
      until: Schema.Unknown,
      look_at: Schema.Unknown,
      follow_up_at: Schema.Unknown,
      was_due: Schema.Unknown,
      at: Schema.Unknown,
      from: Schema.Unknown,
      to: Schema.Unknown,
      group: Schema.Unknown,
      variant: Schema.Unknown
    })
  )
)
const decodeNameless = Schema.decodeUnknownSync(Nameless)
const encodeNameless = Schema.encodeSync(Nameless)

interface Chat {
  readonly chat_id: string
  readonly conversation_id: string
}

/** The ids by which a chat can have been erased. */
const idsOf = ({ chat_id, contact_ids, conversation_id }: ChatSnapshot) => [chat_id, conversation_id, ...contact_ids]

/** Repeats a transaction. SQLite refuses one that has read what another process then changes. */
const besideOthers = { schedule: Schedule.spaced("100 millis"), times: 20 }

const make = (sql: SqlClient.SqlClient, secret: string): Erasure["Type"] => {
  const inTransaction = Transaction.within(sql)
  const emptyLog = EmptyLog.make(sql)
  const proofOf = Proof.make(secret)

  const among: Erasure["Type"]["among"] = (ids) =>
    Effect.gen(function* () {
      if (ids.length === 0) return new Set<string>()
      const idOf = new Map(ids.map((id) => [proofOf(id), id]))
      const rows = yield* sql<{ proof: string }>`SELECT proof FROM erased WHERE ${sql.in("proof", [...idOf.keys()])}`
      return new Set(rows.flatMap(({ proof }) => idOf.get(proof) ?? []))
    })

  // Planned again after it was erased, and never carried out: the first row stays for both.
  const dropPlannedAgain = (key: string) =>
    sql`DELETE FROM follow_ups WHERE key = ${key} AND EXISTS (SELECT 1 FROM follow_ups WHERE key = ${proofOf(key)})`

  // Named again after they were erased, by an operator: the first row stays for both.
  const forgetConsent = (contact_id: string) => {
    const proof = proofOf(contact_id)
    return Effect.zipRight(
      sql`DELETE FROM consents WHERE contact_id = ${contact_id}
        AND EXISTS (SELECT 1 FROM consents WHERE contact_id = ${proof})`,
      sql`UPDATE consents SET contact_id = ${proof} WHERE contact_id = ${contact_id}`
    )
  }

  const forgetEnrolments = (contact_id: string) => {
    const proof = proofOf(contact_id)
    return Effect.zipRight(
      sql`DELETE FROM enrolments WHERE contact_id = ${contact_id}
        AND policy IN (SELECT policy FROM enrolments WHERE contact_id = ${proof})`,
      sql`UPDATE enrolments SET contact_id = ${proof} WHERE contact_id = ${contact_id}`
    )
  }

  /** The story of the chat says what became of a step that was planned. */
  const skipPlanned = (chat: Chat) =>
    Effect.flatMap(
      sql<{ key: string; policy: string }>`
        SELECT key, policy FROM follow_ups WHERE chat_id = ${chat.chat_id} AND status = 'planned'`,
      Effect.forEach((planned) =>
        AuditWriter.make(sql)({ ...chat, ...planned }, { name: "skipped", detail: { reason: "erased" } })
      )
    )

  const followUps = (chat_id: string) =>
    Effect.flatMap(
      sql<{ key: string; anchor_id: string; after_id: string | null; message_id: string | null }>`
        SELECT key, anchor_id, after_id, message_id FROM follow_ups WHERE chat_id = ${chat_id}`,
      Effect.forEach(({ after_id, anchor_id, key, message_id }) => {
        const nameless = {
          key: proofOf(key),
          anchor_id: proofOf(anchor_id),
          after_id: after_id === null ? null : proofOf(after_id),
          message_id: message_id === null ? null : proofOf(message_id),
          observed: 1
        }
        return Effect.all([
          dropPlannedAgain(key),
          sql`UPDATE follow_ups SET status = 'skipped', reason = 'erased' WHERE key = ${key} AND status = 'planned'`,
          sql`UPDATE follow_ups SET ${sql.update(nameless)} WHERE key = ${key}`
        ])
      })
    )

  const audit = (chat_id: string) =>
    Effect.flatMap(
      sql<{
        id: number
        key: string | null
        detail: string
      }>`SELECT id, key, detail FROM audit WHERE chat_id = ${chat_id}`,
      Effect.forEach(({ detail, id, key }) => {
        const nameless = { key: key === null ? null : proofOf(key), detail: encodeNameless(decodeNameless(detail)) }
        return sql`UPDATE audit SET ${sql.update(nameless)} WHERE id = ${id}`
      })
    )

  const clear = ({ chat_id, conversation_id }: Chat) =>
    Effect.gen(function* () {
      yield* skipPlanned({ chat_id, conversation_id })
      const names = { chat_id: proofOf(chat_id), conversation_id: proofOf(conversation_id) }
      yield* followUps(chat_id)
      yield* audit(chat_id)
      yield* sql`UPDATE follow_ups SET ${sql.update(names)} WHERE chat_id = ${chat_id}`
      yield* sql`UPDATE audit SET ${sql.update(names)} WHERE chat_id = ${chat_id}`
      const enrolled = yield* sql<{ contact_id: string }>`
        SELECT contact_id FROM enrolments WHERE conversation_id = ${conversation_id}`
      yield* Effect.forEach(
        enrolled.filter((row) => !Proof.isProof(row.contact_id)),
        (row) => forgetEnrolments(row.contact_id),
        { discard: true }
      )
      yield* sql`UPDATE enrolments SET conversation_id = ${names.conversation_id}
        WHERE conversation_id = ${conversation_id}`
      yield* sql`DELETE FROM chat_decisions WHERE chat_id = ${names.chat_id}
        AND EXISTS (SELECT 1 FROM chat_decisions WHERE chat_id = ${chat_id})`
      yield* sql`UPDATE chat_decisions
        SET ${sql.update({ ...names, decision: "Stop", reason: "erased", until: null })} WHERE chat_id = ${chat_id}`
      for (const table of ["seen", "last_messages", "chats_by_row", "subjects", "erasing"])
        yield* sql`DELETE FROM ${sql(table)} WHERE chat_id = ${chat_id}`
      yield* StoredTimers.forget(conversation_id)
    }).pipe(Effect.provideService(SqlClient.SqlClient, sql))

  const clearFree = inTransaction(
    Effect.gen(function* () {
      const chats = yield* sql<Chat>`SELECT chat_id, conversation_id FROM erasing`
      const underWay = yield* sql<{ chat_id: string }>`
        SELECT e.chat_id FROM erasing e JOIN follow_ups f ON f.chat_id = e.chat_id AND f.status = 'armed'`
      const busy = new Set(underWay.map(({ chat_id }) => chat_id))
      const free = chats.filter(({ chat_id }) => !busy.has(chat_id))
      yield* Effect.forEach(free, clear, { discard: true })
      return { chats: free.length, left: busy.size }
    })
  )

  const finish: Erasure["Type"]["finish"] = Effect.tap(clearFree, ({ chats }) => (chats > 0 ? emptyLog : Effect.void))

  const outstanding = (chat: Chat) =>
    sql`INSERT INTO erasing ${sql.insert({ ...chat })} ON CONFLICT (chat_id) DO NOTHING`

  const remember = (ids: ReadonlyArray<string>) =>
    Effect.flatMap(DateTime.now, ({ epochMillis }) =>
      Effect.forEach(
        ids,
        (id) =>
          sql`INSERT INTO erased ${sql.insert({ proof: proofOf(id), at: epochMillis })} ON CONFLICT (proof) DO NOTHING`,
        { discard: true }
      )
    )

  const announce = (contact_id: ContactId) =>
    inTransaction(
      Effect.gen(function* () {
        const chats = yield* sql<Chat>`SELECT chat_id, conversation_id FROM subjects WHERE contact_id = ${contact_id}`
        const ids = new Set([
          contact_id,
          ...chats.flatMap(({ chat_id, conversation_id }) => [chat_id, conversation_id])
        ])
        const isFirst = (yield* among([contact_id])).size === 0
        yield* remember([...ids])
        const event = { name: "contact_erased", detail: yield* Operator.by } as const
        if (isFirst) yield* AuditWriter.make(sql)(AuditWriter.allChats, event)
        yield* forgetConsent(contact_id)
        yield* forgetEnrolments(contact_id)
        // A chat can name other contacts, for whom it is still to be read.
        yield* sql`DELETE FROM chats_by_row WHERE contact_id = ${contact_id}`
        yield* Effect.forEach(chats, outstanding, { discard: true })
      })
    )

  // The erasure is recorded first: a process that records a chat meanwhile finds it then, or its record is erased here.
  const erase: Erasure["Type"]["erase"] = (contact_id) =>
    Effect.retry(Effect.zipRight(announce(contact_id), finish), besideOthers)

  const forget: Erasure["Type"]["forget"] = ({ chat_id, conversation_id }) =>
    Effect.flatMap(among([chat_id]), ({ size }) =>
      size === 0
        ? Effect.succeed(false)
        : Effect.as(Effect.zipRight(outstanding({ chat_id, conversation_id }), finish), true)
    )

  /** Marks a chat as erased whose contact was erased before the chat became theirs. */
  const adopt = ({ chat_id, conversation_id }: Chat) =>
    inTransaction(Effect.zipRight(remember([chat_id, conversation_id]), outstanding({ chat_id, conversation_id })))

  const check: Erasure["Type"]["check"] = (chat) =>
    Effect.gen(function* () {
      const erased = yield* among(idsOf(chat))
      if (erased.size === 0) return chat
      if (!erased.has(chat.chat_id)) yield* Effect.retry(Effect.zipRight(adopt(chat), finish), besideOthers)
      return { ...chat, isErased: true }
    })

  const mark: Erasure["Type"]["mark"] = (seen) =>
    Effect.gen(function* () {
      const chat = yield* check(seen)
      const { chat_id, contact_id, conversation_id } = chat
      if (contact_id !== undefined && !chat.isErased) {
        yield* sql`INSERT INTO subjects ${sql.insert({ chat_id, conversation_id, contact_id })}
          ON CONFLICT (chat_id) DO UPDATE
            SET conversation_id = excluded.conversation_id, contact_id = excluded.contact_id`
      }
      return chat
    })

  return { check, mark, among, erase, forget, finish, proofOf }
}

/** Over the ledger's tables. Creates the key of the proofs where there is none. */
export const layer = Layer.effect(
  Erasure,
  Effect.gen(function* () {
    yield* Ledger
    const sql = yield* SqlClient.SqlClient
    return make(sql, yield* Proof.secret(sql))
  })
)

/** For reads that record nothing. Where the database has no key, no contact was erased. */
export const layerReadOnly = Layer.effect(
  Erasure,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const secret = yield* Effect.orElseSucceed(Proof.knownSecret(sql), () => undefined)
    const erasure = make(sql, secret ?? "")
    const among = (ids: ReadonlyArray<string>) =>
      secret === undefined ? Effect.succeed(new Set<string>()) : erasure.among(ids)
    const check = (chat: ChatSnapshot) =>
      Effect.map(among(idsOf(chat)), ({ size }) => (size > 0 ? { ...chat, isErased: true } : chat))
    return { ...erasure, among, check, mark: check }
  })
)

/** The audit entries of a chat. Of an erased chat, what is left of them. */
export const storyOf = (chat_id: ChatId) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const erasure = yield* Erasure
    const entries = yield* ledger.story(chat_id)
    return entries.length > 0 ? entries : yield* ledger.story(ChatId.make(erasure.proofOf(chat_id)))
  })
