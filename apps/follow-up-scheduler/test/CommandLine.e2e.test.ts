import * as Emulator from "@effect-invent/emulator/Emulator"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { fileURLToPath } from "node:url"
import * as Postgres from "./Postgres.ts"
import * as Process from "./Process.ts"

const policy = fileURLToPath(new URL("../../../policies/idle-nudge.yaml", import.meta.url))
const key = "inv_live_5ecret5ecret"

const inFolder = <A, E, R>(use: (folder: string) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const folder = yield* files.makeTempDirectoryScoped()
    yield* files.writeFileString(`${folder}/ids.txt`, "# two chats\nchat_1\nchat_2\n")
    yield* files.writeFileString(`${folder}/wrong.yaml`, "name: wrong\nversion: 1\nsteps:\n  - after: soon\n    action: schedule_follow_up\n")
    yield* files.writeFileString(`${folder}/empty.yaml`, "")
    yield* files.writeFileString(`${folder}/junk.db`, "this is no database, whatever it may be, and it is long enough".repeat(40))
    return yield* use(folder)
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))

const run = (args: ReadonlyArray<string>, env: Record<string, string> = {}) =>
  inFolder((cwd) => Process.run(args, { cwd, env }))

const pass = ["run", "--policy", policy, "--chats", "ids.txt"]

interface Row {
  readonly what: string
  readonly args: ReadonlyArray<string>
  readonly env: Record<string, string>
  readonly says: string
}

const refusals: ReadonlyArray<Row> = [
  { what: "no key", args: pass, env: {}, says: "INVENT_API_KEY is not set; create a key under Settings > API Keys" },
  { what: "an empty key", args: pass, env: { INVENT_API_KEY: "" }, says: "INVENT_API_KEY" },
  { what: "plain HTTP to another machine", args: pass, env: { INVENT_API_KEY: key, INVENT_BASE_URL: "http://example.com" }, says: "INVENT_BASE_URL must be https" },
  { what: "a host that nobody listens on", args: pass, env: { INVENT_API_KEY: key, INVENT_BASE_URL: "http://127.0.0.1:9" }, says: "ECONNREFUSED; check INVENT_BASE_URL" },
  { what: "a policy that is not there", args: ["run", "--policy", "nope.yaml", "--chats", "ids.txt"], env: { INVENT_API_KEY: key }, says: "policy nope.yaml: does not exist" },
  { what: "a wrong policy", args: ["run", "--policy", "wrong.yaml", "--chats", "ids.txt"], env: { INVENT_API_KEY: key }, says: 'policy wrong.yaml, line 4: steps.0.after: Expected a duration such as "4 hours"' },
  { what: "an empty policy", args: ["run", "--policy", "empty.yaml", "--chats", "ids.txt"], env: { INVENT_API_KEY: key }, says: "policy empty.yaml, line 1: is empty" },
  { what: "a list of chats that is not there", args: ["run", "--policy", policy, "--chats", "nope.txt"], env: { INVENT_API_KEY: key }, says: "chats nope.txt: does not exist" },
  { what: "a database that is none", args: [...pass, "--db", "junk.db"], env: { INVENT_API_KEY: key }, says: "database junk.db: file is not a database" },
  { what: "a database in no folder", args: [...pass, "--db", "nowhere/x.db"], env: { INVENT_API_KEY: key }, says: "database nowhere/x.db: the folder nowhere does not exist" },
  { what: "neither a list of chats nor the inbox", args: ["run", "--policy", policy], env: { INVENT_API_KEY: key }, says: "Expected either --chats with a file, or --inbox" },
  { what: "both a list of chats and the inbox", args: [...pass, "--inbox"], env: { INVENT_API_KEY: key }, says: "Expected either --chats with a file, or --inbox" },
  { what: "a story without a database", args: ["explain", "chat_1"], env: {}, says: "database follow-ups.db: does not exist" }
]

const noServer = "postgresql://somebody:5ecret@127.0.0.1:9/ledger"

const serverRefusals: ReadonlyArray<Row> = [
  { what: "a DATABASE_URL that is no URL", args: pass, env: { INVENT_API_KEY: key, DATABASE_URL: "5ecret" }, says: "database DATABASE_URL: is not the URL of a PostgreSQL database" },
  { what: "a DATABASE_URL of another kind", args: pass, env: { INVENT_API_KEY: key, DATABASE_URL: "mysql://somebody:5ecret@127.0.0.1/ledger" }, says: "is not the URL of a PostgreSQL database" },
  { what: "a database server that is down", args: pass, env: { INVENT_API_KEY: key, DATABASE_URL: noServer }, says: "database postgresql://somebody@127.0.0.1:9/ledger: connect ECONNREFUSED" },
  { what: "a story from a database server that is down", args: ["explain", "chat_1"], env: { DATABASE_URL: noServer }, says: "connect ECONNREFUSED" },
  { what: "a database server that nobody can find", args: pass, env: { INVENT_API_KEY: key, DATABASE_URL: "postgresql://somebody:5ecret@nowhere.invalid/ledger" }, says: "nowhere.invalid" }
]

/** A dozen processes, one after the other. */
const busyMachine = 180_000

describe("the command line", () => {
  for (const { args, env, says, what } of [...refusals, ...serverRefusals]) {
    it.live(`refuses ${what} with exit code 2 and one line that names the cause`, () =>
      Effect.gen(function* () {
        const { code, stderr, stdout } = yield* run(args, env)
        expect(stderr).toContain(says)
        expect(stderr.trim().split("\n")).toHaveLength(1)
        expect(code).toBe(2)
        expect(stdout + stderr).not.toContain(key)
        expect(stdout + stderr).not.toContain("5ecret")
      })
    )
  }

  Postgres.describe("with DATABASE_URL", () => {
    const server = Postgres.forSuite()

    const refuses = (change: (url: URL) => void, says: string) =>
      Effect.gen(function* () {
        const { database, password } = yield* server
        const url = new URL(Redacted.value(yield* database))
        change(url)
        const { code, stderr, stdout } = yield* run(pass, { INVENT_API_KEY: key, DATABASE_URL: url.href })
        expect(stderr).toContain(says)
        expect(stderr.trim().split("\n")).toHaveLength(1)
        expect(code).toBe(2)
        expect(stdout + stderr).not.toContain(url.password)
        expect(stdout + stderr).not.toContain(password)
      })

    it.live("refuses a wrong password", () => refuses((url) => (url.password = "wr0ng"), 'password authentication failed for user "tester"'))
    it.live("refuses a database that is not there", () => refuses((url) => (url.pathname = "/nowhere"), 'database "nowhere" does not exist'))

    it.live("passes over the named chats and tells their story, from that database and no file", () =>
      Effect.gen(function* () {
        const { apiKey, url, world } = yield* Emulator.Emulator
        const contact = yield* world.addContact({ name: "Zoë", country: "IE", channels: [{ type: "custom" }] })
        const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Hello?" })
        const DATABASE_URL = Redacted.value(yield* Effect.flatMap(server, ({ database }) => database))
        const env = { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url, DATABASE_URL }
        yield* inFolder((cwd) =>
          Effect.gen(function* () {
            const files = yield* FileSystem.FileSystem
            yield* files.writeFileString(`${cwd}/ids.txt`, chat.id)
            expect((yield* Process.run(["explain", chat.id], { cwd, env })).stderr).toContain("holds no ledger")
            expect((yield* Process.run([...pass, "--dry-run"], { cwd, env })).stdout).toContain("nothing was sent and nothing recorded")
            const both = yield* Effect.all([Process.run(pass, { cwd, env }), Process.run(pass, { cwd, env })], { concurrency: "unbounded" })
            expect(both.map(({ code, stderr }) => ({ code, stderr }))).toEqual([{ code: 0, stderr: "" }, { code: 0, stderr: "" }])
            expect((yield* Process.run(["explain", chat.id], { cwd, env })).stdout).toContain("the customer wrote last and waits for us")
            expect((yield* Process.run(["status"], { cwd, env })).stdout).toMatch(/1 {2}chats in all/)
            expect((yield* files.readDirectory(cwd)).filter((file) => file.startsWith("follow-ups"))).toEqual([])
          })
        )
      }).pipe(Effect.provide(Emulator.layerServer({ script: () => ({ _tag: "Silence" }) })))
    )
  })

  it.live("refuses a wrong key, and names the setting", () =>
    Effect.gen(function* () {
      const { url } = yield* Emulator.Emulator
      const { code, stderr } = yield* run(pass, { INVENT_API_KEY: key, INVENT_BASE_URL: url })
      expect(stderr).toContain("check INVENT_API_KEY")
      expect(code).toBe(2)
    }).pipe(Effect.provide(Emulator.layerServer()))
  )

  it.live("passes over the named chats: one line each with the reason, and a dry run that only reads", () =>
    Effect.gen(function* () {
      const { apiKey, log, url, world } = yield* Emulator.Emulator
      const contact = yield* world.addContact({ name: "Zoë", country: "IE", channels: [{ type: "custom" }] })
      const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Hello?" })
      const env = { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url }
      yield* inFolder((cwd) =>
        Effect.gen(function* () {
          const files = yield* FileSystem.FileSystem
          yield* files.writeFileString(`${cwd}/ids.txt`, `${chat.id}\nchat_nobody\n`)
          const dry = yield* Process.run([...pass, "--dry-run"], { cwd, env })
          const requests = (yield* log.entries).filter((entry) => entry.kind === "request")
          expect(requests.map((request) => request.method)).not.toContain("PATCH")
          expect(yield* files.exists(`${cwd}/follow-ups.db`)).toBe(false)
          expect(dry.stdout).toContain(`${chat.id}  no follow-up: the customer wrote last and waits for us`)
          expect(dry.stdout).toContain("nothing was sent and nothing recorded")

          const lines = yield* Process.run([...pass, "--dry-run", "--json"], { cwd, env })
          expect(JSON.parse(lines.stdout)).toMatchObject({
            paused_since: null,
            chats: [
              { chat_id: chat.id, next: "stop", step: null, at: null, reason: "replied" },
              { chat_id: "chat_nobody", next: "unread", why: expect.stringContaining("404") }
            ]
          })
          const preview = yield* Process.run(["preview", ...pass.slice(1)], { cwd, env })
          expect(preview.stdout).toMatch(/^chat +next +when +why\n/)
          expect(preview.stdout).toMatch(new RegExp(`^${chat.id} +stop +the customer wrote last and waits for us$`, "m"))
          expect(preview.stdout).toMatch(/^chat_nobody +unread /m)
          const asked = yield* Process.run(["preview", ...pass.slice(1), "--json"], { cwd, env })
          expect(JSON.parse(asked.stdout).chats).toMatchObject([
            { chat_id: chat.id, next: "stop", reason: "replied", at: null },
            { chat_id: "chat_nobody", next: "unread" }
          ])
          const methods = (yield* log.entries).flatMap((entry) => (entry.kind === "request" ? [entry.method] : []))
          expect(new Set(methods.slice(requests.length))).not.toContain("PATCH")
          expect(yield* files.exists(`${cwd}/follow-ups.db`)).toBe(false)

          const recorded = yield* Process.run(["record", "chats", "--json", "--out", "history.jsonl", "ids.txt"], { cwd, env })
          expect(JSON.parse(recorded.stdout)).toEqual({ out: "history.jsonl", conversations: 1 })
          expect(recorded.stderr).toContain("chat chat_nobody does not exist")

          const real = yield* Process.run(pass, { cwd, env })
          expect(real.code).toBe(0)
          expect(real.stdout).toContain("chat_nobody  could not be read")
          expect(real.stdout).toMatch(/2 {2}chats in all/)
          const status = JSON.parse((yield* Process.run(["status", "--json"], { cwd })).stdout)
          expect(status).toMatchObject({ chats: 2, service: { state: "answers", error: null }, waiting: [], backlog: null })
          expect(status.outcomes).toContainEqual({ decision: "Stop", reason: "replied", sent: 0, chats: 1 })
          const again = JSON.parse((yield* Process.run([...pass, "--json"], { cwd, env })).stdout)
          expect(again).toMatchObject({ paused_since: null, carried: 0, chats: [{ reason: "replied" }, { next: "unread" }] })
          expect(again.outcomes).toEqual(status.outcomes)
          const story = yield* Process.run(["explain", chat.id], { cwd })
          expect(story.stdout).toContain("looked: no follow-up: the customer wrote last and waits for us")
          const told = yield* Process.run(["explain", "--json", chat.id], { cwd })
          expect(JSON.parse(told.stdout)).toMatchObject([{ chat_id: chat.id, event: "decided", detail: { reason: "replied" } }])
        })
      )
    }).pipe(Effect.provide(Emulator.layerServer({ script: () => ({ _tag: "Silence" }) }))),
    busyMachine
  )

  it.live("examines everything it stands on, each by itself, and exits with 1 when something is wrong", () =>
    Effect.gen(function* () {
      const nothing = yield* run(["doctor"])
      expect(nothing.code).toBe(1)
      expect(nothing.stdout).toMatch(/^wrong +key +INVENT_API_KEY is not set/m)
      expect(nothing.stdout).toMatch(/^wrong +database +database follow-ups.db: does not exist/m)
      expect(nothing.stdout).toMatch(/^well +zones /m)
      const told = yield* run(["doctor", "--json"])
      expect(told.code).toBe(1)
      expect(JSON.parse(told.stdout)).toContainEqual({ check: "key", state: "wrong", found: expect.stringContaining("INVENT_API_KEY is not set") })
      const junk = yield* run(["doctor", "--policy", "wrong.yaml", "--db", "junk.db"], { INVENT_API_KEY: key, INVENT_BASE_URL: "http://127.0.0.1:9" })
      expect(junk.stdout).toMatch(/^wrong +key +.*ECONNREFUSED/m)
      expect(junk.stdout).toMatch(/^wrong +database +database junk.db: file is not a database/m)
      expect(junk.stdout).toMatch(/^wrong +policy +policy wrong.yaml, line 4/m)
      expect(junk.stdout + junk.stderr).not.toContain(key)
    })
  )

  it.live("does not run twice on one database", () =>
    Effect.gen(function* () {
      const { apiKey, url } = yield* Emulator.Emulator
      const env = { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url }
      yield* inFolder((cwd) =>
        Effect.scoped(
          Effect.gen(function* () {
            const files = yield* FileSystem.FileSystem
            const first = yield* Process.start(["serve", "--policy", policy, "--chats", "ids.txt"], { cwd, env })
            yield* files.exists(`${cwd}/follow-ups.db`).pipe(Effect.repeat({ until: (isThere) => isThere }))
            const second = yield* Process.run(pass, { cwd, env })
            expect(second.stderr).toContain("database follow-ups.db: another scheduler is running on it")
            expect(second.code).toBe(2)
            first.process.kill("SIGINT")
            expect((yield* first.ended).code).toBe(130)
            const third = yield* Process.run(pass, { cwd, env })
            expect(third.code).toBe(0)
          })
        )
      )
    }).pipe(Effect.provide(Emulator.layerServer()))
  )
})
