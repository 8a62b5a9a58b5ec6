/**
 * The program in a process of its own: that `main.ts` is what the fast tests run, with a network and a process around
 * it.
 */
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
    yield* files.writeFileString(
      `${folder}/wrong.yaml`,
      "name: wrong\nversion: 1\nsteps:\n  - after: soon\n    action: schedule_follow_up\n"
    )
    yield* files.writeFileString(
      `${folder}/junk.db`,
      "this is no database, whatever it may be, and it is long enough".repeat(40)
    )
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

const noServer = "postgresql://somebody:5ecret@127.0.0.1:9/ledger"

const refusals: ReadonlyArray<Row> = [
  { what: "no key", args: pass, env: {}, says: "INVENT_API_KEY is not set; create a key under Settings > API Keys" },
  {
    what: "a host without a listener",
    args: pass,
    env: { INVENT_API_KEY: key, INVENT_BASE_URL: "http://127.0.0.1:9" },
    says: "ECONNREFUSED; check INVENT_BASE_URL"
  },
  {
    what: "a database server that is down",
    args: pass,
    env: { INVENT_API_KEY: key, DATABASE_URL: noServer },
    says: "database postgresql://somebody@127.0.0.1:9/ledger: connect ECONNREFUSED"
  },
  {
    what: "a story from a database server that is down",
    args: ["explain", "chat_1"],
    env: { DATABASE_URL: noServer },
    says: "connect ECONNREFUSED"
  },
  {
    what: "a database server that does not resolve",
    args: pass,
    env: { INVENT_API_KEY: key, DATABASE_URL: "postgresql://somebody:5ecret@nowhere.invalid/ledger" },
    says: "nowhere.invalid"
  }
]

describe("the command line", () => {
  for (const { args, env, says, what } of refusals) {
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

    it.live("refuses a wrong password", () =>
      refuses((url) => (url.password = "wr0ng"), 'password authentication failed for user "tester"')
    )
    it.live("refuses a database that is not there", () =>
      refuses((url) => (url.pathname = "/nowhere"), 'database "nowhere" does not exist')
    )

    it.live("runs over the named chats and explains them, from that database and without a file", () =>
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
            expect((yield* Process.run([...pass, "--dry-run"], { cwd, env })).stdout).toContain(
              "nothing was sent and nothing recorded"
            )
            const both = yield* Effect.all([Process.run(pass, { cwd, env }), Process.run(pass, { cwd, env })], {
              concurrency: "unbounded"
            })
            expect(both.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
              { code: 0, stderr: "" },
              { code: 0, stderr: "" }
            ])
            expect((yield* Process.run(["explain", chat.id], { cwd, env })).stdout).toContain(
              "the customer wrote last and waits for us"
            )
            expect((yield* Process.run(["status"], { cwd, env })).stdout).toMatch(/1 {2}chats in all/)
            expect((yield* files.readDirectory(cwd)).filter((file) => file.startsWith("follow-ups"))).toEqual([])
          })
        )
      }).pipe(Effect.provide(Emulator.layerServer({ script: () => ({ _tag: "Silence" }) })))
    )
  })

  it.live("examines everything it stands on, each by itself, also where all of it is wrong", () =>
    Effect.gen(function* () {
      const junk = yield* run(["doctor", "--policy", "wrong.yaml", "--db", "junk.db"], {
        INVENT_API_KEY: key,
        INVENT_BASE_URL: "http://127.0.0.1:9"
      })
      expect(junk.stdout).toMatch(/^error +key +.*ECONNREFUSED/m)
      expect(junk.stdout).toMatch(/^error +database +database junk.db: file is not a database/m)
      expect(junk.stdout).toMatch(/^error +policy +policy wrong.yaml, line 4/m)
      expect(junk.stdout + junk.stderr).not.toContain(key)
    })
  )

  it.live("takes its options from a configuration file, and its key from a file that this names", () =>
    inFolder((cwd) =>
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        yield* files.writeFileString(`${cwd}/key`, `${key}\n`)
        yield* files.writeFileString(`${cwd}/all.yaml`, "policy: wrong.yaml\njson: true\nINVENT_API_KEY_FILE: key\n")
        const { stderr, stdout } = yield* Process.run(["doctor", "--config", "all.yaml"], {
          cwd,
          env: { INVENT_BASE_URL: "http://127.0.0.1:9" }
        })
        expect(stdout).toContain("ECONNREFUSED")
        expect(stdout).toContain("/wrong.yaml, line 4")
        expect(() => JSON.parse(stdout)).not.toThrow()
        expect(stdout + stderr).not.toContain(key)
        const printed = yield* Process.run(["config", "print", "--config", "all.yaml"], { cwd })
        expect(printed).toMatchObject({ code: 0, stderr: "" })
        expect(printed.stdout).toMatch(/"INVENT_API_KEY",\s+"value": "<redacted>"/)
        expect(printed.stdout).not.toContain(key)
      })
    )
  )

  it.live("ends with 141 and without a word when its reader has closed the pipe", () =>
    inFolder((cwd) =>
      Effect.gen(function* () {
        const running = yield* Process.start(["--help"], { cwd })
        running.process.stdout?.destroy()
        expect(yield* running.ended).toMatchObject({ code: 141, stderr: "" })
      })
    )
  )

  it.live("does not run twice on one database", () =>
    Effect.gen(function* () {
      const { apiKey, url } = yield* Emulator.Emulator
      const env = { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url }
      yield* inFolder((cwd) =>
        Effect.scoped(
          Effect.gen(function* () {
            const first = yield* Process.start(["serve", "--policy", policy, "--chats", "ids.txt"], { cwd, env })
            yield* first.says("following up")
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
