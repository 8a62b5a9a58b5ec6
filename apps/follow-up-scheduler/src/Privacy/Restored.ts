/**
 * Brings a ledger up to date that was restored from a backup. Contacts who were erased or opted out since the backup
 * stay so, as far as the ledger that is replaced can be read. What was sent since then needs no record, because the
 * chats show it (decision 0016).
 */
import type { ContactId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Sqlite from "../Ledger/Database/Sqlite.ts"
import { Ledger } from "../Ledger.ts"
import * as AuditEvent from "../Ledger/AuditEvent.ts"
import * as Erasure from "./Erasure.ts"
import * as Proof from "./Proof.ts"

/** How many records were taken over from the ledger that is replaced. */
export interface Kept {
  readonly erasures: number
  readonly consents: number
}

interface Consent {
  readonly contact_id: string
  readonly is_withdrawn: number
  readonly at: number
  readonly said_by: string
}

const tables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const secret = yield* Proof.knownSecret(sql)
  const erased = yield* sql<{ proof: string; at: number }>`SELECT proof, at FROM erased`
  const consents = yield* sql<Consent>`SELECT contact_id, is_withdrawn, at, said_by FROM consents`
  return { secret, erased, consents }
})

type Tables = Effect.Effect.Success<typeof tables>

/** A proof can be compared only with the key that it was made with: other proofs are not taken over. */
const keepErasures = ({ erased, secret }: Tables) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    if (secret === undefined || (yield* Proof.keepSecret(sql, secret)) !== secret) return 0
    yield* Effect.forEach(
      erased,
      (row) => sql`INSERT INTO erased ${sql.insert({ ...row })} ON CONFLICT (proof) DO NOTHING`,
      { discard: true }
    )
    return erased.length
  })

const keepConsents = ({ consents }: Tables) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const keep = (row: Consent) => sql`INSERT INTO consents ${sql.insert({ ...row })}
      ON CONFLICT (contact_id) DO UPDATE
        SET is_withdrawn = excluded.is_withdrawn, at = excluded.at, said_by = excluded.said_by
      WHERE consents.at < excluded.at`
    yield* Effect.forEach(consents, keep, { discard: true })
    return consents.length
  })

/** Every chat on record. One that was named and not read has no other row, and its conversation has its id. */
const chatsOnRecord = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql<{ chat_id: string; conversation_id: string }>`SELECT chat_id, conversation_id FROM subjects
    UNION SELECT chat_id, conversation_id FROM follow_ups
    UNION SELECT chat_id, conversation_id FROM chat_decisions
    UNION SELECT chat_id, conversation_id FROM audit WHERE chat_id <> ${AuditEvent.ofAllChats}
    UNION SELECT chat_id, chat_id FROM seen
    UNION SELECT chat_id, chat_id FROM last_messages
    UNION SELECT chat_id, chat_id FROM chats_by_row`
)

const contactsOnRecord = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql<{ contact_id: ContactId }>`SELECT contact_id FROM subjects UNION SELECT contact_id FROM consents
    UNION SELECT contact_id FROM chats_by_row`
)

/**
 * Erases the contacts who were erased after the backup was made, and the chats that were. A chat can be on record
 * without its contact, and a contact without a chat.
 */
const eraseAgain = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const erasure = yield* Erasure.Erasure
  const isErased = (...ids: ReadonlyArray<string>) => Effect.map(erasure.among(ids), ({ size }) => size > 0)
  const contacts = yield* Effect.filter(yield* contactsOnRecord, ({ contact_id }) => isErased(contact_id))
  yield* Effect.forEach(contacts, ({ contact_id }) => erasure.erase(contact_id), { discard: true })
  const chats = yield* Effect.filter(yield* chatsOnRecord, ({ chat_id, conversation_id }) =>
    isErased(chat_id, conversation_id)
  )
  const outstanding = (
    chat: (typeof chats)[number]
  ) => sql`INSERT INTO erasing ${sql.insert({ ...chat })} ON CONFLICT (chat_id) DO UPDATE
    SET conversation_id = excluded.conversation_id WHERE erasing.conversation_id = erasing.chat_id`
  yield* Effect.forEach(chats, outstanding, { discard: true })
  yield* erasure.finish
})

/**
 * Takes over what is on record in `replaced`, and opens a start, so that contacts are counted before anything is sent.
 * None where that ledger cannot be read.
 */
export const bringUpToDate = (replaced: string) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const before = yield* Effect.provide(tables, Sqlite.layerReadOnly(replaced)).pipe(Effect.option)
    const kept = yield* Option.match(before, {
      onNone: () => Effect.succeedNone,
      onSome: (tables) =>
        Effect.map(Effect.all([keepErasures(tables), keepConsents(tables)]), ([erasures, consents]) =>
          Option.some<Kept>({ erasures, consents })
        )
    })
    yield* Effect.provide(eraseAgain, Erasure.layer)
    yield* ledger.startRestored
    return kept
  })
