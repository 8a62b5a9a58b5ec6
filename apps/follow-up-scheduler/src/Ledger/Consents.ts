/**
 * Which contacts want no follow-ups: what they wrote in any of their chats, or what an operator set. The latest of
 * these counts, for every chat and every policy.
 */
import type { ContactId } from "@effect-invent/domain/Ids"
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { ChatSnapshot } from "../Decide/ChatSnapshot.ts"
import * as Consent from "../Decide/Consent.ts"
import type * as AuditWriter from "./AuditWriter.ts"
import * as Transaction from "./Database/Transaction.ts"
import * as OptOutList from "./OptOutList.ts"

/** Consent by contact, in the table `consents`: one row per contact. */
export interface Consents {
  /**
   * Adds to the chat the latest consent on record for its contacts. The contact that the ledger has for the chat
   * counts, too: it may have been merged into another since.
   */
  readonly recallConsent: (chat: ChatSnapshot) => Effect.Effect<ChatSnapshot, SqlError>
  /**
   * Records what a contact wrote, for all contacts of the chat, where nothing later is on record. What is on record
   * already stays as it is, also who said it. Records nothing for an erased contact.
   */
  readonly rememberConsent: (chat: ChatSnapshot, consent: Consent.Consent) => Effect.Effect<void, SqlError>
  /**
   * Records what an operator set, as of now, in the audit of each chat of the contact who did, and as the decision
   * about each chat that waited for a step or for this.
   */
  readonly setConsent: (contact_id: ContactId, isWithdrawn: boolean) => Effect.Effect<void, SqlError>
}

interface Row {
  readonly contact_id: string
  readonly is_withdrawn: number
  readonly at: number
}

/** Over the tables `consents` and `audit` of this database. */
export const make = (sql: SqlClient.SqlClient, audit: AuditWriter.AuditWriter): Consents => {
  const inTransaction = Transaction.within(sql)
  const keep = (contact_id: ContactId, { at, isWithdrawn }: Consent.Consent, said_by: "contact" | "operator") =>
    sql`INSERT INTO consents
      ${sql.insert({ contact_id, is_withdrawn: isWithdrawn ? 1 : 0, at: at.epochMillis, said_by })}
      ON CONFLICT (contact_id) DO UPDATE
        SET is_withdrawn = excluded.is_withdrawn, at = excluded.at, said_by = excluded.said_by
      WHERE consents.at < excluded.at
        OR (consents.at = excluded.at AND consents.is_withdrawn <> excluded.is_withdrawn)`

  const rememberConsent: Consents["rememberConsent"] = ({ contact_ids, isErased }, consent) =>
    isErased
      ? Effect.void
      : Effect.forEach(contact_ids, (contact_id) => keep(contact_id, consent, "contact"), { discard: true })

  const recallConsent: Consents["recallConsent"] = (chat) =>
    Effect.map(
      sql<Row>`SELECT contact_id, is_withdrawn, at FROM consents
        WHERE ${sql.in("contact_id", ["", ...chat.contact_ids])}
          OR contact_id = (SELECT contact_id FROM subjects WHERE chat_id = ${chat.chat_id})`,
      (rows) => {
        const said = rows.map(({ at, is_withdrawn }) => ({
          isWithdrawn: Number(is_withdrawn) === 1,
          at: DateTime.unsafeMake(Number(at))
        }))
        return { ...chat, consent: said.reduce(Consent.latest, chat.consent) }
      }
    )

  /** What is planned in the chats of a contact who has opted in again is waited for. */
  const waitAgain = (contact_id: ContactId) => {
    const due = sql`(SELECT min(f.due_at) FROM follow_ups f
      WHERE f.chat_id = chat_decisions.chat_id AND f.status = 'planned')`
    return sql`UPDATE chat_decisions SET decision = 'Wait', reason = 'silence', until = ${due}
      WHERE reason = 'opted_out' AND ${due} IS NOT NULL
        AND chat_id IN (SELECT chat_id FROM subjects WHERE contact_id = ${contact_id})`
  }

  /** Nothing has to happen in a chat of theirs for the watch to name it again. */
  const nameAgain = (contact_id: ContactId) =>
    sql`UPDATE seen SET namings = namings + 1, named_at = 0
      WHERE chat_id IN (SELECT chat_id FROM subjects WHERE contact_id = ${contact_id})`

  return {
    recallConsent,
    rememberConsent,
    setConsent: (contact_id, isWithdrawn) =>
      inTransaction(
        Effect.gen(function* () {
          yield* keep(contact_id, { at: yield* DateTime.now, isWithdrawn }, "operator")
          yield* OptOutList.inAudit(sql, audit, [contact_id], isWithdrawn ? "opted_out" : "opted_in")
          yield* isWithdrawn
            ? OptOutList.decided(sql, [contact_id])
            : Effect.zipRight(waitAgain(contact_id), nameAgain(contact_id))
        })
      )
  }
}
