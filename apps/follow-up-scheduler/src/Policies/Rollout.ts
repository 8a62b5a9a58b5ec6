/**
 * Puts a new version of a policy in force, and decides what becomes of the cadences that run on earlier versions.
 * `policy apply` shows the differences before it changes anything.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { FollowUp } from "../Plan/FollowUp.ts"
import * as Transaction from "../Ledger/Database/Transaction.ts"
import { Ledger } from "../Ledger.ts"
import * as PolicyVersions from "./PolicyVersions.ts"
import type { Policy } from "../Policy.ts"
import * as PolicyDiff from "./PolicyDiff.ts"

/**
 * What becomes of cadences on earlier versions:
 * - `keep`: they stay on their version.
 * - `retime`: they go on by the new version; planned follow-ups are decided again at once.
 * - `exit`: they end with the reason `exited`, and the next silence begins by the new version.
 */
export const Running = Schema.Literal("keep", "retime", "exit")
/** What becomes of cadences on earlier versions. */
export type Running = typeof Running.Type

/** What a version changes, before it is applied. */
export interface Preview {
  /** The latest other version on record; undefined where there is none, or it cannot be decoded. */
  readonly before: Policy | undefined
  readonly differences: ReadonlyArray<PolicyDiff.Difference>
  /** How many conversations have a planned or armed follow-up, by version. */
  readonly running: ReadonlyArray<{ readonly policy: string; readonly conversations: number }>
}

const versionsOf = ({ name }: Policy) => `${name}@%`

const versionOf = (id: string) => Number(id.slice(id.lastIndexOf("@") + 1))

/** What a version would change. Fails with `VersionChanged` if it is on record with another content. */
export const preview = Effect.fn("Rollout.preview")(function* (policy: Policy) {
  const sql = yield* SqlClient.SqlClient
  yield* PolicyVersions.refuseChanged(policy)
  const recorded = yield* sql<{
    id: string
  }>`SELECT id FROM policies WHERE id LIKE ${versionsOf(policy)} AND id <> ${policy.id}`
  const latest = recorded.map(({ id }) => id).toSorted((a, b) => versionOf(b) - versionOf(a))[0]
  const before = latest === undefined ? undefined : Option.getOrUndefined(yield* PolicyVersions.find(latest))
  const running = yield* sql<{ policy: string; conversations: number | string }>`
    SELECT policy, count(DISTINCT conversation_id) AS conversations FROM follow_ups
    WHERE policy LIKE ${versionsOf(policy)} AND status IN ('planned', 'armed') GROUP BY policy ORDER BY policy`
  return {
    before,
    differences: before === undefined ? [] : PolicyDiff.between(before, policy),
    running: running.map(({ conversations, policy }) => ({ policy, conversations: Number(conversations) }))
  } satisfies Preview
})

const decode = Schema.decodeUnknown(Schema.Array(FollowUp))

/** Follow-ups of earlier versions that wait. */
const waiting = (sql: SqlClient.SqlClient, policy: Policy) =>
  Effect.flatMap(
    sql`SELECT * FROM follow_ups WHERE policy LIKE ${versionsOf(policy)} AND policy <> ${policy.id} AND status = 'planned'`,
    (rows) => Effect.orDie(decode(rows))
  )

/** Follow-ups that keep a cadence on an earlier version. */
const taken = (sql: SqlClient.SqlClient, policy: Policy) =>
  sql`policy LIKE ${versionsOf(policy)} AND policy <> ${policy.id} AND status IN ('armed', 'sent', 'done', 'unknown')`

const retime = Effect.fn("Rollout.retime")(function* (policy: Policy) {
  const sql = yield* SqlClient.SqlClient
  const ledger = yield* Ledger
  const now = yield* DateTime.now
  const rows = yield* waiting(sql, policy)
  yield* Effect.forEach(rows, (row) =>
    ledger.advance(
      row,
      { policy: policy.id, due_at: now },
      { name: "policy_changed", detail: { from: row.policy, to: policy.id } }
    )
  )
  yield* sql`UPDATE follow_ups SET policy = ${policy.id} WHERE ${taken(sql, policy)}`
})

const exit = Effect.fn("Rollout.exit")(function* (policy: Policy) {
  const sql = yield* SqlClient.SqlClient
  const ledger = yield* Ledger
  const rows = yield* waiting(sql, policy)
  yield* Effect.forEach(rows, (row) =>
    ledger.advance(row, { status: "skipped", reason: "exited" }, { name: "skipped", detail: { reason: "exited" } })
  )
  yield* sql`UPDATE follow_ups SET reason = 'exited' WHERE ${taken(sql, policy)}`
})

/** Records the version, then moves or ends the cadences on earlier versions, in one transaction. */
export const apply = Effect.fn("Rollout.apply")(function* (policy: Policy, running: Running) {
  const sql = yield* SqlClient.SqlClient
  yield* PolicyVersions.record(policy)
  if (running !== "keep") yield* Transaction.within(sql)(running === "retime" ? retime(policy) : exit(policy))
})
