/** `preview`: for each chat what would happen next and when, and why. */
import type { ChatId } from "@effect-invent/domain/Ids"
import * as Command from "@effect/cli/Command"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Forecast from "../Forecast.ts"
import * as Preview from "../Preview.ts"
import * as Scheduler from "../Scheduler.ts"
import * as Watch from "../Watch.ts"
import * as Inbox from "../Watch/Inbox.ts"
import * as Options from "./Options.ts"
import * as Output from "./Output.ts"
import * as Status from "./Status.ts"

const print = Output.document(
  Schema.Struct({ chats: Schema.Array(Preview.Prospect), unseen: Schema.Array(Schema.String), backlog: Schema.NullOr(Status.Backlog) })
)

/** Each chat in the order in which it is named. */
const prospects = (chat_ids: ReadonlyArray<ChatId>) =>
  Effect.gen(function* () {
    const found = yield* Ref.make(new Map<ChatId, Preview.Prospect>())
    const keep = (prospect: Preview.Prospect, chat_id: ChatId) => Ref.update(found, (map) => map.set(chat_id, prospect))
    const look = (chat_id: ChatId) =>
      Effect.flatMap(Preview.look(chat_id), ({ decision, policy }) => Effect.as(keep(Preview.of(chat_id, policy, decision), chat_id), decision))
    yield* Scheduler.lookAtEach(chat_ids, look, ({ chat_id, error }) =>
      error === undefined ? Effect.void : keep(Preview.unread(chat_id, error.message), chat_id)
    )
    const all = yield* Ref.get(found)
    return chat_ids.flatMap((chat_id) => all.get(chat_id) ?? [])
  })

export const preview = Command.make(
  "preview",
  { policy: Options.policy, source: Options.source, db: Options.db, json: Options.json },
  ({ json, source }) =>
    Effect.gen(function* () {
      const all = yield* prospects(yield* source._tag === "File" ? Watch.readFile(source.file) : Inbox.all)
      const due = all.flatMap(({ at, next }) => (at !== null && (next === "act" || next === "wait") ? [at] : []))
      const backlog = Forecast.worst(due, yield* DateTime.now, yield* Status.quota)
      if (json) return yield* print({ chats: all, unseen: Preview.unseen, backlog: Status.backlogOf(backlog) })
      yield* Output.lines(Preview.table(all))
      if (backlog !== undefined) yield* Output.lines(["", Forecast.describe(backlog)])
      yield* Output.lines(["", `Nothing was sent and nothing recorded. Not seen, because reading it takes a change: ${Preview.unseen.join("; ")}.`])
    })
).pipe(Command.withDescription("what would happen next in each chat, when and why; GET requests only, nothing sent"))
