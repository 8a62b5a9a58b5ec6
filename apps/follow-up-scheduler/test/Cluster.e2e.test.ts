import * as Checker from "@effect-invent/emulator/Checker"
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Log from "@effect-invent/emulator/Log"
import * as FileSystem from "@effect/platform/FileSystem"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { execFileSync } from "node:child_process"
import type { Boundary } from "../src/Checkpoint.ts"
import * as Database from "../src/Database/Postgres.ts"
import { Ledger, layerReadOnly } from "../src/Ledger.ts"
import { lockExpiration } from "../src/Runner.ts"
import * as Crowd from "./Crowd.ts"
import * as Postgres from "./Postgres.ts"
import * as Process from "./Process.ts"

/** How late a follow-up may be when a runner dies. */
const afterDeath = "15 seconds"
/** One whose intent a frozen runner has recorded is looked for in vain before it is planned again. */
const afterFreeze = "45 seconds"

const freezesAt = (boundary: Boundary) => ({ MORTAL_AT: boundary, MORTAL_SIGNAL: "SIGSTOP" })

const isFrozen = ({ process }: Process.Running) =>
  Effect.sync(() => execFileSync("ps", ["-o", "state=", "-p", String(process.pid)], { encoding: "utf8" }).startsWith("T"))

/** Until a runner stands still at its boundary; then for longer than its locks last. */
const thaw = (runner: Process.Running) =>
  Effect.gen(function* () {
    yield* Effect.repeat(isFrozen(runner), { until: (yes) => yes, schedule: Schedule.spaced("100 millis") })
    yield* Effect.sleep(Duration.sum(lockExpiration, "3 seconds"))
    runner.process.kill("SIGCONT")
  })

describe.skipIf(!Postgres.isInstalled)("runners on one PostgreSQL database", () => {
  const server = Postgres.forSuite()

  /** Starts runners on a new database, with a crowd; what the end of it all must be. */
  const stage = (people: number) =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const { apiKey, log, url } = yield* Emulator.Emulator
      const { database } = yield* server
      const DATABASE_URL = yield* database
      const cwd = yield* files.makeTempDirectoryScoped()
      yield* files.writeFileString(`${cwd}/policy.yaml`, Crowd.policy)
      yield* files.writeFileString(`${cwd}/ids.txt`, "chat_nobody")
      const runners: Array<Process.Running> = []
      const runner = (env: Record<string, string> = {}) =>
        Effect.tap(Effect.flatMap(Postgres.freePort, (port) =>
          Process.start(["serve", "--policy", "policy.yaml", "--chats", "ids.txt", "--every", "1 second"], {
            cwd,
            isMortal: true,
            env: {
              INVENT_API_KEY: Redacted.value(apiKey("scheduler")),
              INVENT_BASE_URL: url,
              INVENT_RATE_WINDOW: "1 second",
              DATABASE_URL: Redacted.value(DATABASE_URL),
              RUNNER_PORT: String(port),
              ...env
            }
          })
        ), (running) => runners.push(running))
      const sql = Database.layer(DATABASE_URL)
      const first = yield* runner()
      yield* first.says("following up")
      const crowd = yield* Crowd.make(people, `${cwd}/ids.txt`, "500 millis")
      const ledger = Layer.provide(layerReadOnly, sql)
      const recorded = Effect.flatMap(Ledger, (ledger) => Effect.map(ledger.tally, (tally) => tally.reduce((sum, { chats, sent }) => sum + chats * sent, 0))).pipe(
        Effect.provide(ledger)
      )
      const isRight = (grace: Duration.DurationInput) => Effect.gen(function* () {
        const ended = runners.map(({ ended }) => Effect.filterOrElse(ended, ({ code }) => code === null, ({ code, stderr }) => Effect.dieMessage(`ended with ${code}: ${stderr}`)))
        yield* Effect.raceFirst(crowd.settled(recorded), Effect.zipRight(Effect.all(ended, { concurrency: "unbounded" }), Effect.never))
        const entries = yield* log.entries
        const verdict = Checker.check(yield* Checker.readLog(Log.toJsonLines(entries)), yield* Checker.readPolicy(Crowd.policy), { grace })
        console.log(Checker.render(verdict))
        expect(yield* Effect.provide(crowd.wrongs(verdict, entries), ledger)).toEqual(Crowd.nothing)
      })
      return { first, runner, sql, isRight }
    })

  it.live(
    "of which one is killed go on within 15 s, and follow up once",
    () =>
      Effect.gen(function* () {
        const { first, isRight, runner } = yield* stage(12)
        yield* (yield* runner()).says("following up")
        yield* Effect.sleep("3 seconds")
        first.process.kill("SIGKILL")
        yield* isRight(afterDeath)
      }).pipe(Effect.scoped, Effect.provide(Crowd.surroundings), Effect.withRandom(Random.make("death"))),
    120_000
  )

  it.live(
    "that are frozen for longer than their locks, killed, and cut off from the database follow up once",
    () =>
      Effect.gen(function* () {
        const { start, stop } = yield* server
        const { first, isRight, runner } = yield* stage(24)
        yield* thaw(yield* runner(freezesAt("before request")))
        first.process.kill("SIGKILL")
        yield* thaw(yield* runner(freezesAt("before intent")))
        yield* stop
        yield* Effect.sleep("2 seconds")
        yield* start
        yield* isRight(afterFreeze)
      }).pipe(Effect.scoped, Effect.provide(Crowd.surroundings), Effect.withRandom(Random.make("cluster"))),
    180_000
  )

  it.live(
    "whose timers are all lost follow up in time by the sweep alone",
    () =>
      Effect.gen(function* () {
        const { isRight, sql } = yield* stage(4)
        const losesTimers = Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* sql`CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`
          const lose = sql`CREATE TRIGGER lose BEFORE INSERT ON cluster_messages FOR EACH ROW EXECUTE FUNCTION lose()`
          yield* Effect.retry(lose, Schedule.spaced("20 millis"))
        })
        yield* Effect.provide(losesTimers, sql)
        yield* isRight(afterDeath)
        const messages = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT * FROM cluster_messages`)
        expect((yield* Effect.provide(messages, sql)).length, "timers from before they were lost").toBeLessThan(2)
      }).pipe(Effect.scoped, Effect.provide(Crowd.surroundings), Effect.withRandom(Random.make("sweep"))),
    120_000
  )
})
