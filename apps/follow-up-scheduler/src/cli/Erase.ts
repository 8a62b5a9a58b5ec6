/** `erase`: forgets a contact. */
import { ContactId } from "@effect-invent/domain/Ids"
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Erasure } from "../Erasure.ts"
import * as Options from "./Options.ts"
import * as Output from "./Output.ts"

const contactId = Args.text({ name: "contact-id" }).pipe(Args.map((id) => ContactId.make(id)))

const print = Output.document(
  Schema.Struct({
    /** That have no names any more. */
    chats: Schema.Int,
    /** In which a follow-up is under way. */
    left: Schema.Int
  })
)

const told = ({ chats, left }: { readonly chats: number; readonly left: number }): ReadonlyArray<string> => [
  `${chats} chats on record have no names any more; the contact is never followed up again.`,
  ...(left > 0 ? [`In ${left} chats a follow-up is under way: the next look takes it back, and their names go after it.`] : [])
]

export const erase = Command.make("erase", { contactId, db: Options.db, json: Options.json }, ({ contactId, json }) =>
  Effect.gen(function* () {
    const { chats, left } = yield* Effect.flatMap(Erasure, (erasure) => erasure.erase(contactId))
    yield* json ? print({ chats, left }) : Output.lines(told({ chats, left }))
  })
).pipe(Command.withDescription("forget a contact: ids go, proofs and reasons stay, and nothing is sent to them again"))
