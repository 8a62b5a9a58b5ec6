/** `opt-out` and `opt-in`: an operator records what a contact wants, beside a scheduler that may be running. */
import type { ContactId } from "@effect-invent/domain/Ids"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Ledger } from "../Ledger.ts"
import * as Ledgers from "./Ledgers.ts"
import type { Db } from "./Options.ts"
import * as Output from "./Output.ts"

const print = Output.document(Schema.Struct({ contact_id: Schema.String, opted_out: Schema.Boolean }))

interface Options {
  readonly contactId: ContactId
  readonly db: Db
  readonly json: boolean
}

const set =
  (isWithdrawn: boolean, words: string) =>
  ({ contactId, db, json }: Options) =>
    Effect.gen(function* () {
      yield* Effect.flatMap(Ledger, (ledger) => ledger.setConsent(contactId, isWithdrawn))
      yield* json ? print({ contact_id: contactId, opted_out: isWithdrawn }) : Output.lines([words])
    }).pipe(Effect.provide(Ledgers.existing(db)))

/** Records that the contact wants no follow-ups, in any chat, from now on. Fails where there is no ledger. */
export const optOut = set(
  true,
  "The contact is not followed up again, in any chat, until they or opt-in say so. What is under way is taken back."
)

/** Records that the contact wants follow-ups again. Fails where there is no ledger. */
export const optIn = set(false, "The contact is followed up again, from the next look at their chats.")
