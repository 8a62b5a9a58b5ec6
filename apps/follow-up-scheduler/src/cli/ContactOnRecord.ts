/** What the ledger says of an id that an operator gives as a contact's. */
import type { ContactId } from "@effect-invent/domain/Ids"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** The id is on record as that of a chat. Nothing was recorded. */
export class IdOfChat extends Schema.TaggedError<IdOfChat>()("IdOfChat", {
  id: Schema.String,
  contact_id: Schema.NullOr(Schema.String)
}) {
  override get message() {
    const contact = this.contact_id === null ? "" : `; its contact is ${this.contact_id}`
    return `${this.id} is the id of a chat, and none of a contact${contact}; nothing was recorded`
  }
}

/** Gives how many chats of the contact are on record. Fails with `IdOfChat` where the id is a chat's. */
export const chatsOf = (id: ContactId) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const [chat] = yield* sql<{ contact_id: string | null }>`
      SELECT s.contact_id FROM chat_decisions d LEFT JOIN subjects s ON s.chat_id = d.chat_id WHERE d.chat_id = ${id}`
    if (chat !== undefined) return yield* new IdOfChat({ id, contact_id: chat.contact_id })
    return (yield* sql`SELECT 1 FROM subjects WHERE contact_id = ${id}`).length
  })

/** What is printed where no chat of the contact is on record: the id may have been mistyped. */
export const unknown = "No chat of theirs is on record here; look at the id, if there should be one."
