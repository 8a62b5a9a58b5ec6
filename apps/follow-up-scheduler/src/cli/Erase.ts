/** `erase`: erases a contact from the record. */
import type { ContactId } from "@effect-invent/domain/Ids"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Operator from "../Ledger/Operator.ts"
import * as Database from "../Ledger/Database.ts"
import * as Erasure from "../Privacy/Erasure.ts"
import * as Ledger from "../Ledger.ts"
import * as ContactOnRecord from "./ContactOnRecord.ts"
import type { Db } from "./Options.ts"
import * as Output from "./Output.ts"
import * as CountText from "../Policy/CountText.ts"

const print = Output.document(
  Schema.Struct({
    /** Chats whose ids were replaced. */
    chats: Schema.Int,
    /** Chats in which a follow-up is under way; their ids are replaced after it has ended. */
    left: Schema.Int
  })
)

const linesOf = ({ chats, left }: { readonly chats: number; readonly left: number }): ReadonlyArray<string> => [
  `The ids of ${CountText.count(chats, "chat")} on record were replaced by proofs. ` +
    "The contact is never followed up again.",
  ...(left > 0
    ? [
        `In ${CountText.count(left, "chat")} a follow-up is under way. A running scheduler takes it back, ` +
          "unless it is written within seconds, and then replaces the ids."
      ]
    : [])
]

interface Options {
  readonly contactId: ContactId
  readonly by: Option.Option<string>
  readonly db: Db
  readonly json: boolean
}

const layer = (db: Db) => Erasure.layer.pipe(Layer.provide(Ledger.layer), Layer.provideMerge(Database.layerBeside(db)))

/** Erases a contact, beside a scheduler that may be running. From then on the contact is never followed up. */
export const erase = ({ by, contactId, db, json }: Options) =>
  Effect.gen(function* () {
    const known = yield* ContactOnRecord.chatsOf(contactId)
    const { chats, left } = yield* Effect.flatMap(Erasure.Erasure, (erasure) => erasure.erase(contactId))
    const lines = linesOf({ chats, left })
    yield* json ? print({ chats, left }) : Output.lines(known === 0 ? [...lines, ContactOnRecord.unknown] : lines)
  }).pipe(Operator.as(by), Effect.provide(layer(db)))
