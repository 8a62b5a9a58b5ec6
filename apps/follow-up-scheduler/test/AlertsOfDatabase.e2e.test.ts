/** A ledger that cannot be used for a while under a running `serve`, and what a supervisor and a person receive. */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as Requirement from "@effect-invent/test-support/Requirement"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as SqlClient from "@effect/sql/SqlClient"
import { afterAll, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Database from "../src/Ledger/Database/Postgres.ts"
import * as AlertHarness from "./AlertHarness.ts"
import * as DatabaseOutage from "./DatabaseOutage.ts"
import * as Postgres from "./Postgres.ts"
import * as Volume from "./Volume.ts"

const { isReportedOnce, serving, until } = AlertHarness

const { folder: volume, remove, requirement: aVolume } = Volume.make(16)

afterAll(remove)

const sentOnce = ({ vendor }: AlertHarness.Serving) => until(() => vendor.sentTo("chat_of_ada") === 1)

Requirement.describeWith([aVolume], "on a volume that is full", () => {
  it.live("the ledger is reported once, and when there is room again; what was due meanwhile is sent then, once", () =>
    Effect.gen(function* () {
      const db = `${volume}/a.db`
      const serve = yield* serving({
        after: "1 second",
        isHeld: true,
        env: { FOLLOW_UPS_SWEEP_SLACK: "0 millis" },
        ledger: { args: ["--db", db], layer: SqliteClient.layer({ filename: db }) }
      })
      yield* until(serve.hold.isHolding)
      yield* Volume.fill(volume)
      const free = yield* Volume.keepFull(volume)
      yield* isReportedOnce(serve, {
        begin: ({ hold }) => hold.release,
        end: () => free,
        alert: "The ledger cannot be used: Failed to execute statement: database or disk is full",
        reason: "ledger_failing"
      })
      yield* sentOnce(serve)
      expect(serve.vendor.requests.filter((line) => line.startsWith("PATCH "))).toHaveLength(1)
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
  )
})

Requirement.describeWith([aVolume], "on a volume that is full while nothing is due", () => {
  it.live("the ledger is reported once, and when there is room again", () =>
    Effect.gen(function* () {
      const db = `${volume}/idle.db`
      const serve = yield* serving({ ledger: { args: ["--db", db], layer: SqliteClient.layer({ filename: db }) } })
      const free = yield* Volume.keepFull(volume)
      yield* isReportedOnce(serve, {
        begin: () => Effect.void,
        end: () => free,
        alert: "The ledger cannot be used: Failed to execute statement: database or disk is full",
        reason: "ledger_failing"
      })
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
  )
})

/** A `serve` on a database of its own, and who locks a table of it until `release`. */
const onPostgres = (options: AlertHarness.Options) =>
  Effect.gen(function* () {
    const url = yield* Effect.flatMap(Postgres.forSuite(), ({ database }) => database)
    const layer = Database.layer(url)
    const port = yield* Postgres.freePort
    const env = { ...options.env, DATABASE_URL: Redacted.value(url), RUNNER_PORT: String(port) }
    return { serve: yield* serving({ ...options, env, ledger: { args: [], layer } }), url, layer }
  })

Postgres.describe("on PostgreSQL", () => {
  it.live(
    "the ledger is reported once when the server refuses connections, and when it lets them in again; what is due is sent then",
    () =>
      Effect.gen(function* () {
        const { serve, url } = yield* onPostgres({ after: "1 second", isHeld: true })
        const database = DatabaseOutage.make(url)
        yield* isReportedOnce(serve, {
          begin: ({ hold }) =>
            until(hold.isHolding).pipe(Effect.zipRight(database.leaves), Effect.zipRight(hold.release)),
          end: () => database.isBack,
          alert: "The ledger cannot be used",
          reason: "ledger_failing",
          isSwept: true
        })
        yield* sentOnce(serve)
      }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
  )

  it.live("the ledger is reported once when it does not answer, and when it does again", () =>
    Effect.gen(function* () {
      const { layer, serve } = yield* onPostgres({})
      const release = yield* Deferred.make<void>()
      const locked = yield* Deferred.make<void>()
      const locking = Effect.flatMap(SqlClient.SqlClient, (sql) =>
        // A transaction that waits for a test is idle, which this program's connections may not be for long.
        sql`SET LOCAL idle_in_transaction_session_timeout = 0`.pipe(
          Effect.zipRight(sql`LOCK TABLE pauses IN ACCESS EXCLUSIVE MODE`),
          Effect.zipRight(Deferred.succeed(locked, undefined)),
          Effect.zipRight(Deferred.await(release)),
          sql.withTransaction
        )
      ).pipe(Effect.provide(layer))
      const lock = yield* Effect.fork(locking)
      yield* Effect.raceFirst(Deferred.await(locked), Effect.zipRight(Fiber.join(lock), Effect.never))
      yield* until(() => serve.alerts.length > 0)
      expect(yield* serve.get("/readyz")).toEqual({
        status: 503,
        text: expect.stringContaining("ledger_failing: The ledger cannot be used: it does not answer")
      })
      yield* Deferred.succeed(release, undefined)
      yield* Fiber.join(lock)
      yield* until(() => serve.alerts.length > 1)
      yield* serve.sweepsAgain(10)
      const alert = "he ledger cannot be used: it does not answer, since"
      expect(serve.alerts.map((text) => text.slice(0, alert.length + 12))).toEqual([
        expect.stringMatching(`^T${alert}`),
        expect.stringMatching(`^No longer: t${alert}`)
      ])
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
  )
})
