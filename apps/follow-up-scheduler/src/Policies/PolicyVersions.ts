/**
 * The versions of policies on record, those that running cadences are still on among them. A version is recorded when
 * it is first used and never changes afterwards; a cadence stays on the version it began with until the contact
 * replies.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type * as Arr from "effect/Array"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ChatSnapshot } from "../Decide/ChatSnapshot.ts"
import * as Episode from "../Decide/Episode.ts"
import type * as RowDecision from "../Decide/RowDecision.ts"
import * as Variant from "../Decide/Variant.ts"
import { Ledger } from "../Ledger.ts"
import * as PolicyChoice from "../Decide/PolicyChoice.ts"
import * as Policies from "../Policies.ts"
import { AnyPolicy, nameOf, variantsOf } from "../Policy.ts"
import * as PolicyDiff from "./PolicyDiff.ts"

const changed = { id: Schema.String, fields: Schema.Array(Schema.String) }
const Changed = Schema.Struct(changed)

/** A file has another content than the recorded policy of the same name and version. Nothing was sent. */
export class VersionChanged extends Schema.TaggedError<VersionChanged>()("VersionChanged", {
  ...changed,
  /** Further policies of which the same holds. */
  others: Schema.optionalWith(Schema.Array(Changed), { default: () => [] })
}) {
  override get message(): string {
    return [this, ...this.others]
      .map(
        ({ fields, id }) =>
          `policy ${id} is on record with other ${fields.join(", ")}; a version never changes: give the changed ` +
          "policy the next version"
      )
      .join("\n")
  }
}

/** The parts of a decision about a chat that come from the ledger. */
export interface VersionAndHistory extends Variant.Assigned {
  /** The version as it is on record, with all variants. */
  readonly version: AnyPolicy
  readonly taken: ReadonlyArray<Episode.PastFollowUp>
  readonly first_in_force: DateTime.Utc
}

/** The versions that decisions are made by (decisions 0007 and 0019). */
export class PolicyVersions extends Context.Tag("@effect-invent/follow-up-scheduler/Policies/PolicyVersions")<
  PolicyVersions,
  {
    /**
     * A version by its id. Where it is not on record or cannot be decoded any more, the policy in force of its name,
     * else the first one.
     */
    readonly version: (id: string) => Effect.Effect<AnyPolicy, SqlError>
    /**
     * The contact's part of a version: the variant that `recorded` names, the row of a running cadence, else the one
     * that they are enrolled in, else that of the hash; and their group.
     */
    readonly assigned: (
      version: AnyPolicy,
      chat: ChatSnapshot,
      recorded: string | null | undefined
    ) => Effect.Effect<Variant.Assigned, SqlError>
    /** When a policy of this name was first put in force in this ledger. Now, where it never was. */
    readonly firstInForce: (policy: Pick<AnyPolicy, "name">) => Effect.Effect<DateTime.Utc, SqlError>
    /** The policies in force, in their order, each with {@link firstInForce}. */
    readonly current: Effect.Effect<Arr.NonEmptyReadonlyArray<RowDecision.InForce>, SqlError>
    /**
     * The version that the chat's cadence is on, else the policy in force that the chat belongs to, the contact's part
     * of it, and the conversation's follow-ups. A cadence whose version does not take the chat any more goes on by the
     * policy of another name that does.
     */
    readonly versionAndHistory: (chat: ChatSnapshot) => Effect.Effect<VersionAndHistory, SqlError>
  }
>() {}

const Content = Schema.parseJson(AnyPolicy)
const encode = Schema.encodeSync(Content)
const decode = Schema.decodeUnknown(Content)

/** A recorded version; none where it is not on record or this program cannot decode it any more. */
export const find = Effect.fn("PolicyVersions.find")(function* (id: string) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ content: string }>`SELECT content FROM policies WHERE id = ${id}`
  return rows[0] === undefined ? Option.none() : yield* Effect.option(decode(rows[0].content))
})

/** Fails with `VersionChanged` if any of these versions is on record with another content. */
export const refuseChanged = Effect.fn("PolicyVersions.refuseChanged")(function* (
  ...policies: ReadonlyArray<AnyPolicy>
) {
  const found = yield* Effect.forEach(policies, (policy) =>
    Effect.map(find(policy.id), (before) => ({
      id: policy.id,
      fields: Option.match(before, { onNone: () => [], onSome: (before) => PolicyDiff.fields(before, policy) })
    }))
  )
  const [first, ...others] = found.filter(({ fields }) => fields.length > 0)
  if (first !== undefined) return yield* new VersionChanged({ ...first, others })
})

const insert = Effect.fnUntraced(function* (policies: ReadonlyArray<AnyPolicy>, now: DateTime.Utc) {
  const sql = yield* SqlClient.SqlClient
  yield* refuseChanged(...policies)
  for (const policy of policies) {
    yield* sql`INSERT INTO policies
      ${sql.insert({ id: policy.id, content: encode(policy), recorded_at: now.epochMillis })}
      ON CONFLICT (id) DO NOTHING`
  }
})

/** Records a version. Fails with `VersionChanged` if it is on record with another content. */
export const record = (policy: AnyPolicy) => Effect.flatMap(DateTime.now, (now) => insert([policy], now))

/**
 * Records these versions as the ones in force, in their order. One that is in force already keeps its instant. Fails
 * with `VersionChanged`, and records none, if one is on record with another content.
 */
export const recordInForce = Effect.fn("PolicyVersions.recordInForce")(function* (policies: PolicyChoice.InForce) {
  const sql = yield* SqlClient.SqlClient
  const now = yield* DateTime.now
  yield* insert(policies, now)
  const rows = policies.map(({ id }, position) => ({ policy: id, position, since: now.epochMillis }))
  const ids = policies.map(({ id }) => id)
  yield* sql`DELETE FROM in_force WHERE NOT ${sql.in("policy", ids)}`
  yield* sql`INSERT INTO in_force ${sql.insert(rows)} ON CONFLICT (policy) DO UPDATE SET position = excluded.position`
})

/** The policies that a scheduler on this ledger has last put in force, in their order, and since when. */
export const inForce = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{
    policy: string
    since: number | string
  }>`SELECT policy, since FROM in_force ORDER BY position`
  return rows.map(({ policy, since }) => ({ policy, since: DateTime.unsafeMake(Number(since)) }))
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
    const name = nameOf(id)
    const at = DateTime.unsafeMake(Number(recorded_at))
    since.set(name, DateTime.min(since.get(name) ?? at, at))
  }
  return since
})

interface Recorded {
  readonly lookUp: (id: string) => Effect.Effect<Option.Option<AnyPolicy>, SqlError>
  readonly since: Effect.Effect<ReadonlyMap<string, DateTime.Utc>, SqlError>
  readonly enrolmentOf: Ledger["Type"]["enrolmentOf"]
}

const make = ({ enrolmentOf, lookUp, since }: Recorded) =>
  Effect.gen(function* () {
    const policies = yield* Policies.Policies
    const ledger = yield* Ledger
    const recorded = new Map<string, AnyPolicy>()

    const version: PolicyVersions["Type"]["version"] = Effect.fn("PolicyVersions.version")(function* (id) {
      const known = (yield* policies.known).find((policy) => policy.id === id) ?? recorded.get(id)
      if (known !== undefined) return known
      const found = yield* lookUp(id)
      if (Option.isSome(found)) {
        recorded.set(id, found.value)
        return found.value
      }
      const current = yield* policies.current
      return current.find(({ name }) => name === nameOf(id)) ?? current[0]
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

    const withFirst = (policy: AnyPolicy) =>
      Effect.map(firstInForce(policy), (first_in_force): RowDecision.InForce => ({ policy, first_in_force }))

    const assigned: PolicyVersions["Type"]["assigned"] = Effect.fn("PolicyVersions.assigned")(
      function* (version, chat, recorded) {
        const enrolment = yield* enrolmentOf(version, chat)
        const onRecord = Variant.among(version, recorded) ?? Variant.among(version, enrolment?.variant)
        const byHash = onRecord ?? Variant.nameFor(version, chat)
        const isHeldOut = enrolment?.group === "holdout"
        const isInNone = enrolment === undefined || isHeldOut
        return {
          policy: Variant.policyOf(version, byHash),
          variant: isHeldOut ? undefined : byHash,
          group: enrolment?.group,
          isOpen: variantsOf(version) !== undefined && onRecord === undefined && isInNone
        }
      }
    )

    /** By whose words our own messages are recognized: the policy of the latest follow-up, else the chosen one. */
    const wordsOf = (chosen: AnyPolicy, latest: string | undefined) =>
      latest === undefined || nameOf(latest) === chosen.name ? Effect.succeed(chosen) : version(latest)

    return {
      version,
      assigned,
      firstInForce,
      current: Effect.flatMap(policies.current, (current) => Effect.forEach(current, withFirst)),
      versionAndHistory: Effect.fn("PolicyVersions.versionAndHistory")(function* (chat) {
        const chosen = PolicyChoice.choose(yield* policies.current, chat).policy
        const taken = yield* ledger.taken(chat.conversation_id)
        const all = [...taken, ...(yield* ledger.waiting(chat.conversation_id))]
        const latest = all.at(-1)
        const words = Variant.policyFor(yield* wordsOf(chosen, latest?.policy), latest?.variant, chat)
        const running = Episode.latestOf(Episode.attributeOwnMessages(chat, taken, words), all)
        const begun = running === undefined ? chosen : yield* version(running.policy)
        const found = begun.name === chosen.name || PolicyChoice.takes(begun, chat) ? begun : chosen
        const own = yield* assigned(found, chat, found === begun ? running?.variant : undefined)
        return { ...own, version: found, taken, first_in_force: yield* firstInForce(found) }
      })
    } satisfies PolicyVersions["Type"]
  })

const recorded = Effect.map(Effect.context<SqlClient.SqlClient | Ledger>(), (context): Recorded => ({
  lookUp: (id) => Effect.provide(find(id), context),
  since: Effect.provide(inForceSince, context),
  enrolmentOf: Context.get(context, Ledger).enrolmentOf
}))

const recordCurrent = Effect.flatMap(Policies.Policies, ({ current }) => Effect.flatMap(current, recordInForce))

/** Records the policies in force. Fails with `VersionChanged`. */
export const layer = Layer.provideMerge(
  Layer.effect(PolicyVersions, Effect.zipRight(recordCurrent, Effect.flatMap(recorded, make))),
  Policies.layer
)

/** For reads that record nothing. A database without the table counts as one without versions. */
export const layerReadOnly = Layer.provideMerge(
  Layer.effect(
    PolicyVersions,
    Effect.flatMap(recorded, ({ enrolmentOf, lookUp, since }) =>
      make({
        enrolmentOf: (policy, chat) => Effect.orElseSucceed(enrolmentOf(policy, chat), () => undefined),
        lookUp: (id) => Effect.orElseSucceed(lookUp(id), Option.none),
        since: Effect.orElseSucceed(since, () => new Map<string, DateTime.Utc>())
      })
    )
  ),
  Policies.layer
)
