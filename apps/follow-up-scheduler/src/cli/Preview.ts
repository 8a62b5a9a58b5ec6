/** `preview`: for each chat, what would happen next, when, and why. */
import * as InventClient from "@effect-invent/client/InventClient"
import type { ChatId } from "@effect-invent/domain/Ids"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import type * as PolicyChoice from "../Decide/PolicyChoice.ts"
import * as QuotaForecast from "../Operations/QuotaForecast.ts"
import { reviewEach } from "../ChatReview/ReviewEach.ts"
import * as Orgs from "../Policy/Orgs.ts"
import * as PolicyFiles from "../Policies/PolicyFiles.ts"
import * as Preview from "../Operations/Preview.ts"
import * as Watch from "../Watch.ts"
import * as InboxWatch from "../Watch/InboxWatch.ts"
import * as Ledgers from "./Ledgers.ts"
import type { Db, Source } from "./Options.ts"
import * as Output from "./Output.ts"
import * as Status from "./Status.ts"
import * as Throttled from "./Throttled.ts"

const print = Output.document(
  Schema.Struct({
    chats: Schema.Array(Preview.Prospect),
    /** Messages of ours from before this instant are not followed up, by the first policy. */
    effective_from: Schema.NullOr(Schema.DateTimeUtc),
    /** Where several policies are in force: the same of each of them, in their order. */
    policies: Schema.optionalWith(
      Schema.Array(Schema.Struct({ policy: Schema.String, effective_from: Schema.NullOr(Schema.DateTimeUtc) })),
      { exact: true }
    ),
    /** Where several policies are in force: what more than one of them matches, and what none. */
    matches: Schema.optionalWith(Preview.Matches, { exact: true }),
    /** What was not seen of the chats with `state_unseen`. */
    unseen: Schema.Array(Schema.String),
    backlog: Schema.NullOr(Status.Backlog)
  })
)

/** The prospects, and the policies chosen for the chats that could be read, in the order in which chats are named. */
const prospects = (chat_ids: ReadonlyArray<ChatId>) =>
  Effect.gen(function* () {
    const found = yield* Ref.make(new Map<ChatId, Preview.Prospect>())
    const choices = new Map<ChatId, PolicyChoice.Choice>()
    const keep = (prospect: Preview.Prospect, chat_id: ChatId) => Ref.update(found, (map) => map.set(chat_id, prospect))
    const look = (chat_id: ChatId) =>
      Effect.flatMap(Preview.look(chat_id), (seen) => {
        choices.set(chat_id, seen.choice)
        return Effect.as(keep(Preview.of(chat_id, seen), chat_id), seen.decision)
      })
    yield* reviewEach(chat_ids, look, ({ chat_id, error }) =>
      error === undefined ? Effect.void : keep(Preview.unread(chat_id, error.message), chat_id)
    )
    const all = yield* Ref.get(found)
    const chosen = chat_ids.flatMap((chat_id) => {
      const choice = choices.get(chat_id)
      return choice === undefined ? [] : [[chat_id, choice] as const]
    })
    return { all: chat_ids.flatMap((chat_id) => all.get(chat_id) ?? []), matches: Preview.matchesOf(chosen) }
  })

/** Services for reads that record nothing. The ledger is optional: without one, it counts as empty. */
export const layer = (db: Db, policies: ReadonlyArray<string>, orgs: Orgs.Orgs["Type"]) =>
  Preview.layer.pipe(
    Layer.provideMerge(Ledgers.readingIfAny(db)),
    Layer.provideMerge(Layer.mergeAll(InventClient.layerConfig(), PolicyFiles.layer(policies), Orgs.layer(orgs)))
  )

interface Options {
  readonly policies: ReadonlyArray<string>
  readonly source: Source
  readonly orgs: Orgs.Orgs["Type"]
  readonly db: Db
  readonly json: boolean
}

/**
 * Reads each chat by GET and prints what would happen next. Nothing is sent or recorded. A chat that cannot be read is
 * printed as `unread`; an error that every chat would meet ends the command.
 */
export const preview = ({ db, json, orgs, policies, source }: Options) =>
  Effect.gen(function* () {
    const chat_ids = yield* source._tag === "File" ? Watch.readFile(source.file) : InboxWatch.all
    const { all, matches } = yield* prospects(chat_ids)
    const unseen = all.filter(({ state_unseen }) => state_unseen).length
    const due = all.flatMap(({ at, next }) => (at !== null && (next === "act" || next === "wait") ? [at] : []))
    const backlog = QuotaForecast.worst(due, yield* DateTime.now, yield* Status.quota)
    const inForce = yield* Preview.effectiveFrom
    const areSeveral = inForce.length > 1
    if (json) {
      const each = inForce.map(({ from, policy }) => ({ policy, effective_from: from ?? null }))
      return yield* print({
        chats: all,
        effective_from: each[0]?.effective_from ?? null,
        ...(areSeveral && { policies: each, matches }),
        unseen: unseen === 0 ? [] : Preview.unseen,
        backlog: Status.backlogOf(backlog)
      })
    }
    yield* Output.lines(Preview.table(all, areSeveral, Orgs.areSeveral(yield* Orgs.Orgs)))
    if (backlog !== undefined) yield* Output.lines(["", QuotaForecast.describe(backlog)])
    yield* Output.lines(["", ...(areSeveral ? Preview.describeMatches(matches) : [])])
    yield* Output.lines(Preview.describeEffectiveFrom(inForce))
    yield* Output.lines(["Nothing was sent and nothing recorded.", ...Preview.describeUnseen(unseen)])
  }).pipe(Throttled.told, Effect.provide(layer(db, policies, orgs)))
