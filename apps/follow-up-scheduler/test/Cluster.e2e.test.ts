/** Several schedulers on one PostgreSQL database, of which some die, freeze or lose what they need. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Requirement from "@effect-invent/test-support/Requirement"
import * as FileSystem from "@effect/platform/FileSystem"
import * as SqlClient from "@effect/sql/SqlClient"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { execFileSync } from "node:child_process"
import type { Boundary } from "../src/Ledger/CrashPoint.ts"
import * as Database from "../src/Ledger/Database/Postgres.ts"
import { layerReadOnly } from "../src/Ledger.ts"
import * as CustomerLoad from "./CustomerLoad.ts"
import * as Races from "./CustomerLoad/Races.ts"
import * as DatabaseOutage from "./DatabaseOutage.ts"
import * as Postgres from "./Postgres.ts"
import * as Process from "./Process.ts"

/** How long the conversations of a runner that died or froze are its own; the default is 9 seconds. */
const lockExpiration = "4 seconds"
/**
 * After how many signs of life of another runner it has the conversations of one that died, at most. It takes five
 * where nothing else runs: three until the locks expire, one until it looks, one until it has them. On a busy machine
 * its look comes late while its signs of life go on, hence twice as many; a runner that waited for the cluster's own 35
 * seconds would need 26.
 */
const takenOverWithin = 10

const freezesAt = (boundary: Boundary) => ({ CRASH_AT: boundary, CRASH_SIGNAL: "SIGSTOP" })

const isFrozen = ({ process }: Process.Running) =>
  Effect.sync(() =>
    execFileSync("ps", ["-o", "state=", "-p", String(process.pid)], { encoding: "utf8" }).startsWith("T")
  )

/** Asks again and again until it is so. */
const until = <E, R>(isSo: Effect.Effect<boolean, E, R>) =>
  Effect.asVoid(Effect.repeat(isSo, { until: (yes) => yes, schedule: Schedule.spaced("100 millis") }))

interface Runner extends Process.Running {
  readonly port: number
}

/** On how many parts of the conversations a runner has a lock. */
const locksOf = ({ port }: Runner) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    Effect.map(sql`SELECT 1 FROM cluster_locks WHERE address LIKE ${`%:${port}`}`, (rows) => rows.length)
  )

const hasWork = (runner: Runner) => until(Effect.map(locksOf(runner), (locks) => locks > 0))
/** Another has all that it had. */
const isTakenOver = (runner: Runner) => until(Effect.map(locksOf(runner), (locks) => locks === 0))

/** A runner that stands still at its boundary, and has lost its locks to another meanwhile, goes on where it stood. */
const thaw = (runner: Runner) =>
  Effect.gen(function* () {
    yield* until(isFrozen(runner))
    yield* isTakenOver(runner)
    runner.process.kill("SIGCONT")
  })

/** The interval of a runner's heartbeats in the database. */
const signsOfLife = ({ port }: Runner) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const latest = sql`SELECT last_heartbeat::text AS at FROM cluster_runners WHERE address LIKE ${`%:${port}`}`
    const seen = new Set<unknown>()
    yield* Effect.forkScoped(
      Effect.forever(
        Effect.delay(
          Effect.map(latest, (rows) => seen.add(rows[0]?.["at"])),
          "50 millis"
        )
      )
    )
    return () => seen.size
  })

/** Starts the first runner on a new database; what the end of it all must be. */
const setUp = (people: number, settings: Record<string, string> = {}) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { apiKey, log, url } = yield* Emulator.Emulator
    const DATABASE_URL = yield* Effect.flatMap(Postgres.forSuite(), ({ database }) => database)
    const cwd = yield* files.makeTempDirectoryScoped()
    yield* files.writeFileString(`${cwd}/policy.yaml`, CustomerLoad.policy)
    yield* files.writeFileString(`${cwd}/ids.txt`, "chat_nobody")
    const runners: Array<Process.Running> = []
    const start = (port: number, env: Record<string, string>) =>
      Process.start(["serve", "--policy", "policy.yaml", "--chats", "ids.txt", "--every", "2 seconds"], {
        cwd,
        canCrash: true,
        env: {
          INVENT_API_KEY: Redacted.value(apiKey("scheduler")),
          INVENT_BASE_URL: url,
          INVENT_RATE_WINDOW: "1 second",
          DATABASE_URL: Redacted.value(DATABASE_URL),
          RUNNER_PORT: String(port),
          RUNNER_LOCK_EXPIRATION: lockExpiration,
          ...settings,
          ...env
        }
      })
    const sql = Database.layer(DATABASE_URL)
    /** Starts one more, and waits until it has conversations of its own. */
    const runner = (env: Record<string, string> = {}) =>
      Effect.gen(function* () {
        const port = yield* Postgres.freePort
        const running = yield* start(port, env)
        runners.push(running)
        const runner: Runner = { ...running, port }
        yield* running.says("following up")
        yield* Effect.raceFirst(Effect.provide(hasWork(runner), sql), dies(running))
        return runner
      })
    const dies = ({ ended }: Process.Running) =>
      Effect.flatMap(ended, ({ code, stderr }) => Effect.dieMessage(`ended with ${code}: ${stderr}`))
    const first = yield* runner()
    const load = yield* CustomerLoad.make(people, `${cwd}/ids.txt`, { ...Races.undisturbed, schedulers: 3 })
    const ledger = Layer.provide(layerReadOnly, sql)
    /** A follow-up is under way. */
    const isAtWork = until(
      Effect.map(log.entries, (entries) => entries.some((entry) => entry.kind === "state" && entry.by === "scheduler"))
    )
    const isRight = Effect.gen(function* () {
      const alive = runners.filter(({ process }) => process.signalCode !== "SIGKILL")
      yield* Effect.raceFirst(load.settledAtLast(ledger), Effect.raceAll(alive.map(dies)))
      const { wrongs } = yield* Effect.provide(load.judged, ledger)
      expect(wrongs).toEqual(CustomerLoad.nothing)
    })
    return { first, runner, sql, load, isAtWork, isRight, database: DatabaseOutage.make(DATABASE_URL) }
  })

Requirement.describeWith(
  [Requirement.postgres, Requirement.program("ps", "procps")],
  "runners on one PostgreSQL database",
  () => {
    const test = (
      name: string,
      effect: Effect.Effect<void, unknown, Effect.Effect.Context<ReturnType<typeof setUp>>>
    ) =>
      it.live(name, () =>
        effect.pipe(Effect.scoped, Effect.provide(CustomerLoad.surroundings), Effect.withRandom(Random.make(name)))
      )

    test(
      "of which one is killed go on as soon as its locks have expired, and follow up once",
      Effect.gen(function* () {
        const { load, first, isAtWork, isRight, runner, sql } = yield* setUp(12)
        const second = yield* runner()
        yield* load.arrive(6)
        yield* isAtWork
        yield* load.arrive(6)
        const takeOver = Effect.gen(function* () {
          const signs = yield* signsOfLife(second)
          first.process.kill("SIGKILL")
          yield* isTakenOver(first)
          return signs()
        })
        // The sign of life before the death is counted, too.
        expect(yield* Effect.provide(takeOver, sql)).toBeLessThanOrEqual(1 + takenOverWithin)
        yield* isRight
      })
    )

    test(
      "that are frozen for longer than their locks, killed, and cut off from the database follow up once",
      Effect.gen(function* () {
        const { load, database, first, isRight, runner, sql } = yield* setUp(28)
        const second = yield* runner(freezesAt("before request"))
        const third = yield* runner(freezesAt("before intent"))
        // So many that each runner has some of them.
        yield* load.arrive(20)
        yield* Effect.provide(thaw(second), sql)
        yield* until(isFrozen(third))
        first.process.kill("SIGKILL")
        yield* Effect.provide(thaw(third), sql)
        yield* load.arrive(4)
        yield* database.leaves
        yield* Effect.forEach([second, third], ({ says }) => says("the sweep tries again"))
        yield* database.isBack
        yield* load.arrive(4)
        yield* isRight
      })
    )

    test(
      "whose timers are all lost follow up in time by the sweep alone",
      Effect.gen(function* () {
        const { load, isRight, sql } = yield* setUp(4, {
          FOLLOW_UPS_SWEEP_EVERY: "500 millis",
          FOLLOW_UPS_SWEEP_SLACK: "500 millis"
        })
        const losesTimers = Effect.flatMap(SqlClient.SqlClient, (sql) =>
          Effect.zipRight(
            sql`CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
            sql`CREATE TRIGGER lose BEFORE INSERT ON cluster_messages FOR EACH ROW EXECUTE FUNCTION lose()`
          )
        )
        yield* Effect.provide(losesTimers, sql)
        yield* load.arrive(4)
        yield* isRight
        const messages = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT * FROM cluster_messages`)
        expect(yield* Effect.provide(messages, sql)).toEqual([])
      })
    )
  }
)
