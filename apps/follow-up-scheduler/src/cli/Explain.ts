/** `explain`: why a contact was, or was not, written to. */
import type { ChatId } from "@effect-invent/domain/Ids"
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Erasure from "../Privacy/Erasure.ts"
import { Ledger } from "../Ledger.ts"
import { AuditEntry } from "../Ledger/AuditEntries.ts"
import * as ChatStory from "../Operations/ChatStory.ts"
import * as Ledgers from "./Ledgers.ts"
import type { Db } from "./Options.ts"
import * as Output from "./Output.ts"

/** The audit entries of a chat, as `explain --json` prints them. */
export const Entries = Schema.Array(
  Schema.Struct({
    ...AuditEntry.fields,
    at: Schema.DateTimeUtc,
    detail: OpenRecord.Json,
    /** The organization of the chat; absent where none is on record. */
    org_id: Schema.optionalWith(Schema.String, { exact: true })
  })
)
const print = Output.document(Entries)

interface Options {
  readonly chatId: ChatId
  readonly db: Db
  readonly json: boolean
}

/**
 * Prints all audit entries of a chat, the oldest first. A chat without any is no error. Reads the ledger only; fails
 * where there is none.
 */
export const explain = ({ chatId, db, json }: Options) =>
  Effect.gen(function* () {
    const entries = yield* Erasure.storyOf(chatId)
    const org_id = yield* Effect.flatMap(Ledger, (ledger) => ledger.orgOf(chatId))
    if (json) return yield* print(entries.map((entry) => ({ ...entry, ...(org_id !== undefined && { org_id }) })))
    yield* Output.lines([
      ...(org_id === undefined ? [] : [`chat ${chatId} of organization ${org_id}`]),
      ...ChatStory.ofChat(chatId, entries)
    ])
  }).pipe(Effect.provide(Layer.provideMerge(Erasure.layerReadOnly, Ledgers.reading(db))))
