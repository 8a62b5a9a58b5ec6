/** A file that is damaged, or is another program's: each command says so in one line, and changes nothing of it. */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import * as EmptyLog from "../src/Ledger/Database/EmptyLog.ts"
import * as Sqlite from "../src/Ledger/Database/Sqlite.ts"
import * as Ledger from "../src/Ledger.ts"
import * as Erasure from "../src/Privacy/Erasure.ts"
import * as CommandLine from "./CommandLine.ts"

const policy = "name: nudge\nversion: 1\nsteps:\n  - after: 1 hour\n    action: schedule_follow_up\n"
const env = { INVENT_API_KEY: "inv_key", INVENT_BASE_URL: "http://127.0.0.1:9" }
const serve = ["serve", "--policy", "policy.yaml", "--chats", "ids.txt", "--db", "a.db"]
const changes = [serve, ["run", ...serve.slice(1)], ["pause", "--db", "a.db"], ["opt-out", "--db", "a.db", "contact_1"]]

const inFolder = <A, E>(test: Effect.Effect<A, E>) =>
  CommandLine.inFolder({ "policy.yaml": policy, "ids.txt": "chat_1\n", "list.csv": "contact_1\n" }, test)

/** Refuses the key. */
const refusing = HttpClient.make((request) =>
  Effect.succeed(HttpClientResponse.fromWeb(request, new Response(null, { status: 401 })))
)

const file = SqliteClient.layer({ filename: "a.db" })

/** The number of the first page of a table. */
const pageOf = (table: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    Effect.map(
      sql<{ rootpage: number }>`SELECT rootpage FROM sqlite_master WHERE name = ${table}`,
      ([row]) => row!.rootpage
    )
  )

describe("a ledger of which a page is damaged", () => {
  const damaged = (table: string) =>
    Effect.gen(function* () {
      const ledger = Layer.provide(Ledger.layer, Sqlite.layer("a.db"))
      yield* Effect.provide(Effect.void, Layer.provide(ledger, NodeContext.layer))
      const page = yield* Effect.provide(pageOf(table), file)
      writeFileSync("a.db", readFileSync("a.db").fill(255, (page - 1) * 4096, page * 4096))
    })

  it.live("is an error of doctor, which names restore", () =>
    inFolder(
      Effect.gen(function* () {
        yield* damaged("audit")
        const { code, stdout } = yield* CommandLine.run(["doctor", "--db", "a.db"], { env, http: refusing })
        expect(code).toBe(1)
        expect(stdout.replaceAll(/\s+/g, " ")).toMatch(
          / error database database a.db: is damaged \(Tree .+\); .+ with restore ok /
        )
      })
    )
  )

  it.live("ends a command that needs the page with one line", () =>
    inFolder(
      Effect.gen(function* () {
        yield* damaged("consents")
        const { code, stderr } = yield* CommandLine.run(["opt-out", "--db", "a.db", "contact_1"], { env })
        expect([code, stderr]).toEqual([
          2,
          expect.stringMatching(/^the database is damaged \(database disk image is malformed\); .+ with restore\n$/)
        ])
      })
    )
  )

  it.live("ends serve with 3, and an alert in its log, where the sweep needs the page", () =>
    inFolder(
      Effect.gen(function* () {
        yield* damaged("follow_ups")
        const { code, stderr, stdout } = yield* CommandLine.run(serve, { env })
        expect([code, stderr.trimEnd()]).toEqual([
          3,
          expect.stringMatching(/^database a.db: is damaged \(.+\); .+ with restore; nothing more was sent$/)
        ])
        expect(stdout).toContain("alert: The ledger cannot be used: database a.db: is damaged")
      })
    )
  )
})

describe.each(["DELETE", "WAL"] as const)("the SQLite file of another program (%s)", (journalMode) => {
  for (const args of changes) {
    it.live(`is refused by ${args[0]}, and stays as it is`, () =>
      inFolder(
        Effect.gen(function* () {
          yield* Effect.provide(
            Effect.flatMap(SqlClient.SqlClient, (sql) =>
              Effect.zipRight(sql`CREATE TABLE orders (id INTEGER)`, EmptyLog.make(sql))
            ),
            SqliteClient.layer({ filename: "a.db", journalMode })
          )
          const before = readFileSync("a.db")
          expect(yield* CommandLine.run(args, { env })).toMatchObject({
            code: 2,
            stderr:
              "database a.db: holds no ledger but another program's tables, such as orders; " +
              "give --db a file of its own\n"
          })
          expect(readFileSync("a.db").equals(before)).toBe(true)
        })
      )
    )
  }
})

describe("a ledger that is empty, though a scheduler has run on it", () => {
  for (const command of [["pause"], ["resume"], ["opt-out", "contact_1"], ["opt-in", "contact_1"], ["status"]]) {
    it.live(`is refused by ${command[0]}, and stays empty`, () =>
      inFolder(
        Effect.gen(function* () {
          yield* Effect.provide(Effect.void, Layer.provide(Sqlite.layer("a.db"), NodeContext.layer))
          writeFileSync("a.db", "")
          const { code, stderr } = yield* CommandLine.run([...command, "--db", "a.db"], { env })
          expect([code, stderr]).toEqual([
            2,
            expect.stringMatching(/^database a.db: (is gone or empty|holds no ledger)/)
          ])
          expect(readFileSync("a.db").length).toBe(0)
        })
      )
    )
  }
})

describe("what is no file", () => {
  for (const command of [["status"], ["doctor"], ["pause"], serve]) {
    it.live(`is refused by ${command[0]} in one line`, () =>
      inFolder(
        Effect.gen(function* () {
          execFileSync("mkfifo", ["a.db"])
          mkdirSync("folder")
          for (const [db, what] of [
            ["a.db", "no file"],
            ["folder", "a folder"]
          ] as const) {
            const args = [...command.filter((word) => word !== "--db" && word !== "a.db"), "--db", db]
            const { code, stderr, stdout } = yield* CommandLine.run(args, { env, http: refusing })
            expect(code).toBeGreaterThan(0)
            expect(`${stderr}${stdout}`).toContain(`database ${db}: is ${what}\n`)
          }
        })
      )
    )
  }
})

it.live("the id of a chat is refused as that of a contact, and an unknown contact is named as such", () =>
  inFolder(
    Effect.gen(function* () {
      const ledger = Layer.provideMerge(Ledger.layer, Layer.provide(Sqlite.layer("a.db"), NodeContext.layer))
      const latest = {
        chat_id: "chat_1",
        conversation_id: "chat_1",
        decision: "Stop",
        reason: "replied",
        until: null
      } as const
      yield* Effect.provide(
        Effect.flatMap(Ledger.Ledger, ({ decided }) => decided(latest)),
        ledger
      )
      for (const command of ["opt-out", "opt-in", "erase"]) {
        expect(yield* CommandLine.run([command, "--db", "a.db", "chat_1"])).toMatchObject({
          code: 2,
          stderr: "chat_1 is the id of a chat, and none of a contact; nothing was recorded\n"
        })
        const { code, stdout } = yield* CommandLine.run([command, "--db", "a.db", `contact_of_${command}`])
        expect([code, stdout.replaceAll(/\s+/g, " ")]).toEqual([
          0,
          expect.stringContaining("No chat of theirs is on record here; look at the id")
        ])
      }
    })
  )
)

it.live("a database that was made anew under a scheduler is not its ledger any more", () =>
  inFolder(
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { isUsable } = yield* Ledger.Ledger
      yield* Effect.zipRight(isUsable, isUsable)
      yield* sql`UPDATE erasure_key SET secret = 'that of another ledger'`
      expect(yield* Effect.flip(isUsable)).toMatchObject({ _tag: "LedgerLost" })
    }).pipe(
      Effect.provide(
        Layer.provideMerge(Layer.provideMerge(Erasure.layer, Ledger.layer), SqliteClient.layer({ filename: "a.db" }))
      )
    )
  )
)
