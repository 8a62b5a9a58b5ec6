/** `explain`: why we did, or did not, write. */
import { ChatId } from "@effect-invent/domain/Ids"
import * as Command from "@effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Erasure } from "../Erasure.ts"
import { AuditEntry, Ledger } from "../Ledger.ts"
import * as Story from "../Story.ts"
import * as Options from "./Options.ts"

const print = (lines: ReadonlyArray<string>) => Effect.forEach(lines, (line) => Console.log(line), { discard: true })

const Entries = Schema.Array(
  Schema.Struct({ ...AuditEntry.fields, at: Schema.DateTimeUtc, detail: Schema.Record({ key: Schema.String, value: Schema.Unknown }) })
)
const toJson = Schema.encodeSync(Schema.parseJson(Entries, { space: 2 }))

/** Of an erased chat, what is left of its story. */
const storyOf = (chatId: ChatId) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const erasure = yield* Erasure
    const entries = yield* ledger.story(chatId)
    return entries.length > 0 ? entries : yield* ledger.story(ChatId.make(erasure.proofOf(chatId)))
  })

export const explain = Command.make("explain", { chatId: Options.chatId, db: Options.db, json: Options.json }, ({ chatId, json }) =>
  Effect.flatMap(storyOf(chatId), (entries) => print(json ? [toJson(entries)] : Story.ofChat(chatId, entries)))
).pipe(Command.withDescription("tell the whole story of a chat: every look, every decision, its reason"))
