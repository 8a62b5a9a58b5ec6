/**
 * `preview` on a plain `node:http` server: its bodies are written out by hand, and nothing in it uses a schema of
 * ours.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import * as Process from "./Process.ts"

type Bodies = Readonly<Record<string, ReadonlyArray<unknown>>>

/** Answers `GET /chats/:id/messages` with these lists, those of an organization with none, and all else with 404. */
const serve = (lists: Bodies) =>
  Effect.acquireRelease(
    Effect.async<{ readonly url: string; readonly methods: Set<string>; readonly close: Effect.Effect<void> }>(
      (resume) => {
        const methods = new Set<string>()
        const server = http.createServer((request, response) => {
          methods.add(request.method ?? "")
          const id = /^\/chats\/([^/]+)\/messages/.exec(request.url ?? "")?.[1] ?? ""
          const list = /^\/orgs\/c\/(contacts|inbox|chats)\?/.test(request.url ?? "") ? [] : lists[id]
          const counts = {
            "pagination-count": String(list?.length ?? 0),
            "pagination-page": "1",
            "pagination-take": "100"
          }
          response.writeHead(list === undefined ? 404 : 200, {
            "content-type": "application/json; charset=utf-8",
            ...counts
          })
          response.end(JSON.stringify(list ?? { message: "not found" }))
        })
        server.listen(0, "127.0.0.1", () => {
          const { port } = server.address() as AddressInfo
          const close = Effect.async<void>((closed) => {
            server.close(() => closed(Effect.void))
            server.closeAllConnections()
          })
          resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, methods, close }))
        })
      }
    ),
    ({ close }) => close
  )

const clock = new URL("clock.mjs", import.meta.url).href

interface Line {
  readonly chat_id: string
  readonly next: string
  readonly at: string | null
  readonly why: string
}

/** What `preview` prints of each chat at this instant: what comes next, why, and when, to the minute. */
const preview = (policy: ReadonlyArray<string>, now: string, lists: Bodies) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const cwd = yield* files.makeTempDirectoryScoped()
    yield* files.writeFileString(
      `${cwd}/policy.yaml`,
      ["name: plain", "version: 1", "effective_from: all", ...policy, ""].join("\n")
    )
    yield* files.writeFileString(`${cwd}/ids.txt`, `${Object.keys(lists).join("\n")}\n`)
    const { methods, url } = yield* serve(lists)
    const env = { INVENT_API_KEY: "inv_key", INVENT_BASE_URL: url, CLOCK_AT: now, NODE_OPTIONS: `--import ${clock}` }
    const { code, stderr, stdout } = yield* Process.run(
      ["preview", "--policy", "policy.yaml", "--chats", "ids.txt", "--json"],
      { cwd, env }
    )
    expect([code, stderr]).toEqual([0, ""])
    expect([...methods]).toEqual(["GET"])
    const { chats } = JSON.parse(stdout) as { readonly chats: ReadonlyArray<Line> }
    return Object.fromEntries(
      chats.map(({ at, chat_id, next, why }) => [
        chat_id,
        [next, why, ...(at === null ? [] : [at.slice(0, 16)])].join(", ")
      ])
    )
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))

let count = 0
const message = (role: string, created_at: string | null, more: Readonly<Record<string, unknown>> = {}) => ({
  id: `message_${++count}`,
  role,
  status: "COMPLETED",
  created_at,
  updated_at: created_at,
  messages: [{ role, parts: [{ type: "text", text: "Hello" }] }],
  ...more
})
const person = { id: "contact_1", name: "Ada", blocked: false, is_admin: false }
const contact = (at: string | null, more = {}, channel = {}) =>
  message("user", at, {
    member: { id: "member_1", contact_channel: { id: "channel_1", contact: person, ...channel } },
    ...more
  })
const assistant = (at: string | null, more = {}) => message("assistant", at, more)
const human = (at: string | null) => message("assistant", at, { member: { id: "member_2", user: { id: "user_1" } } })

const night = "it is night, or a day off, where the customer is"
const waits = "the customer wrote last and waits for us"
const step = (fields: string) => [
  "steps:",
  `  - { after: 4 hours, action: send_message, message: "Do you still need help?"${fields} }`
]

it.live(
  "the reply is the reply: dates of whole seconds, a list with the newest first, and messages without a date",
  () =>
    Effect.gen(function* () {
      const [question, tie] = ["2026-10-24T18:22:41Z", "2026-10-24T18:23:09Z"]
      const lists = {
        chat_newest_first: [contact(tie), assistant(tie), contact(question)],
        chat_oldest_first: [contact(question), assistant(tie), contact(tie)],
        chat_reply_undated: [contact(null), assistant(tie), contact(question)],
        chat_human_undated: [assistant(tie), human(null), contact(question)],
        chat_answered: [assistant(tie), contact(tie), assistant(question)]
      }
      const lines = yield* preview(["time_zone: UTC", ...step("")], "2026-10-26T12:00:00Z", lists)
      expect(lines).toEqual({
        chat_newest_first: `stop, ${waits}`,
        chat_oldest_first: `stop, ${waits}`,
        chat_reply_undated: `stop, ${waits}`,
        chat_human_undated: "stop, a human of the staff has taken over",
        chat_answered: "act, the silence is over, 2026-10-26T12:00"
      })
    })
)

it.live(
  "a late step that is shifted comes at the same time of the next day, when the clocks change and when they do not",
  () =>
    Effect.gen(function* () {
      const policy = ["time_zone: Europe/Lisbon", ...step(", lateness: { limit: 1 hour, beyond: shift }")]
      const back = { chat_back: [contact("2026-10-24T04:59:00Z"), assistant("2026-10-24T05:00:00Z")] }
      expect(yield* preview(policy, "2026-10-24T13:00:00Z", back)).toEqual({
        chat_back: `wait, ${night}, 2026-10-25T10:00`
      })
      const forward = { chat_forward: [contact("2026-03-28T05:59:00Z"), assistant("2026-03-28T06:00:00Z")] }
      expect(yield* preview(policy, "2026-03-28T14:00:00Z", forward)).toEqual({
        chat_forward: `wait, ${night}, 2026-03-29T09:00`
      })
    })
)

it.live("quiet hours are those of the contact's country: of its one clock, and of each where they differ", () =>
  Effect.gen(function* () {
    const policy = ["time_zone: Pacific/Auckland", 'quiet_hours: { start: "20:00", end: "09:00" }', ...step("")]
    const from = (country: string) => [
      contact("2026-07-14T11:59:00Z", {}, { country }),
      assistant("2026-07-14T12:00:00Z")
    ]
    const lines = yield* preview(policy, "2026-07-15T02:00:00Z", {
      chat_germany: from("DE"),
      chat_portugal: from("PT")
    })
    expect(lines).toEqual({
      chat_germany: `wait, ${night}, 2026-07-15T07:00`,
      chat_portugal: `wait, ${night}, 2026-07-15T09:00`
    })
  })
)

it.live("a silence counts from when our message was written, not from its correction or its receipt", () =>
  Effect.gen(function* () {
    const answered = "2026-10-24T10:00:00Z"
    const touched = (updated_at: string) => [contact("2026-10-24T09:59:00Z"), assistant(answered, { updated_at })]
    const lists = { chat_corrected: touched("2026-10-24T10:00:08Z"), chat_receipt: touched("2026-10-24T12:30:00Z") }
    const line = "wait, the customer may still answer, 2026-10-24T14:00"
    const policy = ["time_zone: UTC", ...step("")]
    expect(yield* preview(policy, "2026-10-24T13:00:00Z", lists)).toEqual({ chat_corrected: line, chat_receipt: line })
  })
)
