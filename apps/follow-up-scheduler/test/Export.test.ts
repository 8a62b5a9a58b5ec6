/** `export` and `import` in this process, over a SQLite file. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { it } from "../../../tools/testing/it.ts"
import * as Sqlite from "../src/Ledger/Database/Sqlite.ts"
import * as Ledger from "../src/Ledger.ts"
import * as ContactRecord from "../src/Privacy/ContactRecord.ts"
import * as CommandLine from "./CommandLine.ts"
import * as Databases from "./Databases.ts"
import * as ExportSuite from "./ExportSuite.ts"

ExportSuite.suite(Effect.succeed({}))

/** Tables in which no row is about one contact. */
const impersonal = [
  "policies",
  "in_force",
  "erasure_key",
  "pauses",
  "starts",
  "alerts",
  "quota_shares",
  "sweeps",
  "follow_ups_migrations"
]

it.effect("a table of the ledger is part of the export of a contact, or holds nothing about one", () =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const found = yield* sql<{
      name: string
    }>`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
    const exported = ContactRecord.tables.filter((table) => table !== "cluster_messages")
    expect(found.map(({ name }) => name).toSorted()).toEqual([...exported, ...impersonal].toSorted())
  }).pipe(Effect.provide(Layer.provideMerge(Ledger.layer, Databases.sqlite)))
)

describe("an export is refused", () => {
  for (const [what, args] of [
    ["of a day that does not exist", ["--from", "2026-02-30"]],
    ["of a time without its offset", ["--to", "2026-02-01T10:00"]],
    ["of no time at all", ["--from", "2026-02-02", "--to", "2026-02-02"]],
    ["of a contact within a time", ["--contact", "contact_1", "--from", "2026-02-02"]],
    ["of a contact and a chat", ["--contact", "contact_1", "--chat", "chat_1"]],
    ["in another format", ["--format", "xml"]]
  ] as const) {
    it.live(what, () =>
      CommandLine.inFolder(
        {},
        Effect.map(CommandLine.run(["export", ...args]), ({ code, stderr, stdout }) => {
          expect([code, stdout]).toEqual([2, ""])
          expect(stderr).toContain("Expected")
        })
      )
    )
  }

  it.live("without a ledger", () =>
    CommandLine.inFolder(
      {},
      Effect.map(CommandLine.run(["export"]), (ended) => {
        expect(ended).toEqual({
          code: 2,
          stdout: "",
          stderr: "database follow-ups.db: does not exist; the first run creates it\n"
        })
      })
    )
  )
})

describe("a list of opt-outs", () => {
  const importing = CommandLine.run(["import", "opt-outs", "list.txt"])

  it.live("can be imported before the first run", () =>
    CommandLine.inFolder(
      { "list.txt": "contact_1" },
      Effect.gen(function* () {
        expect(yield* importing).toMatchObject({ code: 0, stderr: "" })
        expect((yield* CommandLine.run(["export", "--contact", "contact_1"])).stdout).toContain('"is_withdrawn":1')
      })
    )
  )

  for (const command of [
    ["import", "opt-outs", "list.txt"],
    ["erase", "contact_1"]
  ]) {
    it.live(`begins no new ledger where the one of a scheduler is gone: ${command[0]}`, () =>
      CommandLine.inFolder(
        { "list.txt": "contact_1" },
        Effect.gen(function* () {
          const files = yield* FileSystem.FileSystem
          yield* Layer.build(Layer.provideMerge(Ledger.layer, Sqlite.layer("follow-ups.db"))).pipe(Effect.scoped)
          yield* files.remove("follow-ups.db")
          const { code, stderr } = yield* CommandLine.run(command)
          expect(code).toBe(2)
          expect(stderr).toContain("is gone or empty, though a scheduler has run on it")
          expect(yield* files.exists("follow-ups.db")).toBe(false)
        })
      )
    )
  }
})
