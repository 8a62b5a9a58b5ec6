/** `explain`: why we did, or did not, write. */
import * as Command from "@effect/cli/Command"
import * as OpenRecord from "@effect-invent/domain/OpenRecord"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { storyOf } from "../Erasure.ts"
import { AuditEntry } from "../Ledger.ts"
import * as Story from "../Story.ts"
import * as Options from "./Options.ts"
import * as Output from "./Output.ts"

export const Entries = Schema.Array(
  Schema.Struct({ ...AuditEntry.fields, at: Schema.DateTimeUtc, detail: OpenRecord.Json })
)
const print = Output.document(Entries)

export const explain = Command.make("explain", { chatId: Options.chatId, db: Options.db, json: Options.json }, ({ chatId, json }) =>
  Effect.flatMap(storyOf(chatId), (entries) => json ? print(entries) : Output.lines(Story.ofChat(chatId, entries)))
).pipe(Command.withDescription("tell the whole story of a chat: every look, every decision, its reason"))
