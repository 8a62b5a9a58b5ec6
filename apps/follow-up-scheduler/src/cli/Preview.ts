/** `preview`: for each chat, what would happen next, when, and why. */
import * as InventClient from "@effect-invent/client/InventClient"
import type { ChatId } from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as QuotaForecast from "../Operations/QuotaForecast.ts"
import { reviewEach } from "../ChatReview/ReviewEach.ts"
import * as PolicyFile from "../Policies/PolicyFile.ts"
import * as Preview from "../Operations/Preview.ts"
import * as Watch from "../Watch.ts"
import * as InboxWatch from "../Watch/InboxWatch.ts"
import * as Ledgers from "./Ledgers.ts"
import type { Db, Source } from "./Options.ts"
import * as Output from "./Output.ts"
import * as Status from "./Status.ts"

const print = Output.document(
  Schema.Struct({
    chats: Schema.Array(Preview.Prospect),
    /** Messages of ours from before this instant are not followed up. */
    effective_from: Schema.NullOr(Schema.DateTimeUtc),
    unseen: Schema.Array(Schema.String),
    backlog: Schema.NullOr(Status.Backlog)
  })
)

/** The prospects, in the order in which the chats are named. */
const prospects = (chat_ids: ReadonlyArray<ChatId>) =>
  Effect.gen(function* () {
    const found = yield* Ref.make(new Map<ChatId, Preview.Prospect>())
    const keep = (prospect: Preview.Prospect, chat_id: ChatId) => Ref.update(found, (map) => map.set(chat_id, prospect))
    const look = (chat_id: ChatId) =>
      Effect.flatMap(Preview.look(chat_id), ({ decision, policy }) =>
        Effect.as(keep(Preview.of(chat_id, policy, decision), chat_id), decision)
      )
    yield* reviewEach(chat_ids, look, ({ chat_id, error }) =>
      error === undefined ? Effect.void : keep(Preview.unread(chat_id, error.message), chat_id)
    )
    const all = yield* Ref.get(found)
    return chat_ids.flatMap((chat_id) => all.get(chat_id) ?? [])
  })

/** Services for reads that record nothing. The ledger is optional: without one, it counts as empty. */
export const layer = (db: Db, policy: string) =>
  Preview.layer.pipe(
    Layer.provideMerge(Ledgers.readingIfAny(db)),
    Layer.provideMerge(Layer.merge(InventClient.layerConfig(), PolicyFile.layer(policy)))
  )

interface Options {
  readonly policy: string
  readonly source: Source
  readonly db: Db
  readonly json: boolean
}

/**
 * Reads each chat by GET and prints what would happen next. Nothing is sent or recorded. A chat that cannot be read is
 * printed as `unread`; an error that every chat would meet ends the command.
 */
export const preview = ({ db, json, policy, source }: Options) =>
  Effect.gen(function* () {
    const all = yield* prospects(yield* source._tag === "File" ? Watch.readFile(source.file) : InboxWatch.all)
    const due = all.flatMap(({ at, next }) => (at !== null && (next === "act" || next === "wait") ? [at] : []))
    const backlog = QuotaForecast.worst(due, yield* DateTime.now, yield* Status.quota)
    const from = yield* Preview.effectiveFrom
    if (json)
      return yield* print({
        chats: all,
        effective_from: from ?? null,
        unseen: Preview.unseen,
        backlog: Status.backlogOf(backlog)
      })
    yield* Output.lines(Preview.table(all))
    if (backlog !== undefined) yield* Output.lines(["", QuotaForecast.describe(backlog)])
    yield* Output.lines(["", Preview.describeEffectiveFrom(from)])
    yield* Output.lines([
      `Nothing was sent and nothing recorded. Not seen, because reading it takes a change: ${Preview.unseen.join("; ")}.`
    ])
  }).pipe(Effect.provide(layer(db, policy)))
