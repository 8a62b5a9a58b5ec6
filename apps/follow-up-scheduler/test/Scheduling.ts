/**
 * The scheduler over a fake chat and the database of the surroundings, for tests that let its ledger and its sweep do
 * the work.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as ChatReader from "../src/ChatReader.ts"
import { Dispatch } from "../src/Dispatch.ts"
import type { Erasure } from "../src/Privacy/Erasure.ts"
import * as Ledger from "../src/Ledger.ts"
import { ChatReview } from "../src/ChatReview.ts"
import type { OptOuts } from "../src/ChatReader/OptOuts.ts"
import type { CircuitBreaker } from "../src/ChatReader/CircuitBreaker.ts"
import type { InForce } from "../src/Decide/PolicyChoice.ts"
import { ActivePolicy, FurtherPolicies } from "../src/Policy.ts"
import type { Policies } from "../src/Policies.ts"
import type { PolicyVersions } from "../src/Policies/PolicyVersions.ts"
import * as Scheduler from "../src/Scheduler.ts"
import * as Timer from "../src/Timer.ts"
import { ChatRows } from "../src/Watch/ChatRows.ts"
import * as Build from "./Build.ts"
import * as Databases from "./Databases.ts"
import * as FakeChat from "./FakeChat.ts"

export type Fields = Readonly<Record<string, unknown>>
type Parts =
  | ChatRows
  | Erasure
  | OptOuts
  | ChatReview
  | CircuitBreaker
  | Dispatch
  | Ledger.Ledger
  | Policies
  | PolicyVersions
  | SqlClient.SqlClient

/** The parts of a process under these policies, over this ledger. */
export const underPolicies = <E, R>(
  ledger: Layer.Layer<Ledger.Ledger, E, R>,
  vendor: Pick<FakeChat.FakeChat, "layer">,
  [first, ...further]: InForce
) =>
  Scheduler.layer.pipe(
    Layer.provideMerge(ChatReader.layerMatching),
    Layer.provideMerge(Layer.mergeAll(Timer.layerNone, ledger, vendor.layer)),
    Layer.provide([Layer.succeed(ActivePolicy, first), Layer.succeed(FurtherPolicies, further)])
  )

/** The parts of a process under this policy, over this ledger. */
export const underLedger = <E, R>(ledger: Layer.Layer<Ledger.Ledger, E, R>, fake: FakeChat.FakeChat, fields: Fields) =>
  underPolicies(ledger, fake, [Build.policy(fields)])

/** A process under this policy: it lives as long as `use`. */
export const under =
  (fake: FakeChat.FakeChat, fields: Fields) =>
  <A, E>(use: Effect.Effect<A, E, Parts>) =>
    Effect.provide(use, underLedger(Ledger.layer, fake, fields))

/** Tests that begin at `Build.start`, each over a chat and a database of its own. `effect` makes one. */
export const storiesOn =
  <E>(database: Layer.Layer<SqlClient.SqlClient, E>, { effect }: Pick<typeof it, "effect"> = it) =>
  (name: string, test: (fake: FakeChat.FakeChat) => Effect.Effect<void, unknown, SqlClient.SqlClient>) => {
    effect(name, () =>
      Effect.zipRight(
        TestClock.setTime(Build.start.epochMillis),
        Effect.suspend(() => test(FakeChat.make()))
      ).pipe(Effect.provide(database))
    )
  }

export const story = storiesOn(Databases.sqlite)

/** A look at the chat because the watch saw that it has changed: its row is read anew. */
export const reviewChat = Effect.zipRight(
  Effect.flatMap(ChatRows, (rows) => rows.forget(Build.chat_id)),
  Effect.flatMap(ChatReview, (reviewChat) => reviewChat.reviewById(Build.chat_id))
)

export const setClock = (instant: DateTime.Utc) => TestClock.setTime(instant.epochMillis)

export const sweepAt = (instant: DateTime.Utc) =>
  Effect.zipRight(
    setClock(instant),
    Effect.flatMap(Dispatch, (dispatch) => dispatch.sweep(Duration.zero))
  )

const earliest = Effect.flatMap(Ledger.Ledger, (ledger) =>
  Effect.map(ledger.overdue(Build.after(3650 * Build.day)), (rows) => rows[0])
)

/** Sweeps at every instant at which something is due, and leaves the clock at `until`. */
export const sweepUntil = (until: DateTime.Utc) =>
  Effect.gen(function* () {
    for (let count = 0; count < 100; count++) {
      const next = yield* earliest
      if (next === undefined || DateTime.greaterThan(next.due_at, until))
        return yield* setClock(DateTime.max(until, yield* DateTime.now))
      yield* sweepAt(DateTime.max(next.due_at, yield* DateTime.now))
    }
    return yield* Effect.dieMessage("the ledger does not come to rest")
  })

/** The follow-ups on record, as `step policy status reason`. */
export const record = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(
    sql<Record<string, string | null>>`SELECT step, policy, status, reason FROM follow_ups ORDER BY rowid`,
    (rows) =>
      rows.map(({ policy, reason, status, step }) =>
        [step, policy, status, ...(reason === null ? [] : [reason])].join(" ")
      )
  )
)

/** The latest decision about the chat, as `decision reason`. */
export const chatDecision = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(
    sql<{
      decision: string
      reason: string | null
    }>`SELECT decision, reason FROM chat_decisions WHERE chat_id = ${Build.chat_id}`,
    (rows) => `${rows[0]?.decision} ${rows[0]?.reason}`
  )
)
