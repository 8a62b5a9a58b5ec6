/** What the commands print of several policies: which chats more than one of them matches, and which none. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as CommandLine from "./CommandLine.ts"

const policy = (name: string, match: string, version = 1) =>
  `name: ${name}\nversion: ${version}\neffective_from: all\ntime_zone: UTC\nmatch: ${match}\nsteps:\n  - { after: 1 hour, action: schedule_follow_up }\n`

const files = {
  "quotes.yaml": policy("quotes", "{ channels: [whatsapp_bot] }"),
  "german.yaml": policy("german", "{ languages: [de] }"),
  "rest.yaml": policy("rest", "{}"),
  "never.yaml": policy("never", "{ channels: [custom], languages: [de] }"),
  "ids.txt": "both\nquote\ncustom\n"
}

const channels: Readonly<Record<string, object>> = {
  both: { type: "whatsapp_bot", language: "de" },
  quote: { type: "whatsapp_bot" },
  custom: { type: "custom" }
}

/** The messages of a chat: its contact asked, and the assistant has answered. */
const messagesOf = (chat: string) => {
  const ago = (millis: number) => new Date(Date.now() - millis).toISOString()
  const contact_channel = { id: `channel_${chat}`, contact: { id: `contact_${chat}` }, ...channels[chat] }
  const message = (id: string, role: string, created_at: string, more: object) => ({
    id,
    role,
    status: "COMPLETED",
    created_at,
    messages: [{ role, parts: [{ type: "text", text: "A text." }] }],
    ...more
  })
  return [
    message(`${chat}_1`, "user", ago(7_201_000), { member: { id: `member_${chat}`, contact_channel } }),
    message(`${chat}_2`, "assistant", ago(7_200_000), {})
  ]
}

const http = HttpClient.make((request, { pathname }) =>
  Effect.sync(() => {
    const [, kind, chat = ""] = pathname.split("/")
    const list = kind === "chats" ? messagesOf(chat) : []
    const headers = { "pagination-count": String(list.length), "pagination-page": "1", "pagination-take": "100" }
    return HttpClientResponse.fromWeb(request, Response.json(list, { headers }))
  })
)

const run = (...args: ReadonlyArray<string>) => CommandLine.run(args, { http, env: { INVENT_API_KEY: "inv_key" } })
const named = (...names: ReadonlyArray<string>) => names.flatMap((name) => ["--policy", `${name}.yaml`])

const story = (name: string, test: Effect.Effect<void, unknown>) =>
  it.live(name, () => CommandLine.inFolder(files, test))

describe("preview", () => {
  story(
    "names for each chat the policy of its step, the chats that several match with the one that takes them, and the rest",
    Effect.gen(function* () {
      const { code, stdout } = yield* run("preview", ...named("german", "quotes"), "--chats", "ids.txt")
      expect(code).toBe(0)
      const lines = stdout.split("\n")
      expect(lines.find((line) => line.startsWith("both "))).toMatch(/act: step 1 of german@1 /)
      expect(lines.find((line) => line.startsWith("quote "))).toMatch(/act: step 1 of quotes@1 /)
      expect(lines.find((line) => line.startsWith("custom "))).toMatch(/stop .* the policy is for other/)
      expect(lines).toContain("both is matched by german and quotes: german takes it.")
      expect(lines).toContain("No policy matches custom.")
    })
  )

  story(
    "prints the same as JSON, and for a single policy nothing of it",
    Effect.gen(function* () {
      const of = (...names: ReadonlyArray<string>) =>
        Effect.map(run("preview", ...named(...names), "--chats", "ids.txt", "--json"), ({ stdout }) =>
          JSON.parse(stdout)
        )
      expect(yield* of("quotes", "german", "rest")).toMatchObject({
        policies: [{ policy: "quotes@1" }, { policy: "german@1" }, { policy: "rest@1" }],
        matches: {
          overlaps: [
            { chat_id: "both", taken_by: "quotes", also: ["german", "rest"] },
            { chat_id: "quote", taken_by: "quotes", also: ["rest"] }
          ],
          unmatched: []
        }
      })
      const single: object = yield* of("quotes")
      expect(Object.keys(single)).toEqual(["chats", "effective_from", "unseen", "backlog"])
    })
  )
})

describe("doctor", () => {
  const findings = (...names: ReadonlyArray<string>) =>
    Effect.map(run("doctor", ...named(...names), "--json"), ({ stdout }) =>
      (JSON.parse(stdout) as ReadonlyArray<{ check: string; state: string; found: string }>).flatMap(
        ({ check, found, state }) => (check === "policy" || check === "overlap" ? [`${state} ${check}: ${found}`] : [])
      )
    )
  const usable = (name: string) => `ok policy: ${name}@1 can be used, and every step has an opening`

  story(
    "prints which policies share chats and which one takes them, which gets none, and what becomes of the rest",
    Effect.gen(function* () {
      expect(yield* findings("german", "quotes", "never")).toEqual([
        usable("german"),
        usable("quotes"),
        usable("never"),
        "ok overlap: chats that both german and quotes match are taken by german",
        "warning overlap: never gets no chat: german, named before it, takes all of them",
        "ok overlap: chats that no policy matches get no follow-up; preview names them"
      ])
      expect((yield* findings("quotes", "rest")).at(-1)).toBe(
        "ok overlap: a policy without match takes every chat that no other one takes"
      )
      expect(yield* findings("quotes")).toEqual([usable("quotes")])
    })
  )

  story(
    "prints every problem of every file",
    Effect.map(findings("quotes", "gone", "nope"), (found) => {
      expect(found).toHaveLength(1)
      expect(found[0]).toMatch(
        /^error policy: policy gone.yaml: does not exist; .*; policy nope.yaml: does not exist; /
      )
    })
  )
})

describe("status", () => {
  story(
    "prints which versions are in force, in their order, once several are",
    Effect.gen(function* () {
      const status = Effect.map(run("status"), ({ stdout }) => stdout)
      yield* run("run", ...named("quotes"), "--chats", "ids.txt")
      expect(yield* status).not.toContain("is in force")
      yield* run("run", ...named("quotes", "german"), "--chats", "ids.txt")
      expect(yield* status).toMatch(/^1\. quotes@1 is in force since \S+\n2\. german@1 is in force since \S+$/m)
      const { in_force } = JSON.parse((yield* run("status", "--json")).stdout) as { in_force: ReadonlyArray<object> }
      expect(in_force).toMatchObject([{ policy: "quotes@1" }, { policy: "german@1" }])
    })
  )
})

describe("policy apply", () => {
  story(
    "of several shows each, in one list for programs",
    Effect.gen(function* () {
      const { stdout } = yield* run("policy", "apply", ...named("quotes", "german"), "--json")
      expect(JSON.parse(stdout)).toMatchObject([
        { policy: "quotes@1", before: null, applied: null },
        { policy: "german@1", before: null, applied: null }
      ])
    })
  )
})
