/** `explain`: why we did, or did not, write. */
import * as Command from "@effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { storyOf } from "../Erasure.ts"
import { AuditEntry } from "../Ledger.ts"
import * as Story from "../Story.ts"
import * as Options from "./Options.ts"

const print = (lines: ReadonlyArray<string>) => Effect.forEach(lines, (line) => Console.log(line), { discard: true })

const Entries = Schema.Array(
  Schema.Struct({ ...AuditEntry.fields, at: Schema.DateTimeUtc, detail: Schema.Record({ key: Schema.String, value: Schema.Unknown }) })
)
const toJson = Schema.encodeSync(Schema.parseJson(Entries, { space: 2 }))

export const explain = Command.make("explain", { chatId: Options.chatId, db: Options.db, json: Options.json }, ({ chatId, json }) =>
  Effect.flatMap(storyOf(chatId), (entries) => print(json ? [toJson(entries)] : Story.ofChat(chatId, entries)))
).pipe(Command.withDescription("tell the whole story of a chat: every look, every decision, its reason"))
