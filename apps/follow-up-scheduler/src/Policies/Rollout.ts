/**
 * Puts policies in force, and decides what becomes of the cadences that run on earlier versions, or on policies that
 * are not named any more. `policy apply` shows the differences before it changes anything.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type * as Statement from "@effect/sql/Statement"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { FollowUp } from "../Plan/FollowUp.ts"
import * as Transaction from "../Ledger/Database/Transaction.ts"
import * as AuditWriter from "../Ledger/AuditWriter.ts"
import { Ledger } from "../Ledger.ts"
import * as Operator from "../Ledger/Operator.ts"
import type { InForce } from "../Decide/PolicyChoice.ts"
import * as PolicyVersions from "./PolicyVersions.ts"
import { nameOf, type AnyPolicy } from "../Policy.ts"
import * as PolicyDiff from "./PolicyDiff.ts"
import * as CountText from "../Policy/CountText.ts"

/**
 * What becomes of cadences on earlier versions, and on policies that are not named any more:
 * - `keep`: they stay on their version.
 * - `retime`: they go on by the new version, or by the policy that takes the chat now; planned follow-ups are decided
 *   again at once.
 * - `exit`: they end with the reason `exited`, and the next silence begins by what is in force then.
 */
export const Running = Schema.Literal("keep", "retime", "exit")
/** What becomes of cadences on earlier versions, and on policies that are not named any more. */
export type Running = typeof Running.Type

/** How many conversations have a planned or armed follow-up by a version. */
export interface Run {
  readonly policy: string
  readonly conversations: number
}

/** What a version changes, before it is applied. */
export interface Preview {
  /** The latest other version on record; undefined where there is none, or it cannot be decoded. */
  readonly before: AnyPolicy | undefined
  readonly differences: ReadonlyArray<PolicyDiff.Difference>
  readonly running: ReadonlyArray<Run>
}

const versionsOf = ({ name }: AnyPolicy) => `${name}@%`

const versionOf = (id: string) => Number(id.slice(id.lastIndexOf("@") + 1))

/** The versions that planned and armed follow-ups are on, by their ids. */
const running = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(
    sql<{ policy: string; conversations: number | string }>`
      SELECT policy, count(DISTINCT conversation_id) AS conversations FROM follow_ups
      WHERE status IN ('planned', 'armed') GROUP BY policy ORDER BY policy`,
    (rows) => rows.map(({ conversations, policy }): Run => ({ policy, conversations: Number(conversations) }))
  )
)

/** What a version would change. Fails with `VersionChanged` if it is on record with another content. */
export const preview = Effect.fn("Rollout.preview")(function* (policy: AnyPolicy) {
  const sql = yield* SqlClient.SqlClient
  yield* PolicyVersions.refuseChanged(policy)
  const recorded = yield* sql<{
    id: string
  }>`SELECT id FROM policies WHERE id LIKE ${versionsOf(policy)} AND id <> ${policy.id}`
  const latest = recorded.map(({ id }) => id).toSorted((a, b) => versionOf(b) - versionOf(a))[0]
  const before = latest === undefined ? undefined : Option.getOrUndefined(yield* PolicyVersions.find(latest))
  return {
    before,
    differences: before === undefined ? [] : PolicyDiff.between(before, policy),
    running: (yield* running).filter((run) => nameOf(run.policy) === policy.name)
  } satisfies Preview
})

const decode = Schema.decodeUnknown(Schema.Array(FollowUp))

/** Which follow-ups are meant, and the version by which they go on where they are retimed. */
interface Moved {
  readonly which: Statement.Fragment
  readonly to: string
  /** Follow-ups that keep a cadence on its version. What is armed is finished by the version that it was armed by. */
  readonly holding: Statement.Fragment
}

/** Of earlier versions of this policy. */
const earlier = (sql: SqlClient.SqlClient, policy: AnyPolicy): Moved => ({
  which: sql`policy LIKE ${versionsOf(policy)} AND policy <> ${policy.id}`,
  to: policy.id,
  holding: sql.literal("status IN ('armed', 'sent', 'done', 'unknown')")
})

/** Of policies that are not named any more: the review of a chat finds the one in force that takes it. */
const ofOthers = (sql: SqlClient.SqlClient, versions: ReadonlyArray<string>, [first]: InForce): Moved => ({
  which: sql.in("policy", versions),
  to: first.id,
  holding: sql.literal("status IN ('sent', 'done', 'unknown')")
})

/** Those that wait. */
const waiting = (sql: SqlClient.SqlClient, { which }: Moved) =>
  Effect.flatMap(sql`SELECT * FROM follow_ups WHERE ${which} AND status = 'planned'`, (rows) =>
    Effect.orDie(decode(rows))
  )

const retime = Effect.fn("Rollout.retime")(function* (moved: Moved) {
  const sql = yield* SqlClient.SqlClient
  const ledger = yield* Ledger
  const now = yield* DateTime.now
  const rows = yield* waiting(sql, moved)
  yield* Effect.forEach(rows, (row) =>
    ledger.advance(
      row,
      { policy: moved.to, due_at: now },
      { name: "policy_changed", detail: { from: row.policy, to: moved.to } }
    )
  )
  yield* sql`UPDATE follow_ups SET policy = ${moved.to} WHERE ${moved.which} AND ${moved.holding}`
})

const exit = Effect.fn("Rollout.exit")(function* (moved: Moved) {
  const sql = yield* SqlClient.SqlClient
  const ledger = yield* Ledger
  const rows = yield* waiting(sql, moved)
  yield* Effect.forEach(rows, (row) =>
    ledger.advance(row, { status: "skipped", reason: "exited" }, { name: "skipped", detail: { reason: "exited" } })
  )
  yield* sql`UPDATE follow_ups SET reason = 'exited' WHERE ${moved.which} AND ${moved.holding}`
})

const move = (moved: Moved, running: "retime" | "exit") =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    Transaction.within(sql)(running === "retime" ? retime(moved) : exit(moved))
  )

/** Records the version, then moves or ends the cadences on earlier versions, in one transaction; and who did. */
export const apply = Effect.fn("Rollout.apply")(function* (policy: AnyPolicy, running: Running) {
  const sql = yield* SqlClient.SqlClient
  yield* PolicyVersions.record(policy)
  if (running !== "keep") yield* move(earlier(sql, policy), running)
  const detail = { ...(yield* Operator.by), policy: policy.id, running }
  yield* AuditWriter.make(sql)(AuditWriter.allChats, { name: "policy_applied", detail })
})

/** What conversations run on that is not in force. */
export interface Left {
  /** Of earlier versions of the policies in force. */
  readonly earlier: ReadonlyArray<Run>
  /** Of policies that are not named any more. */
  readonly unnamed: ReadonlyArray<Run>
}

/** What planned and armed follow-ups run on beside these policies. */
export const leftBy = (policies: InForce) =>
  Effect.map(running, (runs): Left => {
    const [names, ids] = [policies.map(({ name }) => name), policies.map(({ id }) => id)]
    return {
      earlier: runs.filter(({ policy }) => names.includes(nameOf(policy)) && !ids.includes(policy)),
      unnamed: runs.filter(({ policy }) => !names.includes(nameOf(policy)))
    }
  })

/**
 * Records these policies as the ones in force, then moves or ends the cadences on earlier versions and on policies that
 * are not named any more. Gives what ran on those before. Fails with `VersionChanged`, before anything is changed.
 */
export const putInForce = Effect.fn("Rollout.putInForce")(function* (policies: InForce, running: Running) {
  const sql = yield* SqlClient.SqlClient
  yield* PolicyVersions.recordInForce(policies)
  const left = yield* leftBy(policies)
  const unnamed = left.unnamed.map(({ policy }) => policy)
  if (running !== "keep") {
    yield* Effect.forEach(policies, (policy) => move(earlier(sql, policy), running), { discard: true })
    if (unnamed.length > 0) yield* move(ofOthers(sql, unnamed, policies), running)
  }
  return left
})

const fates: Record<Running, string> = {
  keep: "they go on as they began",
  retime: "they are decided anew",
  exit: "they have ended"
}

/** What became of what was left, a line for each version. */
export const describeLeft = ({ earlier, unnamed }: Left, running: Running): ReadonlyArray<string> => {
  const lineOf = (why: string) => (run: Run) =>
    `${CountText.count(run.conversations, "conversation")} with a follow-up waiting or under way by ${run.policy}, ` +
    `${why}: ${fates[running]} (--running ${running})`
  return [
    ...earlier.map(lineOf("which has a newer version")),
    ...unnamed.map(lineOf("which is not among the policies any more"))
  ]
}
