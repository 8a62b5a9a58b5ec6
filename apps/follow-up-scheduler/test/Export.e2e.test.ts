/** `export` and `import` as processes: on PostgreSQL, over a long audit, and beside a scheduler that is running. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import * as SqlClient from "@effect/sql/SqlClient"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Sqlite from "../src/Ledger/Database/Sqlite.ts"
import * as Ledger from "../src/Ledger.ts"
import * as CommandLine from "./CommandLine.ts"
import * as ExportSuite from "./ExportSuite.ts"
import * as Postgres from "./Postgres.ts"
import * as Process from "./Process.ts"

Postgres.describe("on PostgreSQL", () => {
  const server = Postgres.forSuite()
  ExportSuite.suite(
    Effect.flatMap(server, ({ database }) => Effect.map(database, (url) => ({ DATABASE_URL: Redacted.value(url) })))
  )
})

const entries = 200_000
const detail = JSON.stringify({ error: "as long as the error body of some servers  ".repeat(20) })

/** A ledger whose audit is larger than the memory of the process that exports it. */
const longAudit = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${entries})
    INSERT INTO audit (at, chat_id, conversation_id, event, detail) SELECT n, 'chat_1', 'chat_1', 'looked', ${detail} FROM numbers`
})

const heapMegabytes = 64
const env = { NODE_OPTIONS: `--max-old-space-size=${heapMegabytes}` }

const story = <E>(name: string, test: (cwd: string) => Effect.Effect<void, E, FileSystem.FileSystem>) =>
  it.live(name, () =>
    CommandLine.inFolder(
      {},
      Effect.zipRight(
        Effect.provide(longAudit, Layer.provideMerge(Ledger.layer, Sqlite.layer("follow-ups.db"))),
        Effect.suspend(() => test(process.cwd()))
      )
    )
  )

describe("the export of an audit that is larger than the memory of its process", () => {
  story("has every entry", (cwd) =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      expect(entries * detail.length).toBeGreaterThan(2 * heapMegabytes * 1_000_000)
      const ended = yield* Process.run(["export"], { cwd, env, log: "audit.jsonl" })
      expect(ended).toMatchObject({ code: 0, stderr: "" })
      const { size } = yield* files.stat("audit.jsonl")
      expect(Number(size)).toBeGreaterThan(entries * detail.length)
    })
  )

  for (const [what, end, code] of [
    ["its reader closes the pipe", (running: Process.Running) => running.process.stdout?.destroy(), 141],
    ["it is interrupted", (running: Process.Running) => running.process.kill("SIGINT"), 130]
  ] as const) {
    story(`ends without a word when ${what}`, (cwd) =>
      Effect.scoped(
        Effect.gen(function* () {
          const running = yield* Process.start(["export", "--format", "csv"], { cwd, env })
          yield* running.says("looked")
          end(running)
          expect(yield* running.ended).toMatchObject({ code, stderr: "" })
        })
      )
    )
  }
})

const policy =
  "name: nudge\nversion: 1\neffective_from: all\nsteps:\n  - after: 1 hour\n    action: schedule_follow_up\n"

const emulator = Emulator.layerServer({
  script: () => ({ _tag: "Text", text: "Hello!" }),
  replyDelay: Duration.millis(50),
  runDelay: Duration.millis(50)
})

it.live("beside a scheduler, an export reads what it has recorded, and it follows a list of opt-outs", () =>
  Effect.gen(function* () {
    const { apiKey, url, world } = yield* Emulator.Emulator
    const contact = yield* world.addContact({ name: "Zoë", country: "IE", channels: [{ type: "custom" }] })
    const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Is anybody there?" })
    const lists = { "ids.txt": chat.id, "policy.yaml": policy, "list.csv": `name,contact_id\nZoë,${contact.id}\n` }
    yield* CommandLine.inFolder(
      lists,
      Effect.gen(function* () {
        const serving = yield* Process.start(
          ["serve", "--policy", "policy.yaml", "--chats", "ids.txt", "--every", "200 millis"],
          { cwd: process.cwd(), env: { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url } }
        )
        const exported = (...args: ReadonlyArray<string>) =>
          Effect.map(CommandLine.run(["export", ...args]), ({ stdout }) => stdout)
        const until = (what: Effect.Effect<string>, word: string) =>
          Effect.repeat(what, { until: (text) => text.includes(word), schedule: Schedule.spaced("100 millis") })
        yield* until(exported("--chat", chat.id), '"event":"planned"')
        const record = yield* exported("--contact", contact.id)
        for (const table of ["subjects", "seen", "chat_decisions", "follow_ups", "audit"])
          expect(record).toContain(`{"table":"${table}"`)
        expect(record).not.toMatch(/Zoë|anybody|Hello/)
        expect(yield* CommandLine.run(["import", "opt-outs", "list.csv"])).toMatchObject({ code: 0, stderr: "" })
        expect(yield* exported("--chat", chat.id)).toContain('"event":"opted_out"')
        // The contact writes, and the scheduler looks at the chat again once it is replied to: the fourth message.
        yield* world.contactWrites(chat.id, "Still there?")
        yield* until(exported("--contact", contact.id), 'message_000004\\",\\"COMPLETED')
        const seen = yield* exported("--contact", contact.id)
        expect(seen.match(/"event":"planned"/g)).toHaveLength(1)
        expect(seen).toContain('"decision":"Stop","reason":"opted_out"')
        serving.process.kill("SIGTERM")
        expect(yield* serving.ended).toMatchObject({ code: 143, stderr: "" })
      }).pipe(Effect.scoped)
    )
  }).pipe(Effect.provide(Layer.merge(emulator, NodeContext.layer)))
)
