import * as Emulator from "@effect-invent/emulator/Emulator"
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { fileURLToPath } from "node:url"
import * as CommandLine from "./CommandLine.ts"

const policy = fileURLToPath(new URL("../../../policies/idle-nudge.yaml", import.meta.url))
const key = "inv_live_5ecret5ecret"

const files = {
  "ids.txt": "# two chats\nchat_1\nchat_2\n",
  "wrong.yaml": "name: wrong\nversion: 1\nsteps:\n  - after: soon\n    action: schedule_follow_up\n",
  "empty.yaml": "",
  "junk.db": "this is no database, whatever it may be, and it is long enough".repeat(40)
}

const run = (args: ReadonlyArray<string>, surroundings?: CommandLine.Surroundings) =>
  CommandLine.inFolder(files, CommandLine.run(args, surroundings))

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
  {
    what: "plain HTTP to another machine",
    args: pass,
    env: { INVENT_API_KEY: key, INVENT_BASE_URL: "http://example.com" },
    says: "INVENT_BASE_URL must be https"
  },
  {
    what: "a policy that is not there",
    args: ["run", "--policy", "nope.yaml", "--chats", "ids.txt"],
    env: { INVENT_API_KEY: key },
    says: "policy nope.yaml: does not exist"
  },
  {
    what: "a wrong policy",
    args: ["run", "--policy", "wrong.yaml", "--chats", "ids.txt"],
    env: { INVENT_API_KEY: key },
    says: 'policy wrong.yaml, line 4, column 12: steps.0.after: Expected a duration such as "4 hours"'
  },
  {
    what: "an empty policy",
    args: ["run", "--policy", "empty.yaml", "--chats", "ids.txt"],
    env: { INVENT_API_KEY: key },
    says: "policy empty.yaml, line 1: is empty"
  },
  {
    what: "a list of chats that is not there",
    args: ["run", "--policy", policy, "--chats", "nope.txt"],
    env: { INVENT_API_KEY: key },
    says: "chats nope.txt: does not exist"
  },
  {
    what: "a database that is none",
    args: [...pass, "--db", "junk.db"],
    env: { INVENT_API_KEY: key },
    says: "database junk.db: file is not a database"
  },
  {
    what: "a database in no folder",
    args: [...pass, "--db", "nowhere/x.db"],
    env: { INVENT_API_KEY: key },
    says: "database nowhere/x.db: the folder nowhere does not exist"
  },
  {
    what: "neither a list of chats nor the inbox",
    args: ["run", "--policy", policy],
    env: { INVENT_API_KEY: key },
    says: "Expected either --chats with a file, or --inbox"
  },
  {
    what: "both a list of chats and the inbox",
    args: [...pass, "--inbox"],
    env: { INVENT_API_KEY: key },
    says: "Expected either --chats with a file, or --inbox"
  },
  {
    what: "a story without a database",
    args: ["explain", "chat_1"],
    env: {},
    says: "database follow-ups.db: does not exist"
  },
  {
    what: "a DATABASE_URL that is no URL",
    args: pass,
    env: { INVENT_API_KEY: key, DATABASE_URL: "5ecret" },
    says: "database DATABASE_URL: is not the URL of a PostgreSQL database"
  },
  {
    what: "a DATABASE_URL of another kind",
    args: pass,
    env: { INVENT_API_KEY: key, DATABASE_URL: "mysql://somebody:5ecret@127.0.0.1/ledger" },
    says: "is not the URL of a PostgreSQL database"
  }
]

describe("the command line", () => {
  for (const { args, env, says, what } of refusals) {
    it.live(`refuses ${what} with exit code 2 and one line that names the cause`, () =>
      Effect.gen(function* () {
        const { code, stderr, stdout } = yield* run(args, { env })
        expect(stderr).toContain(says)
        expect(stderr.trim().split("\n")).toHaveLength(1)
        expect(code).toBe(2)
        expect(stdout + stderr).not.toContain(key)
        expect(stdout + stderr).not.toContain("5ecret")
      })
    )
  }

  it.live("refuses a wrong key, and names the setting", () =>
    Effect.gen(function* () {
      const { url } = yield* Emulator.Emulator
      const http = yield* HttpClient.HttpClient
      const { code, stderr } = yield* run(pass, { http, env: { INVENT_API_KEY: key, INVENT_BASE_URL: url } })
      expect(stderr).toContain("check INVENT_API_KEY")
      expect(code).toBe(2)
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.live("says on stderr that it waits where the service answers 429", () =>
    CommandLine.inFolder(
      { "ids.txt": "chat_1\n" },
      Effect.gen(function* () {
        let answers = 0
        const http = HttpClient.make((request) => {
          const isFirst = answers++ === 0
          const headers = { "content-type": "application/json", "retry-after": "0", "pagination-count": "0" }
          const status = isFirst ? 429 : 200
          return Effect.succeed(HttpClientResponse.fromWeb(request, new Response("[]", { status, headers })))
        })
        const online = { http, env: { INVENT_API_KEY: key, INVENT_BASE_URL: "http://127.0.0.1:1" } }
        const { code, stderr } = yield* run(["preview", ...pass.slice(1)], online)
        expect([code, stderr]).toEqual([0, "the service answers 429, too many requests: this waits and then goes on\n"])
      })
    )
  )

  it.live("passes over the named chats: one line each with the reason, and a dry run that only reads", () =>
    Effect.gen(function* () {
      const { apiKey, log, url, world } = yield* Emulator.Emulator
      const http = yield* HttpClient.HttpClient
      const contact = yield* world.addContact({ name: "Zoë", country: "IE", channels: [{ type: "custom" }] })
      const chat = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Hello?" })
      const online = { http, env: { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url } }
      yield* CommandLine.inFolder(
        { "ids.txt": `${chat.id}\nchat_nobody\n` },
        Effect.gen(function* () {
          const isThere = Effect.flatMap(FileSystem.FileSystem, (files) => files.exists("follow-ups.db"))
          const dry = yield* CommandLine.run([...pass, "--dry-run"], online)
          const requests = (yield* log.entries).filter((entry) => entry.kind === "request")
          expect(requests.map((request) => request.method)).not.toContain("PATCH")
          expect(yield* isThere).toBe(false)
          expect(dry.stdout).toContain(`${chat.id}  no follow-up: the customer wrote last and waits for us`)
          expect(dry.stdout).toContain("nothing was sent and nothing recorded")

          const lines = yield* CommandLine.run([...pass, "--dry-run", "--json"], online)
          expect(JSON.parse(lines.stdout)).toMatchObject({
            paused_since: null,
            chats: [
              { chat_id: chat.id, next: "stop", step: null, at: null, reason: "replied" },
              { chat_id: "chat_nobody", next: "unread", why: expect.stringContaining("404") }
            ]
          })
          const preview = yield* CommandLine.run(["preview", ...pass.slice(1)], online)
          expect(preview.stdout).toMatch(/^chat +next +when +why\n/)
          expect(preview.stdout).toMatch(
            new RegExp(`^${chat.id} +stop +the customer wrote last and waits for us$`, "m")
          )
          expect(preview.stdout).toMatch(/^chat_nobody +unread /m)
          const previewed = yield* CommandLine.run(["preview", ...pass.slice(1), "--json"], online)
          expect(JSON.parse(previewed.stdout).chats).toMatchObject([
            { chat_id: chat.id, next: "stop", reason: "replied", at: null },
            { chat_id: "chat_nobody", next: "unread" }
          ])
          const methods = (yield* log.entries).flatMap((entry) => (entry.kind === "request" ? [entry.method] : []))
          expect(new Set(methods.slice(requests.length))).not.toContain("PATCH")
          expect(yield* isThere).toBe(false)

          const recorded = yield* CommandLine.run(
            ["record", "chats", "--json", "--out", "history.jsonl", "ids.txt"],
            online
          )
          expect(JSON.parse(recorded.stdout)).toEqual({ out: "history.jsonl", conversations: 1 })
          expect(recorded.stderr).toContain("chat chat_nobody does not exist")

          const real = yield* CommandLine.run(pass, online)
          expect(real.code).toBe(0)
          expect(real.stdout).toContain("chat_nobody  could not be read")
          expect(real.stdout).toMatch(/2 {2}chats in all/)
          const healthy = yield* CommandLine.run(["doctor", "--policy", policy], online)
          expect(healthy.stdout).toMatch(/^ok +ledger +as new as what the chats show/m)
          const unnamed = yield* CommandLine.run(["doctor"], online)
          expect(unnamed.stdout).not.toMatch(/ ledger /)
          const status = JSON.parse((yield* CommandLine.run(["status", "--json"])).stdout)
          expect(status).toMatchObject({
            chats: 2,
            service: { state: "answers", error: null },
            waiting: [],
            backlog: null
          })
          expect(status.outcomes).toContainEqual({ decision: "Stop", reason: "replied", sent: 0, chats: 1 })
          const again = JSON.parse((yield* CommandLine.run([...pass, "--json"], online)).stdout)
          expect(again).toMatchObject({
            paused_since: null,
            carried: 0,
            chats: [{ reason: "replied" }, { next: "unread" }]
          })
          expect(again.outcomes).toEqual(status.outcomes)
          const story = yield* CommandLine.run(["explain", chat.id])
          expect(story.stdout).toContain("looked: no follow-up: the customer wrote last and waits for us")
          const printed = yield* CommandLine.run(["explain", "--json", chat.id])
          expect(JSON.parse(printed.stdout)).toMatchObject([
            { chat_id: chat.id, event: "decided", detail: { reason: "replied" } }
          ])
        })
      )
    }).pipe(Effect.provide(Emulator.layer({ script: () => ({ _tag: "Silence" }) })))
  )

  it.live("examines everything it stands on, each by itself, and exits with 1 when something is wrong", () =>
    Effect.gen(function* () {
      const nothing = yield* run(["doctor"])
      expect(nothing.code).toBe(1)
      expect(nothing.stdout).toMatch(/^error +key +INVENT_API_KEY is not set/m)
      expect(nothing.stdout).toMatch(/^error +database +database follow-ups.db: does not exist/m)
      expect(nothing.stdout).toMatch(/^ok +zones /m)
      const printed = yield* run(["doctor", "--json"])
      expect(printed.code).toBe(1)
      expect(JSON.parse(printed.stdout)).toContainEqual({
        check: "key",
        state: "error",
        found: expect.stringContaining("INVENT_API_KEY is not set")
      })
    })
  )
})
