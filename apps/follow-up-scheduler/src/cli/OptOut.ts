/** `opt-out` and `opt-in`: an operator records what a contact wants, beside a scheduler that may be running. */
import type { ContactId } from "@effect-invent/domain/Ids"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Ledger } from "../Ledger.ts"
import * as Operator from "../Ledger/Operator.ts"
import * as Erasure from "../Privacy/Erasure.ts"
import * as ContactOnRecord from "./ContactOnRecord.ts"
import * as Ledgers from "./Ledgers.ts"
import type { Db } from "./Options.ts"
import * as Output from "./Output.ts"

const print = Output.document(
  Schema.Struct({ contact_id: Schema.String, opted_out: Schema.Boolean, erased: Schema.Boolean })
)

const ofErased = "The contact was erased. Nothing is recorded, and they are never followed up."

interface Options {
  readonly contactId: ContactId
  readonly by: Option.Option<string>
  readonly db: Db
  readonly json: boolean
}

const set =
  (isWithdrawn: boolean, words: string) =>
  ({ by, contactId, db, json }: Options) =>
    Effect.gen(function* () {
      const erased = (yield* Effect.flatMap(Erasure.Erasure, ({ among }) => among([contactId]))).size > 0
      const chats = erased ? 0 : yield* ContactOnRecord.chatsOf(contactId)
      if (!erased) yield* Effect.flatMap(Ledger, (ledger) => ledger.setConsent(contactId, isWithdrawn))
      yield* json
        ? print({ contact_id: contactId, opted_out: erased || isWithdrawn, erased })
        : Output.lines(erased ? [ofErased] : chats === 0 ? [words, ContactOnRecord.unknown] : [words])
    }).pipe(Operator.as(by), Effect.provide(Layer.provideMerge(Erasure.layerReadOnly, Ledgers.existing(db))))

/** Records that the contact wants no follow-ups, in any chat, from now on. Fails where there is no ledger. */
export const optOut = set(
  true,
  "The contact is not followed up again, in any chat, until they or opt-in say so. A running scheduler " +
    "takes back what the assistant was asked for, unless it writes within seconds."
)

/** Records that the contact wants follow-ups again. Fails where there is no ledger. */
export const optIn = set(
  false,
  "The contact is followed up again. Their chats are looked at within a quarter of an hour."
)
