/** A copy of the ledger, and the ledger from a copy: the commands in this process, over real files. */
import { ChatId, ContactId, ConversationId } from "@effect-invent/domain/Ids"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Sqlite from "../src/Ledger/Database/Sqlite.ts"
import * as Ledger from "../src/Ledger.ts"
import * as Erasure from "../src/Privacy/Erasure.ts"
import * as CommandLine from "./CommandLine.ts"

const layer = (file: string) => Layer.provideMerge(Erasure.layer, Layer.provideMerge(Ledger.layer, Sqlite.layer(file)))

type Opened = Erasure.Erasure | Ledger.Ledger | SqlClient.SqlClient

const remember = (name: string) =>
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) =>
      sql`INSERT INTO subjects ${sql.insert({ chat_id: `chat_${name}`, conversation_id: `chat_${name}`, contact_id: name })}`
  )

const remembered = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(sql<{ contact_id: string }>`SELECT contact_id FROM subjects ORDER BY contact_id`, (rows) =>
    rows.map(({ contact_id }) => contact_id)
  )
)

/** A folder with a ledger that names Ada and Zoë, and a backup of it. */
const withBackup = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const folder = yield* files.makeTempDirectoryScoped()
  const [db, copy] = [`${folder}/a.db`, `${folder}/backup.db`]
  /** Does it as a scheduler would, and closes the ledger. */
  const open = <A, E>(use: Effect.Effect<A, E, Opened>, file = db) => Effect.provide(use, layer(file))
  yield* open(Effect.zipRight(remember("ada"), remember("zoë")))
  const backup = CommandLine.run(["backup", copy, "--db", db])
  const restore = CommandLine.run(["restore", copy, "--db", db])
  expect(yield* backup).toMatchObject({ code: 0, stderr: "" })
  return { backup, copy, db, files, open, restore }
})

type Harness = Effect.Effect.Success<typeof withBackup>

const story = <E>(
  name: string,
  test: (harness: Harness) => Effect.Effect<void, E, NodeContext.NodeContext | Scope.Scope>
) => it.live(name, () => Effect.flatMap(withBackup, test).pipe(Effect.scoped, Effect.provide(NodeContext.layer)))

describe("backup", () => {
  story("copies what is on record while a scheduler has the ledger open and writes", ({ db, files, open }) =>
    Effect.gen(function* () {
      const later = `${db}.later`
      const running = yield* Layer.build(layer(db))
      yield* Effect.provide(remember("last"), running)
      expect(yield* CommandLine.run(["backup", later, "--db", db])).toMatchObject({ code: 0, stderr: "" })
      yield* Effect.provide(remember("after"), running)
      expect(yield* open(remembered, later)).toEqual(["ada", "last", "zoë"])
      expect(yield* files.exists(`${later}.part`)).toBe(false)
    })
  )

  story(
    "refuses a file that exists, a folder that does not, and a ledger that does not, and writes nothing",
    ({ backup, copy, db, files }) =>
      Effect.gen(function* () {
        const before = yield* files.readFile(copy)
        expect(yield* backup).toMatchObject({ code: 2, stderr: `database ${copy}: exists already; name a new file\n` })
        expect(yield* files.readFile(copy)).toEqual(before)
        expect((yield* CommandLine.run(["backup", `${db}.none/a`, "--db", db])).stderr).toContain("does not exist")
        expect((yield* CommandLine.run(["backup", `${copy}.2`, "--db", `${db}.none`])).stderr).toBe(
          `database ${db}.none: does not exist\n`
        )
        expect(yield* files.exists(`${copy}.2`)).toBe(false)
      })
  )
})

describe("a copy of a private ledger", () => {
  story("is as private, and leaves nothing beside it", ({ db, files }) =>
    Effect.gen(function* () {
      yield* files.chmod(db, 0o600)
      const [copy, folder] = [`${db}.copy`, db.slice(0, db.lastIndexOf("/"))]
      expect(yield* CommandLine.run(["backup", copy, "--db", db])).toMatchObject({ code: 0, stderr: "" })
      expect((yield* files.stat(copy)).mode & 0o777).toBe(0o600)
      expect((yield* files.readDirectory(folder)).filter((name) => name.startsWith("a.db.copy"))).toEqual(["a.db.copy"])
    })
  )

  story("has the rights and the owner of the ledger that it replaces", ({ db, files, restore }) =>
    Effect.gen(function* () {
      yield* files.chmod(db, 0o640)
      const isRoot = process.getuid?.() === 0
      if (isRoot) yield* files.chown(db, 65_534, 65_534)
      const before = yield* files.stat(db)
      expect(yield* restore).toMatchObject({ code: 0, stderr: "" })
      const { gid, mode, uid } = yield* files.stat(db)
      expect({ gid, uid, mode: mode & 0o777 }).toEqual({ gid: before.gid, uid: before.uid, mode: 0o640 })
    })
  )
})

describe("restore", () => {
  story("puts the copy in the place of what a link leads to, and leaves the link", ({ copy, db, files, open }) =>
    Effect.gen(function* () {
      yield* open(remember("later"))
      const link = `${db}.link`
      yield* files.symlink(db, link)
      const { code, stdout } = yield* CommandLine.run(["restore", copy, "--db", link])
      expect([code, stdout.includes("kept as")]).toEqual([0, true])
      expect(yield* files.readLink(link)).toBe(db)
      expect(yield* open(remembered)).toEqual(["ada", "zoë"])
    })
  )

  story("refuses a folder, and leaves no log of the copy behind", ({ copy, db, files, restore }) =>
    Effect.gen(function* () {
      const folder = yield* files.makeTempDirectoryScoped()
      yield* files.writeFileString(`${folder}/precious.txt`, "precious")
      const { code, stderr } = yield* CommandLine.run(["restore", copy, "--db", folder])
      expect([code, stderr]).toEqual([2, `database ${folder}: is a folder; name a file\n`])
      expect(yield* files.readFileString(`${folder}/precious.txt`)).toBe("precious")
      expect((yield* restore).code).toBe(0)
      const left = yield* files.readDirectory(db.slice(0, db.lastIndexOf("/")))
      expect(left.filter((name) => name.includes("restoring"))).toEqual([])
    })
  )

  story("leaves no byte of a contact who was erased since the copy", ({ copy, db, files, open, restore }) =>
    Effect.gen(function* () {
      const names = Array.from({ length: 200 }, (_, index) => `name_${index}`)
      yield* open(Effect.forEach(names, remember))
      yield* files.remove(copy)
      expect((yield* CommandLine.run(["backup", copy, "--db", db])).code).toBe(0)
      const erase = Effect.flatMap(Erasure.Erasure, ({ erase }) => erase(ContactId.make("name_77")))
      yield* open(erase)
      expect((yield* restore).code).toBe(0)
      expect(Buffer.from(yield* files.readFile(db)).includes("name_77")).toBe(false)
    })
  )

  story(
    "brings back what was on record, keeps the ledger that it replaces, and sends nothing before it was counted",
    ({ db, open, restore }) =>
      Effect.gen(function* () {
        yield* open(remember("later"))
        expect(yield* restore).toMatchObject({ code: 0, stderr: "" })
        expect(yield* open(remembered)).toEqual(["ada", "zoë"])
        expect(yield* open(Effect.flatMap(Ledger.Ledger, (ledger) => ledger.isStarting("any@1")))).toBe(true)
        expect(yield* open(remembered, `${db}.before-restore`)).toEqual(["ada", "later", "zoë"])
      })
  )

  story("keeps erased who was erased since, and opted out who opted out since", ({ files, db, open, restore }) =>
    Effect.gen(function* () {
      yield* open(Effect.flatMap(Erasure.Erasure, ({ erase }) => erase(ContactId.make("ada"))))
      yield* open(Effect.flatMap(Ledger.Ledger, ({ setConsent }) => setConsent(ContactId.make("zoë"), true)))
      const { stdout } = yield* restore
      expect(stdout).toContain("2 erasures, 1 opt-out or opt-in")
      expect(yield* open(Effect.flatMap(Erasure.Erasure, ({ among }) => among(["ada", "chat_ada", "zoë"])))).toEqual(
        new Set(["ada", "chat_ada"])
      )
      expect(yield* open(remembered)).toEqual(["zoë"])
      const consents = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT contact_id, is_withdrawn FROM consents`)
      expect(yield* open(consents)).toEqual([{ contact_id: "zoë", is_withdrawn: 1 }])
      expect(Buffer.from(yield* files.readFile(db)).includes("chat_ada")).toBe(false)
    })
  )

  story(
    "leaves no id of a contact that was erased since in any table, also where no chat of theirs was on record yet",
    ({ copy, db, files, open, restore }) =>
      Effect.gen(function* () {
        const optOut = Effect.flatMap(Ledger.Ledger, ({ setConsent }) => setConsent(ContactId.make("eve"), true))
        const names = { chat_id: ChatId.make("chat_eve"), conversation_id: ConversationId.make("conversation_eve") }
        const decided = Effect.flatMap(Ledger.Ledger, (ledger) =>
          ledger.decided({ ...names, decision: "Stop", reason: "empty", until: null })
        )
        const named = Effect.flatMap(SqlClient.SqlClient, (sql) =>
          Effect.zipRight(
            sql`INSERT INTO seen ${sql.insert({ chat_id: "named_eve", updated_at: 1, policy: "any@1", named_at: 1 })}`,
            sql`INSERT INTO last_messages ${sql.insert({ chat_id: "named_eve", message_id: "message_eve", whole_at: 1 })}`
          )
        )
        yield* open(Effect.all([optOut, decided, named], { discard: true }))
        yield* files.remove(copy)
        yield* CommandLine.run(["backup", copy, "--db", db])
        const became = (chat_id: string, conversation_id: string) =>
          Effect.flatMap(
            SqlClient.SqlClient,
            (sql) => sql`INSERT INTO subjects ${sql.insert({ chat_id, conversation_id, contact_id: "eve" })}`
          )
        const erase = Effect.flatMap(Erasure.Erasure, ({ erase }) => erase(ContactId.make("eve")))
        yield* open(
          Effect.all([became("chat_eve", "conversation_eve"), became("named_eve", "named_eve"), erase], {
            discard: true
          })
        )
        expect(yield* restore).toMatchObject({ code: 0, stderr: "" })
        const content = Buffer.from(yield* files.readFile(db)).toString("latin1")
        expect(content.match(/[a-z_]*eve\b/g)).toBeNull()
        expect(yield* open(remembered)).toEqual(["ada", "zoë"])
      })
  )

  story("is refused while a scheduler runs on the ledger, and changes nothing", ({ db, restore }) =>
    Effect.gen(function* () {
      const running = yield* Layer.build(layer(db))
      yield* Effect.provide(remember("later"), running)
      const stderr = `database ${db}: another scheduler is running on it; stop that one or use another --db\n`
      expect(yield* restore).toMatchObject({ code: 2, stderr })
      expect(yield* Effect.provide(remembered, running)).toEqual(["ada", "later", "zoë"])
    })
  )

  const spoilt: Readonly<Record<string, (whole: Uint8Array) => Uint8Array>> = {
    "is empty": () => new Uint8Array(),
    "is no database": () => Buffer.from("a letter, and no ledger at all"),
    "was cut off in the middle": (whole) => whole.slice(0, whole.length / 2),
    "is damaged inside": (whole) =>
      Uint8Array.from(whole, (byte, index) => (index >= 8192 && index < 12_288 ? 255 : byte))
  }
  for (const [what, spoil] of Object.entries(spoilt)) {
    story(`refuses a copy that ${what}, and leaves the ledger as it is`, ({ copy, db, files, open, restore }) =>
      Effect.gen(function* () {
        yield* files.writeFile(copy, spoil(yield* files.readFile(copy)))
        const { code, stderr } = yield* restore
        expect([code, stderr.startsWith(`database ${copy}: `), stderr.trimEnd().includes("\n")]).toEqual([
          2,
          true,
          false
        ])
        expect(yield* open(remembered)).toEqual(["ada", "zoë"])
        expect(yield* files.exists(`${db}.before-restore`)).toBe(false)
      })
    )
  }

  story("works where the ledger is lost, and prints what has to be repeated", ({ db, files, open, restore }) =>
    Effect.gen(function* () {
      yield* files.remove(db)
      yield* files.writeFile(`${db}-wal`, Buffer.from("the log of a ledger that is gone"))
      const { code, stdout } = yield* restore
      expect([code, stdout]).toEqual([0, expect.stringContaining("repeat each erase, opt-out and opt-in")])
      expect(yield* open(remembered)).toEqual(["ada", "zoë"])
    })
  )

  story("works where the ledger cannot be read, and keeps that", ({ db, files, open, restore }) =>
    Effect.gen(function* () {
      yield* files.writeFile(db, Buffer.from("what is left of it"))
      expect(yield* restore).toMatchObject({ code: 0, stderr: "" })
      expect(yield* open(remembered)).toEqual(["ada", "zoë"])
      expect(Buffer.from(yield* files.readFile(`${db}.before-restore`)).toString()).toBe("what is left of it")
    })
  )

  story("does not overwrite the ledger that an earlier restore kept", ({ db, open, restore }) =>
    Effect.gen(function* () {
      yield* restore
      yield* open(remember("later"))
      const stderr = `database ${db}.before-restore: is the ledger from before another restore; move it away first\n`
      expect(yield* restore).toMatchObject({ code: 2, stderr })
      expect(yield* open(remembered)).toEqual(["ada", "later", "zoë"])
    })
  )
})

it.live("a ledger on PostgreSQL is copied by the tools of PostgreSQL", () =>
  Effect.gen(function* () {
    const env = { DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none" }
    expect(yield* CommandLine.run(["backup", "a.db"], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("pg_dump")
    })
    expect(yield* CommandLine.run(["restore", "a.db"], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("pg_restore")
    })
  })
)
