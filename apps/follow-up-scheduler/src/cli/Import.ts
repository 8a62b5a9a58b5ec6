/** `import opt-outs`: an operator records a list of contacts who want no follow-ups. */
import type { ContactId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Database from "../Ledger/Database.ts"
import * as Transaction from "../Ledger/Database/Transaction.ts"
import * as AuditWriter from "../Ledger/AuditWriter.ts"
import * as Operator from "../Ledger/Operator.ts"
import * as OptOutList from "../Ledger/OptOutList.ts"
import * as Ledger from "../Ledger.ts"
import * as Erasure from "../Privacy/Erasure.ts"
import * as ContactList from "./ContactList.ts"
import type * as Option from "effect/Option"
import type { Db } from "./Options.ts"
import * as Output from "./Output.ts"
import * as CountText from "../Policy/CountText.ts"

const Imported = Schema.Struct({
  file: Schema.String,
  /** How many contacts the file names, each counted once. */
  contacts: Schema.Int,
  /** How many of them had not opted out before. */
  opted_out: Schema.Int,
  /** How many were erased: they are not recorded again, and never followed up. */
  erased: Schema.Int
})

const print = Output.document(Imported)

const summary = ({ contacts, erased, file, opted_out }: typeof Imported.Type): ReadonlyArray<string> => [
  `${file} names ${CountText.count(contacts, "contact")}. New opt-outs: ${opted_out}.`,
  ...(erased > 0 ? [`Erased before, so not recorded, and never followed up: ${erased}.`] : [])
]

/** How many contacts are recorded in one transaction: a scheduler beside it waits for no longer than that takes. */
const atOnce = 500

/**
 * Records these contacts, but those who were erased, and who did. Gives how many were new, and how many were erased.
 */
const recordBatch = (contact_ids: ReadonlyArray<ContactId>) =>
  Effect.gen(function* () {
    const erased = yield* Effect.flatMap(Erasure.Erasure, ({ among }) => among(contact_ids))
    const opted_out = yield* OptOutList.record(contact_ids.filter((id) => !erased.has(id)))
    const audit = AuditWriter.make(yield* SqlClient.SqlClient)
    const detail = { ...(yield* Operator.by), contacts: opted_out }
    if (opted_out > 0) yield* audit(AuditWriter.allChats, { name: "opt_outs_imported", detail })
    return { opted_out, erased: erased.size }
  })

interface Options {
  readonly file: string
  readonly by: Option.Option<string>
  readonly db: Db
  readonly json: boolean
}

const layer = (db: Db) =>
  Erasure.layerReadOnly.pipe(Layer.provideMerge(Ledger.layer), Layer.provideMerge(Database.layerBeside(db)))

/**
 * Opts all contacts of a file out, as of now, beside a scheduler that may be running. Where there is no ledger it is
 * created, so that a list can be imported before anything is sent. Fails with `ContactsUnreadable` before anything is
 * recorded. Where it is interrupted, part of the list is recorded: it can be repeated.
 */
export const importOptOuts = ({ by, db, file, json }: Options) =>
  Effect.gen(function* () {
    const contact_ids = yield* ContactList.read(file)
    const counts = yield* Effect.gen(function* () {
      const inTransaction = Transaction.within(yield* SqlClient.SqlClient)
      return yield* Effect.forEach(Arr.chunksOf(contact_ids, atOnce), (batch) => inTransaction(recordBatch(batch)))
    }).pipe(Effect.provide(layer(db)))
    const imported = {
      file,
      contacts: contact_ids.length,
      opted_out: counts.reduce((sum, { opted_out }) => sum + opted_out, 0),
      erased: counts.reduce((sum, { erased }) => sum + erased, 0)
    }
    yield* json ? print(imported) : Output.lines(summary(imported))
  }).pipe(Operator.as(by))
