/** `erase`: forgets a contact. */
import { ContactId } from "@effect-invent/domain/Ids"
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { Erasure } from "../Erasure.ts"
import * as Options from "./Options.ts"

const contactId = Args.text({ name: "contact-id" }).pipe(Args.map((id) => ContactId.make(id)))

export const erase = Command.make("erase", { contactId, db: Options.db }, ({ contactId }) =>
  Effect.gen(function* () {
    const { chats, left } = yield* Effect.flatMap(Erasure, (erasure) => erasure.erase(contactId))
    yield* Console.log(`${chats} chats on record have no names any more; the contact is never followed up again.`)
    if (left > 0) yield* Console.log(`In ${left} chats a follow-up is under way: the next look takes it back, and their names go after it.`)
  })
).pipe(Command.withDescription("forget a contact: ids go, proofs and reasons stay, and nothing is sent to them again"))
