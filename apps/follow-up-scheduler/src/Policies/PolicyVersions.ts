/**
 * The policy in force, and the earlier versions that running cadences are still on. A version is recorded when it is first
 * used and never changes afterwards; a cadence stays on the version it began with until the contact replies.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ChatSnapshot } from "../Decide/ChatSnapshot.ts"
import * as Episode from "../Decide/Episode.ts"
import { Ledger } from "../Ledger.ts"
import { ActivePolicy, Policy } from "../Policy.ts"
import * as PolicyDiff from "./PolicyDiff.ts"

/** The file says something else than what is on record under the same version. Nothing was sent. */
export class VersionChanged extends Schema.TaggedError<VersionChanged>()("VersionChanged", {
  id: Schema.String,
  fields: Schema.Array(Schema.String)
}) {
  override get message() {
    return `policy ${this.id} is on record with other ${this.fields.join(", ")}; a version never changes: give the changed policy the next version`
  }
}

/** What a decision about a chat is made by. */
export interface VersionAndHistory {
  readonly policy: Policy
  readonly taken: ReadonlyArray<Episode.PastFollowUp>
}

export class PolicyVersions extends Context.Tag("@effect-invent/follow-up-scheduler/Policies/PolicyVersions")<
  PolicyVersions,
  {
    /** A version by its id; the one in force where that is not on record. */
    readonly version: (id: string) => Effect.Effect<Policy, SqlError>
    /** The version that the chat's cadence is on, and the follow-ups so far. */
    readonly versionAndHistory: (chat: ChatSnapshot) => Effect.Effect<VersionAndHistory, SqlError>
  }
>() {}

const Content = Schema.parseJson(Policy)
const encode = Schema.encodeSync(Content)
const decode = Schema.decodeUnknownEither(Content)

/** A version on record. One that this program cannot read any more is none. */
export const find = Effect.fn("PolicyVersions.find")(function* (id: string) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ content: string }>`SELECT content FROM policies WHERE id = ${id}`
  return Option.flatMap(Option.fromNullable(rows[0]), ({ content }) => Either.getRight(decode(content)))
})

/** Fails if the version is on record with another content. */
export const refuseChanged = Effect.fn("PolicyVersions.refuseChanged")(function* (policy: Policy) {
  const fields = Option.match(yield* find(policy.id), { onNone: () => [], onSome: (before) => PolicyDiff.fields(before, policy) })
  if (fields.length > 0) return yield* new VersionChanged({ id: policy.id, fields })
})

/** Records a version, or fails if it is on record with another content. */
export const record = Effect.fn("PolicyVersions.record")(function* (policy: Policy) {
  const sql = yield* SqlClient.SqlClient
  yield* refuseChanged(policy)
  const now = yield* DateTime.now
  yield* sql`INSERT INTO policies ${sql.insert({ id: policy.id, content: encode(policy), recorded_at: now.epochMillis })}
    ON CONFLICT (id) DO NOTHING`
})

const make = (lookUp: (id: string) => Effect.Effect<Option.Option<Policy>, SqlError>) =>
  Effect.gen(function* () {
    const current = yield* ActivePolicy
    const ledger = yield* Ledger
    const known = new Map<string, Policy>([[current.id, current]])

    const version: PolicyVersions["Type"]["version"] = Effect.fn("PolicyVersions.version")(function* (id) {
      const before = known.get(id)
      if (before !== undefined) return before
      const found = Option.getOrElse(yield* lookUp(id), () => current)
      known.set(id, found)
      return found
    })

    return {
      version,
      versionAndHistory: Effect.fn("PolicyVersions.basis")(function* (chat) {
        const taken = yield* ledger.taken(chat.conversation_id)
        const waiting = yield* ledger.waiting(chat.conversation_id)
        const id = Episode.versionOf(Episode.attributeOwnMessages(chat, taken, current), [...taken, ...waiting])
        return { policy: id === undefined ? current : yield* version(id), taken }
      })
    } satisfies PolicyVersions["Type"]
  })

const recorded = Effect.map(
  Effect.context<SqlClient.SqlClient>(),
  (context) => (id: string) => Effect.provide(find(id), context)
)

/** Records the policy in force. */
export const layer = Layer.effect(
  PolicyVersions,
  Effect.zipRight(Effect.flatMap(ActivePolicy, record), Effect.flatMap(recorded, make))
)

/** For a look that changes nothing. A database from before the first version was recorded has none. */
export const layerReadOnly = Layer.effect(
  PolicyVersions,
  Effect.flatMap(recorded, (lookUp) => make((id) => Effect.orElseSucceed(lookUp(id), Option.none)))
)
