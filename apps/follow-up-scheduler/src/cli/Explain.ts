/** `explain`: why a contact was, or was not, written to. */
import type { ChatId } from "@effect-invent/domain/Ids"
import * as OpenRecord from "@effect-invent/domain/schema/OpenRecord"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Erasure from "../Privacy/Erasure.ts"
import { AuditEntry } from "../Ledger/AuditEntries.ts"
import * as ChatStory from "../Operations/ChatStory.ts"
import * as Ledgers from "./Ledgers.ts"
import type { Db } from "./Options.ts"
import * as Output from "./Output.ts"

/** The audit entries of a chat, as `explain --json` prints them. */
export const Entries = Schema.Array(
  Schema.Struct({ ...AuditEntry.fields, at: Schema.DateTimeUtc, detail: OpenRecord.Json })
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
  Erasure.storyOf(chatId).pipe(
    Effect.flatMap((entries) => (json ? print(entries) : Output.lines(ChatStory.ofChat(chatId, entries)))),
    Effect.provide(Layer.provideMerge(Erasure.layerReadOnly, Ledgers.reading(db)))
  )
