/** What `export` and `import` do on every database: a suite as a function of the variables that name one. */
import * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as SqlClient from "@effect/sql/SqlClient"
import * as ShardingConfig from "@effect/cluster/ShardingConfig"
import * as SqlMessageStorage from "@effect/cluster/SqlMessageStorage"
import { describe, expect, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as AuditExport from "../src/Ledger/AuditExport.ts"
import * as Database from "../src/Ledger/Database.ts"
import * as Ledger from "../src/Ledger.ts"
import * as ContactRecord from "../src/Privacy/ContactRecord.ts"
import * as CommandLine from "./CommandLine.ts"

type Env = Readonly<Record<string, string>>

/** In the ledger itself, as a scheduler that has it open. */
const inLedger =
  (env: Env) =>
  <A, E>(use: Effect.Effect<A, E, SqlClient.SqlClient | Ledger.Ledger | FileSystem.FileSystem | Path.Path>) =>
    use.pipe(
      Effect.provide(Layer.provideMerge(Ledger.layer, Database.layerBeside(Option.none()))),
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(env))))
    )

const start = DateTime.unsafeMake("2026-03-01T00:00:00Z").epochMillis
const day = 86_400_000

const insert = (table: string, row: Record<string, unknown>) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql`INSERT INTO ${sql(table)} ${sql.insert(row)}`)

/** One row about this contact in each table. */
const remember = (name: string, at = start) =>
  Effect.gen(function* () {
    const [contact_id, chat_id, conversation_id] = [`contact_${name}`, `chat_${name}`, `conversation_${name}`]
    const chat = { chat_id, conversation_id }
    yield* insert("subjects", { ...chat, contact_id })
    yield* insert("consents", { contact_id, is_withdrawn: 0, at, said_by: "contact" })
    const enrolment = { policy: "nudge", contact_id, conversation_id, assigned: "holdout", enrolled_at: at }
    yield* insert("enrolments", { ...enrolment, replied_at: null })
    yield* insert("seen", { chat_id, updated_at: at, policy: "nudge@1", named_at: at })
    yield* insert("last_messages", { chat_id, message_id: `message_${name}`, whole_at: at })
    yield* insert("chats_by_row", { chat_id, contact_id, decisions: 1, read_whole: 0 })
    yield* insert("chat_decisions", { ...chat, decision: "Stop", reason: "opted_out", until: null, decided_at: at })
    yield* insert("follow_ups", {
      ...chat,
      key: `key_${name}`,
      policy: "nudge@1",
      step: 1,
      anchor_id: `anchor_${name}`,
      status: "sent",
      due_at: at,
      revision: 1,
      attempts: 1,
      confirm_checks: 0
    })
    yield* insert("audit", {
      ...chat,
      at,
      key: `key_${name}`,
      event: "planned",
      detail: `{"error":"=${name} \\"李\\""}`
    })
    yield* Layer.build(SqlMessageStorage.layer).pipe(Effect.provide(ShardingConfig.layer()), Effect.scoped)
    yield* insert("cluster_messages", {
      id: name.charCodeAt(0),
      shard_id: "1",
      entity_type: "FollowUp",
      entity_id: conversation_id,
      kind: 0,
      request_id: 1,
      payload: `{"key":"key_${name}"}`,
      deliver_at: at
    })
  })

const jsonLines = (text: string): ReadonlyArray<Record<string, unknown>> =>
  text
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))

/** `database`: the variables that name an empty one; none for a file of the folder. */
export const suite = (database: Effect.Effect<Env>): void => {
  const story = (name: string, test: (env: Env) => Effect.Effect<void, unknown, FileSystem.FileSystem | Path.Path>) =>
    it.live(name, () =>
      CommandLine.inFolder(
        {},
        Effect.flatMap(database, (env) => Effect.zipRight(inLedger(env)(Effect.void), test(env)))
      )
    )

  describe("export", () => {
    story("prints the audit in order, as JSON lines and as CSV, by chat and by time", (env) =>
      Effect.gen(function* () {
        for (const [index, name] of ["ada", "zoë", "eve"].entries())
          yield* inLedger(env)(remember(name, start + index * day))
        const all = yield* CommandLine.run(["export"], { env })
        expect(all).toMatchObject({ code: 0, stderr: "" })
        expect(jsonLines(all.stdout)).toEqual(
          ["ada", "zoë", "eve"].map((name, index) => ({
            at: `2026-03-0${index + 1}T00:00:00.000Z`,
            chat_id: `chat_${name}`,
            conversation_id: `conversation_${name}`,
            key: `key_${name}`,
            event: "planned",
            detail: { error: `=${name} "李"` },
            org_id: null
          }))
        )
        const csv = yield* CommandLine.run(["export", "--format", "csv", "--chat", "chat_zoë"], { env })
        expect(csv.stdout).toBe(
          [
            "at,chat_id,conversation_id,key,event,detail,org_id",
            '2026-03-02T00:00:00.000Z,chat_zoë,conversation_zoë,key_zoë,planned,"{""error"":""=zoë \\""李\\""""}",',
            ""
          ].join("\r\n")
        )
        const between = (...range: ReadonlyArray<string>) =>
          Effect.map(CommandLine.run(["export", ...range], { env }), ({ stdout }) =>
            jsonLines(stdout).map(({ chat_id }) => chat_id)
          )
        expect(yield* between("--from", "2026-03-02", "--to", "2026-03-03")).toEqual(["chat_zoë"])
        expect(yield* between("--from", "2026-03-02T01:00:00+01:00")).toEqual(["chat_zoë", "chat_eve"])
        expect(yield* between("--to", "2026-03-01T00:00:00.001Z")).toEqual(["chat_ada"])
        expect(yield* between("--chat", "chat_none")).toEqual([])
      })
    )

    story("has all that is on record about a contact, over all tables, and nothing of another", (env) =>
      Effect.gen(function* () {
        yield* inLedger(env)(Effect.zipRight(remember("ada"), remember("zoë")))
        const { stderr, stdout } = yield* CommandLine.run(["export", "--contact", "contact_zoë"], { env })
        expect(stderr).toBe("")
        const rows = jsonLines(stdout)
        // Two tables have rows only of contacts who were erased.
        const about = ContactRecord.tables.filter((table) => table !== "erased" && table !== "erasing")
        expect(rows.map(({ table }) => table)).toEqual(about)
        expect(rows.map((row) => JSON.stringify(row)).filter((row) => row.includes("ada"))).toEqual([])
        expect(rows).toContainEqual(
          expect.objectContaining({ table: "follow_ups", due_at: "2026-03-01T00:00:00.000Z" })
        )
        expect(rows.at(-1)).toMatchObject({ deliver_at: "2026-03-01T00:00:00.000Z", payload: '{"key":"key_zoë"}' })
        const csv = yield* CommandLine.run(["export", "--contact", "contact_zoë", "--format", "csv"], { env })
        const lines = csv.stdout.trimEnd().split("\r\n")
        expect(lines[0]).toBe("table,row,column,value")
        expect(lines).toContain("consents,2,contact_id,contact_zoë")
        expect(lines).toHaveLength(1 + rows.reduce((sum, row) => sum + Object.keys(row).length - 1, 0))
      })
    )

    story("has what an erasure left of a contact, and of a chat of theirs by its id", (env) =>
      Effect.gen(function* () {
        yield* inLedger(env)(remember("zoë"))
        expect((yield* CommandLine.run(["erase", "contact_zoë"], { env })).code).toBe(0)
        const { stdout } = yield* CommandLine.run(["export", "--contact", "contact_zoë"], { env })
        const proof = expect.stringMatching(/^erased:/)
        expect(jsonLines(stdout)).toEqual([
          { table: "consents", contact_id: proof, is_withdrawn: 0, at: "2026-03-01T00:00:00.000Z", said_by: "contact" },
          {
            table: "enrolments",
            policy: "nudge",
            contact_id: proof,
            conversation_id: proof,
            assigned: "holdout",
            enrolled_at: "2026-03-01T00:00:00.000Z",
            replied_at: null,
            variant: null
          },
          { table: "erased", proof, at: expect.stringMatching(/^\d{4}-.*Z$/) }
        ])
        const left = yield* CommandLine.run(["export", "--chat", "chat_zoë"], { env })
        expect(jsonLines(left.stdout)).toEqual([
          expect.objectContaining({ chat_id: proof, conversation_id: proof, key: proof, event: "planned" })
        ])
        expect(stdout + left.stdout).not.toContain('zoë"')
      })
    )

    story("prints on stderr that nothing is on record about a contact", (env) =>
      Effect.gen(function* () {
        expect(yield* CommandLine.run(["export", "--contact", "contact_none"], { env })).toEqual({
          code: 0,
          stdout: "",
          stderr: "nothing is on record about contact contact_none\n"
        })
      })
    )

    story("reads page by page, and ends with what was there when it began", (env) =>
      Effect.gen(function* () {
        const count = 2 * AuditExport.pageSize + 1
        const entry = (at: number) => ({
          at,
          chat_id: "chat_1",
          conversation_id: "chat_1",
          event: "looked",
          detail: "{}"
        })
        yield* inLedger(env)(
          Effect.gen(function* () {
            const sql = yield* SqlClient.SqlClient
            const rows = Array.from({ length: count }, (_, at) => entry(at))
            yield* sql`INSERT INTO audit ${sql.insert(rows)}`
            const read: Array<number> = []
            const change = Effect.zipRight(
              sql`DELETE FROM audit WHERE at = ${count - 1}`,
              insert("audit", entry(count))
            )
            yield* AuditExport.entries({ from: undefined, to: undefined, chat_ids: undefined }).pipe(
              Stream.chunks,
              Stream.runForEach((page) => {
                for (const { at } of page) read.push(at.epochMillis)
                // A page that was not read yet is read as it is then; what is new is left out.
                return read.length === AuditExport.pageSize ? change : Effect.void
              })
            )
            expect(read).toEqual(Array.from({ length: count - 1 }, (_, at) => at))
          })
        )
        const printed = yield* CommandLine.run(["export"], { env })
        expect(jsonLines(printed.stdout)).toHaveLength(count)
      })
    )
  })

  describe("import opt-outs", () => {
    const consents = (env: Env) =>
      inLedger(env)(
        Effect.flatMap(
          SqlClient.SqlClient,
          (sql) => sql<{ contact_id: string; is_withdrawn: number; said_by: string; at: number }>`
            SELECT * FROM consents ORDER BY contact_id`
        )
      )
    const write = (text: string) =>
      Effect.flatMap(FileSystem.FileSystem, (files) => files.writeFileString("list.csv", text))

    story("counts who is new, and changes nothing when it is repeated", (env) =>
      Effect.gen(function* () {
        yield* inLedger(env)(remember("ada"))
        yield* CommandLine.run(["opt-out", "contact_old"], { env })
        yield* write("contact_id\ncontact_ada\ncontact_new\ncontact_old\ncontact_new\n")
        const imported = yield* CommandLine.run(["import", "opt-outs", "--json", "list.csv"], { env })
        expect(imported).toMatchObject({ code: 0, stderr: "" })
        expect(JSON.parse(imported.stdout)).toEqual({ file: "list.csv", contacts: 3, opted_out: 2, erased: 0 })
        const before = yield* consents(env)
        expect(
          before.map(({ contact_id, is_withdrawn, said_by }) => [contact_id, Number(is_withdrawn), said_by])
        ).toEqual(["ada", "new", "old"].map((name) => [`contact_${name}`, 1, "operator"]))
        const again = yield* CommandLine.run(["import", "opt-outs", "list.csv"], { env })
        expect(again.stdout.replaceAll(/\s+/g, " ")).toContain("New opt-outs: 0.")
        expect(yield* consents(env)).toEqual(before)
      })
    )

    story("is in the story of each chat of a contact who is new, once, with who did it", (env) =>
      Effect.gen(function* () {
        yield* inLedger(env)(remember("ada"))
        yield* write("contact_ada\n")
        for (let times = 0; times < 2; times++)
          yield* CommandLine.run(["import", "opt-outs", "--by", "Rita", "list.csv"], { env })
        const { stdout } = yield* CommandLine.run(["explain", "chat_ada"], { env })
        expect(stdout.match(/\bRita .*/g)).toEqual(["Rita recorded that the contact wants no follow-ups"])
      })
    )

    story("is in the audit once, with who did it and without an id; so is an erasure", (env) =>
      Effect.gen(function* () {
        yield* inLedger(env)(remember("ada"))
        yield* write("contact_1\ncontact_2\n")
        for (let times = 0; times < 2; times++) {
          yield* CommandLine.run(["import", "opt-outs", "--by", "Rita", "list.csv"], { env })
          yield* CommandLine.run(["erase", "--by", "Noor", "contact_ada"], { env })
        }
        const { stdout } = yield* CommandLine.run(["export"], { env })
        const ofAllChats = jsonLines(stdout).filter((entry) => entry["chat_id"] === "")
        expect(ofAllChats).toMatchObject([
          { event: "opt_outs_imported", key: null, detail: { by: "Rita", contacts: 2 } },
          { event: "contact_erased", key: null, detail: { by: "Noor" } }
        ])
        expect(stdout).not.toMatch(/contact_(1|2|ada)"/)
      })
    )

    story("records nothing of a file with a wrong line, and names the line", (env) =>
      Effect.gen(function* () {
        yield* write("contact_1\ncontact_2\nno id\n")
        expect(yield* CommandLine.run(["import", "opt-outs", "list.csv"], { env })).toEqual({
          code: 2,
          stdout: "",
          stderr: "contacts list.csv, line 3: is no contact id; nothing was recorded\n"
        })
        expect(yield* CommandLine.run(["import", "opt-outs", "none.csv"], { env })).toMatchObject({
          code: 2,
          stderr: "contacts none.csv: does not exist; nothing was recorded\n"
        })
        expect(yield* consents(env)).toEqual([])
      })
    )

    story("does not record an erased contact again", (env) =>
      Effect.gen(function* () {
        yield* CommandLine.run(["erase", "contact_gone"], { env })
        yield* write("contact_gone\ncontact_new\n")
        const { stdout } = yield* CommandLine.run(["import", "opt-outs", "--json", "list.csv"], { env })
        expect(JSON.parse(stdout)).toMatchObject({ contacts: 2, opted_out: 1, erased: 1 })
        expect((yield* consents(env)).map(({ contact_id }) => contact_id)).toEqual(["contact_new"])
      })
    )

    for (const command of ["opt-out", "opt-in"])
      story(`nor does ${command}, which prints that they are never followed up`, (env) =>
        Effect.gen(function* () {
          yield* CommandLine.run(["erase", "contact_gone"], { env })
          const inWords = yield* CommandLine.run([command, "contact_gone"], { env })
          expect(inWords).toMatchObject({ code: 0, stdout: expect.stringContaining("The contact was erased.") })
          const asJson = yield* CommandLine.run([command, "--json", "contact_gone"], { env })
          expect(JSON.parse(asJson.stdout)).toEqual({ contact_id: "contact_gone", opted_out: true, erased: true })
          expect(yield* consents(env)).toEqual([])
        })
      )

    story("takes a list of many transactions", (env) =>
      Effect.gen(function* () {
        const ids = Array.from({ length: 1201 }, (_, index) => `contact_${index}`)
        yield* write(ids.join("\n"))
        const { stdout } = yield* CommandLine.run(["import", "opt-outs", "--json", "list.csv"], { env })
        expect(JSON.parse(stdout)).toMatchObject({ contacts: ids.length, opted_out: ids.length })
        expect(yield* consents(env)).toHaveLength(ids.length)
      })
    )
  })
}
