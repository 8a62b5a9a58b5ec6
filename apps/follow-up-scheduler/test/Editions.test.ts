/**
 * A ledger of another edition of this program: of a newer one, or of an older one that was not brought up to date.
 */
import * as SqliteClient from "@effect-invent/sql-sqlite/SqliteClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { fileURLToPath } from "node:url"
import * as Ledger from "../src/Ledger.ts"
import * as CommandLine from "./CommandLine.ts"

const policy = fileURLToPath(new URL("../../../policies/idle-nudge.yaml", import.meta.url))
const db = ["--db", "x.db"]
const chats = ["--policy", policy, "--chats", "ids.txt", ...db]

const reading: Readonly<Record<string, ReadonlyArray<string>>> = {
  preview: ["preview", ...chats],
  "run --dry-run": ["run", "--dry-run", ...chats],
  explain: ["explain", ...db, "chat_1"],
  status: ["status", ...db]
}
const writing: Readonly<Record<string, ReadonlyArray<string>>> = {
  run: ["run", ...chats],
  serve: ["serve", ...chats],
  "policy apply": ["policy", "apply", "--policy", policy, "--running", "keep", ...db],
  erase: ["erase", ...db, "contact_1"],
  pause: ["pause", ...db],
  resume: ["resume", ...db]
}

/** The ledger of this edition, after this statement. */
const ledgerAfter = (change: (sql: SqlClient.SqlClient) => Effect.Effect<unknown, unknown>) =>
  Effect.flatMap(SqlClient.SqlClient, change).pipe(
    Effect.provide(Layer.provideMerge(Ledger.layer, SqliteClient.layer({ filename: "x.db" })))
  )

/** The service answers that nothing is there. */
const http = HttpClient.make((request) =>
  Effect.sync(() => HttpClientResponse.fromWeb(request, new Response("", { status: 404 })))
)

const run = (args: ReadonlyArray<string>, change: (sql: SqlClient.SqlClient) => Effect.Effect<unknown, unknown>) =>
  CommandLine.inFolder(
    { "ids.txt": "chat_1\n" },
    Effect.zipRight(
      ledgerAfter(change),
      CommandLine.run(args, { http, env: { INVENT_API_KEY: "inv_live_5ecret5ecret" } })
    )
  )

const newer = (sql: SqlClient.SqlClient) =>
  sql`INSERT INTO follow_ups_migrations (migration_id, name) VALUES (99, 'of_tomorrow')`
const older = (sql: SqlClient.SqlClient) => sql`DELETE FROM follow_ups_migrations WHERE migration_id > 5`

const ofNewer =
  /^the ledger is of the newer edition 99_of_tomorrow, this program of edition \d+_\w+; install the newer edition of this program\n$/
const ofOlder =
  /^the ledger is of the older edition 5_seen_and_erased, this program of edition \d+_\w+; serve or run of this edition brings it up to date\n$/

describe("a ledger of a newer edition", () => {
  for (const [what, args] of Object.entries({ ...reading, ...writing })) {
    it.live(`is refused by ${what} with exit code 2 and one line that names both editions`, () =>
      Effect.gen(function* () {
        const { code, stderr, stdout } = yield* run(args, newer)
        expect(stderr).toMatch(ofNewer)
        expect([code, stdout]).toEqual([2, ""])
      })
    )
  }

  it.live("is an error by doctor", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* run(["doctor", ...db], newer)
      expect(code).toBe(1)
      expect(stdout).toMatch(
        /error +database +the ledger is of the newer edition 99_of_tomorrow, this\s+program of edition \d/
      )
    })
  )
})

describe("a ledger of an older edition", () => {
  for (const [what, args] of Object.entries(reading)) {
    it.live(
      `is refused by ${what}, which changes nothing, with exit code 2 and one line that names both editions`,
      () =>
        Effect.gen(function* () {
          const { code, stderr } = yield* run(args, older)
          expect(stderr).toMatch(ofOlder)
          expect(code).toBe(2)
        })
    )
  }
})
