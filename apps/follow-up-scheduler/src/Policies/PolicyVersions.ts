/**
 * The policy in force, and the earlier versions that running cadences are still on. A version is recorded when it is
 * first used and never changes afterwards; a cadence stays on the version it began with until the contact replies.
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

/** The file has another content than the recorded policy of the same name and version. Nothing was sent. */
export class VersionChanged extends Schema.TaggedError<VersionChanged>()("VersionChanged", {
  id: Schema.String,
  fields: Schema.Array(Schema.String)
}) {
  override get message() {
    return `policy ${this.id} is on record with other ${this.fields.join(", ")}; a version never changes: give the changed policy the next version`
  }
}

/** The parts of a decision about a chat that come from the ledger. */
export interface VersionAndHistory {
  readonly policy: Policy
  readonly taken: ReadonlyArray<Episode.PastFollowUp>
  readonly first_in_force: DateTime.Utc
}

/** The policy in force and the recorded versions (decision 0007). */
export class PolicyVersions extends Context.Tag("@effect-invent/follow-up-scheduler/Policies/PolicyVersions")<
  PolicyVersions,
  {
    /** The version in force. */
    readonly current: Policy
    /** A version by its id. Where it is not on record or cannot be decoded any more, the one in force. */
    readonly version: (id: string) => Effect.Effect<Policy, SqlError>
    /** When a policy of this name was first put in force in this ledger. Now, where it never was. */
    readonly firstInForce: (policy: Policy) => Effect.Effect<DateTime.Utc, SqlError>
    /** The version that the chat's cadence is on, else the one in force, and the conversation's follow-ups. */
    readonly versionAndHistory: (chat: ChatSnapshot) => Effect.Effect<VersionAndHistory, SqlError>
  }
>() {}

const Content = Schema.parseJson(Policy)
const encode = Schema.encodeSync(Content)
const decode = Schema.decodeUnknownEither(Content)

/** A recorded version; none where it is not on record or this program cannot decode it any more. */
export const find = Effect.fn("PolicyVersions.find")(function* (id: string) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ content: string }>`SELECT content FROM policies WHERE id = ${id}`
  return Option.flatMap(Option.fromNullable(rows[0]), ({ content }) => Either.getRight(decode(content)))
})

/** Fails with `VersionChanged` if the version is on record with another content. */
export const refuseChanged = Effect.fn("PolicyVersions.refuseChanged")(function* (policy: Policy) {
  const fields = Option.match(yield* find(policy.id), {
    onNone: () => [],
    onSome: (before) => PolicyDiff.fields(before, policy)
  })
  if (fields.length > 0) return yield* new VersionChanged({ id: policy.id, fields })
})

/** Records a version. Fails with `VersionChanged` if it is on record with another content. */
export const record = Effect.fn("PolicyVersions.record")(function* (policy: Policy) {
  const sql = yield* SqlClient.SqlClient
  yield* refuseChanged(policy)
  const now = yield* DateTime.now
  yield* sql`INSERT INTO policies ${sql.insert({ id: policy.id, content: encode(policy), recorded_at: now.epochMillis })}
    ON CONFLICT (id) DO NOTHING`
})

/** By name of a policy: when its first version was recorded. */
export const inForceSince = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{
    id: string
    recorded_at: number | string
  }>`SELECT id, recorded_at FROM policies ORDER BY id, recorded_at`
  const since = new Map<string, DateTime.Utc>()
  for (const { id, recorded_at } of rows) {
    const name = id.slice(0, id.lastIndexOf("@"))
    const at = DateTime.unsafeMake(Number(recorded_at))
    since.set(name, DateTime.min(since.get(name) ?? at, at))
  }
  return since
})

interface Recorded {
  readonly lookUp: (id: string) => Effect.Effect<Option.Option<Policy>, SqlError>
  readonly since: Effect.Effect<ReadonlyMap<string, DateTime.Utc>, SqlError>
}

const make = ({ lookUp, since }: Recorded) =>
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

    /** It never changes once it is on record. */
    const begun = new Map<string, DateTime.Utc>()
    const firstInForce: PolicyVersions["Type"]["firstInForce"] = Effect.fn("PolicyVersions.firstInForce")(function* ({
      name
    }) {
      const before = begun.get(name)
      if (before !== undefined) return before
      const found = (yield* since).get(name)
      if (found !== undefined) begun.set(name, found)
      return found ?? (yield* DateTime.now)
    })

    return {
      current,
      version,
      firstInForce,
      versionAndHistory: Effect.fn("PolicyVersions.versionAndHistory")(function* (chat) {
        const taken = yield* ledger.taken(chat.conversation_id)
        const waiting = yield* ledger.waiting(chat.conversation_id)
        const id = Episode.versionOf(Episode.attributeOwnMessages(chat, taken, current), [...taken, ...waiting])
        const policy = id === undefined ? current : yield* version(id)
        return { policy, taken, first_in_force: yield* firstInForce(policy) }
      })
    } satisfies PolicyVersions["Type"]
  })

const recorded = Effect.map(Effect.context<SqlClient.SqlClient>(), (context): Recorded => ({
  lookUp: (id) => Effect.provide(find(id), context),
  since: Effect.provide(inForceSince, context)
}))

/** Records the policy in force. Fails with `VersionChanged`. */
export const layer = Layer.effect(
  PolicyVersions,
  Effect.zipRight(Effect.flatMap(ActivePolicy, record), Effect.flatMap(recorded, make))
)

/** For reads that record nothing. A database without the table counts as one without versions. */
export const layerReadOnly = Layer.effect(
  PolicyVersions,
  Effect.flatMap(recorded, ({ lookUp, since }) =>
    make({
      lookUp: (id) => Effect.orElseSucceed(lookUp(id), Option.none),
      since: Effect.orElseSucceed(since, () => new Map<string, DateTime.Utc>())
    })
  )
)
