/** A `serve` whose database goes away while it starts ends by itself, so that its supervisor starts it again. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Requirement from "@effect-invent/test-support/Requirement"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import * as SqlClient from "@effect/sql/SqlClient"
import { expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { fileURLToPath } from "node:url"
import * as DatabaseOutage from "./DatabaseOutage.ts"
import * as Postgres from "./Postgres.ts"
import * as Process from "./Process.ts"

const policy = fileURLToPath(new URL("../../../policies/idle-nudge.yaml", import.meta.url))
const source = ["--policy", policy, "--chats", "ids.txt"]

/** What `serve` reads first after the log line that it follows up, and nothing before. */
const readFirst = "sweeps"

/** Keeps others from reading the table, until its connection ends. */
const locking = (held: Deferred.Deferred<void>) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.withTransaction(
      sql.unsafe(`LOCK TABLE ${readFirst} IN ACCESS EXCLUSIVE MODE`).pipe(
        Effect.zipRight(Deferred.succeed(held, undefined)),
        // A transaction that is idle for 3 seconds is ended by the server.
        Effect.zipRight(Effect.repeat(sql`SELECT 1`, Schedule.spaced("1 second")))
      )
    )
  )

/** Waits until another connection waits for the table. */
const isWaitedFor = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`.pipe(
    Effect.delay("50 millis"),
    Effect.repeat({ until: (waiting) => waiting.length > 0 })
  )
)

Requirement.describeWith([Requirement.postgres], "serve, whose database fails while it starts", () => {
  it.scopedLive("ends with 2 and prints why; the next one starts", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const { apiKey, url } = yield* Emulator.Emulator
      const DATABASE_URL = yield* Effect.flatMap(Postgres.forSuite(), ({ database }) => database)
      const database = DatabaseOutage.make(DATABASE_URL)
      const cwd = yield* files.makeTempDirectoryScoped()
      yield* files.writeFileString(`${cwd}/ids.txt`, "chat_none\n")
      const env = {
        INVENT_API_KEY: Redacted.value(apiKey("scheduler")),
        INVENT_BASE_URL: url,
        DATABASE_URL: Redacted.value(DATABASE_URL),
        RUNNER_PORT: String(yield* Postgres.freePort)
      }
      expect(yield* Process.run(["run", ...source], { cwd, env })).toMatchObject({ code: 0, stderr: "" })
      const sql = yield* Layer.build(DatabaseOutage.patient(DATABASE_URL))
      const held = yield* Deferred.make<void>()
      yield* Effect.forkScoped(Effect.provide(locking(held), sql))
      yield* Deferred.await(held)
      const first = yield* Process.start(["serve", ...source], { cwd, env })
      yield* first.says("following up")
      yield* Effect.provide(isWaitedFor, sql)
      yield* database.leaves
      const { code, stderr } = yield* first.ended
      expect(stderr).toMatch(/^the database failed: .*terminating connection/m)
      expect(code).toBe(2)
      yield* database.isBack
      const second = yield* Process.start(["serve", ...source], { cwd, env })
      yield* second.says("following up")
      second.process.kill("SIGTERM")
      expect((yield* second.ended).code).toBe(143)
    }).pipe(Effect.provide(Layer.merge(Emulator.layerServer(), NodeContext.layer)))
  )
})
