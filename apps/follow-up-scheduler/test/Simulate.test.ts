import * as Emulator from "@effect-invent/emulator/Emulator"
import * as Log from "@effect-invent/emulator/Log"
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { fileURLToPath } from "node:url"
import * as Build from "./Build.ts"
import * as CommandLine from "./CommandLine.ts"
import * as Conversations from "./Conversations.ts"

const policy = fileURLToPath(new URL("../../../policies/idle-nudge.yaml", import.meta.url))
const other = fileURLToPath(new URL("../../../policies/whatsapp-window.yaml", import.meta.url))

const simulate = (files: Readonly<Record<string, string>>, ...more: ReadonlyArray<string>) =>
  CommandLine.inFolder(files, CommandLine.run(["simulate", "--policy", policy, "--against", "history.jsonl", ...more]))

const refusals = [
  {
    what: "a line that is not JSON",
    files: { "history.jsonl": `${Conversations.line(0)}{"chat_id":\n` },
    says: "history history.jsonl, line 2: "
  },
  {
    what: "an unknown word",
    files: { "history.jsonl": Conversations.line(0).replace('"contact"', '"customer"') },
    says: "line 1: events.0.writes: "
  },
  {
    what: "events out of order",
    files: {
      "history.jsonl": Conversations.line(0).replace(
        DateTime.formatIso(Build.after(Build.minute)),
        "2026-01-01T00:00:00.000Z"
      )
    },
    says: "line 1: events.1.at: is earlier than the event before it"
  },
  { what: "an empty file", files: { "history.jsonl": "\n\n" }, says: "history history.jsonl: holds no conversation" },
  { what: "a file that is not there", files: {}, says: "history history.jsonl: does not exist" }
]

describe("simulate", () => {
  for (const { files, says, what } of refusals) {
    it.live(`refuses ${what} with exit code 2 and one line that names the place`, () =>
      Effect.gen(function* () {
        const { code, stderr, stdout } = yield* simulate(files)
        expect(stderr).toContain(says)
        expect(stderr.trim().split("\n")).toHaveLength(1)
        expect([code, stdout]).toEqual([2, ""])
      })
    )
  }

  it.live("prints what two policies would have done, as a table of 80 columns, as JSON and as a picture", () =>
    Effect.gen(function* () {
      const files = { "history.jsonl": Conversations.line(0) }
      const table = yield* simulate(files, "--compare", other)
      expect(table.stdout).toMatch(/^nudges +2 +\d+$/m)
      expect(table.stdout).toMatch(/^written to by both +1$/m)
      expect(Math.max(...table.stdout.split("\n").map((text) => text.length))).toBeLessThanOrEqual(80)
      const json = yield* simulate(files, "--json")
      expect(JSON.parse(json.stdout)).toMatchObject({
        reports: [{ policy: "idle-nudge@1", conversations: 1, nudges: 2, ends: { replied: 1 } }]
      })
      const svg = yield* CommandLine.inFolder(
        files,
        Effect.zipRight(
          CommandLine.run([
            "simulate",
            "--policy",
            policy,
            "--compare",
            other,
            "--against",
            "history.jsonl",
            "--picture",
            "a.svg"
          ]),
          Effect.flatMap(FileSystem.FileSystem, (system) => system.readFileString("a.svg"))
        )
      )
      expect(svg).toContain("<title>idle-nudge@1: 1</title>")
    })
  )

  it.live("explains itself with examples, without colour where it is not a terminal", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* CommandLine.run(["simulate", "--help"])
      expect(stdout).toContain("follow-ups simulate --policy old.yaml --compare new.yaml --against chats.jsonl")
      expect(stdout).not.toContain("\u001b")
      expect(code).toBe(0)
    })
  )
})

/** A chat in which the assistant followed up, and a human took over. */
const happened = Effect.gen(function* () {
  const { world } = yield* Emulator.Emulator
  const contact = yield* world.addContact({ name: "Zoë 李", country: "PT", channels: [{ type: "whatsapp_bot" }] })
  const { id } = yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Olá? 🙂" })
  const isAnswered = Effect.map(
    world.listMessages(id),
    ({ messages }) => messages.length === 2 && messages.every(({ status }) => status === "COMPLETED")
  )
  yield* Effect.repeat(Effect.delay(isAnswered, "10 millis"), { until: (done) => done })
  yield* world.takeOver(id)
  return id
})

describe("record", () => {
  it.live(
    "puts chats on record by their ids, with names and texts unless an option removes them, and simulate replays them",
    () =>
      Effect.gen(function* () {
        const { apiKey, url } = yield* Emulator.Emulator
        const http = yield* HttpClient.HttpClient
        const id = yield* happened
        const online = { http, env: { INVENT_API_KEY: Redacted.value(apiKey("recorder")), INVENT_BASE_URL: url } }
        yield* CommandLine.inFolder(
          { "ids.txt": `${id}\nchat_nobody\n` },
          Effect.gen(function* () {
            const system = yield* FileSystem.FileSystem
            const all = yield* CommandLine.run(["record", "chats", "--out", "history.jsonl", "ids.txt"], online)
            expect(all.stdout).toContain("recorded 1 conversation in history.jsonl")
            const text = yield* system.readFileString("history.jsonl")
            expect(text).toContain("Zoë 李")
            expect(text).toContain("Olá? 🙂")
            yield* CommandLine.run(["record", "chats", "--out", "nameless.jsonl", "--without-names", "ids.txt"], online)
            const nameless = yield* system.readFileString("nameless.jsonl")
            expect(nameless).toContain(id)
            expect(nameless).not.toMatch(/Zoë|Olá|You wrote/)
            const played = yield* CommandLine.run([
              "simulate",
              "--policy",
              policy,
              "--against",
              "nameless.jsonl",
              "--json"
            ])
            expect(JSON.parse(played.stdout)).toMatchObject({
              reports: [{ conversations: 1, nudges: 0, ends: { human_takeover: 1 } }]
            })
            expect((yield* system.readDirectory(".")).toSorted()).toEqual([
              "history.jsonl",
              "ids.txt",
              "nameless.jsonl"
            ])
          })
        )
      }).pipe(Effect.provide(Emulator.layer({ replyDelay: 0, runDelay: 0 })))
  )

  it.live("puts an emulator's log on record without a key, and refuses what is none with its line", () =>
    Effect.gen(function* () {
      const { log } = yield* Emulator.Emulator
      yield* happened
      const text = Log.toJsonLines(yield* log.entries)
      yield* CommandLine.inFolder(
        { "log.jsonl": text, "wrong.jsonl": `${text}nonsense\n` },
        Effect.gen(function* () {
          const recorded = yield* CommandLine.run(["record", "log", "--out", "history.jsonl", "log.jsonl"])
          expect(recorded.stdout).toContain("recorded 1 conversation in")
          const played = yield* CommandLine.run([
            "simulate",
            "--policy",
            policy,
            "--against",
            "history.jsonl",
            "--json"
          ])
          expect(JSON.parse(played.stdout)).toMatchObject({ reports: [{ ends: { human_takeover: 1 } }] })
          const refused = yield* CommandLine.run(["record", "log", "--out", "other.jsonl", "wrong.jsonl"])
          expect(refused.stderr).toContain(
            `history wrong.jsonl, line ${text.split("\n").length}: is no entry of an emulator's log`
          )
          expect(refused.code).toBe(2)
        })
      )
    }).pipe(Effect.provide(Emulator.layer({ replyDelay: 0, runDelay: 0 })))
  )
})
