/** The page's server as anything on the network may speak to it, over a real socket. */
import * as Ids from "@effect-invent/domain/Ids"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import { connect } from "node:net"
import { gzipSync } from "node:zlib"
import * as Erasure from "../src/Privacy/Erasure.ts"
import * as Ledger from "../src/Ledger.ts"
import * as QuotaUsage from "../src/Operations/QuotaUsage.ts"
import * as Api from "../src/operatorPage/Api.ts"
import * as StaticFiles from "../src/operatorPage/StaticFiles.ts"
import * as Server from "../src/operatorPage/Server.ts"
import * as Telemetry from "../src/Telemetry.ts"
import * as Build from "./Build.ts"
import { layer as harness } from "./PageHarness.ts"

const onLoopback = { host: "127.0.0.1", port: 0 }
const token = "correct-horse-battery"
const page = { [Api.callHeader.name]: Api.callHeader.value }

interface Answer {
  readonly status: number
  readonly headers: string
  readonly body: string
}

/** One request, written by hand: what a browser would not let a test send can be sent, too. */
const say = (path: string, headers: Record<string, string> = {}, method = "GET", sent = "") =>
  Effect.flatMap(Server.PageAddress, (address) => {
    const url = new URL(Option.getOrThrow(address))
    const lines = Object.entries({ host: url.host, connection: "close", ...headers }).map(
      ([name, value]) => `${name}: ${value}`
    )
    return Effect.async<Answer>((resume) => {
      let text = ""
      const socket = connect(Number(url.port), "127.0.0.1", () =>
        socket.write([`${method} ${path} HTTP/1.1`, ...lines, "", sent].join("\r\n"))
      )
      const answered = () => {
        const [head = "", body = ""] = text.split("\r\n\r\n")
        resume(Effect.succeed({ status: Number(head.split(" ")[1]), headers: head.toLowerCase(), body }))
      }
      socket.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk
        if (text.includes("text/event-stream") && text.includes("\n\n")) socket.destroy()
      })
      socket.on("close", answered)
    })
  })

const isPaused = Effect.map(
  Effect.flatMap(Ledger.Ledger, (ledger) => ledger.paused),
  Option.isSome
)

const served = (
  name: string,
  test: Effect.Effect<void, unknown, Server.PageAddress | Erasure.Erasure | Ledger.Ledger | QuotaUsage.QuotaUsage>
) => it.live(name, () => Effect.provide(test, harness(onLoopback)))

describe("the page's server", () => {
  served(
    "says that it is alive, and ready while the ledger answers",
    Effect.gen(function* () {
      expect(yield* say("/healthz")).toMatchObject({ status: 200 })
      expect(yield* say("/readyz")).toMatchObject({ status: 200 })
    })
  )

  served(
    "serves the page without anything inline, under a policy that forbids it",
    Effect.gen(function* () {
      const { body, headers, status } = yield* say("/")
      expect(status).toBe(200)
      expect(body).not.toMatch(/<script>|<style|style=|onclick|https?:\/\//)
      expect(headers).toContain("content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'")
      expect(headers).not.toMatch(/unsafe|access-control/)
      expect(headers).toContain("x-content-type-options: nosniff")
      expect(headers).toContain("referrer-policy: no-referrer")
    })
  )

  served(
    "sends the overview as soon as somebody listens, as the contract has it",
    Effect.gen(function* () {
      const { body, headers } = yield* say(Api.livePath, page)
      expect(headers).toContain("content-type: text/event-stream")
      const data = /data: (.*)/.exec(body)?.[1]
      const overview = yield* Schema.decodeUnknown(Schema.parseJson(Api.Overview))(data)
      expect(overview).toMatchObject({
        policy: "nudge@1",
        paused_since: null,
        upcoming: { total: 0 },
        quota: { limit: 500, used: 0 }
      })
    })
  )

  /** Calls with a body of JSON. */
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    say(
      path,
      {
        ...page,
        ...headers,
        "content-type": "application/json",
        "content-length": String(new TextEncoder().encode(body).length)
      },
      "POST",
      body
    )

  served(
    "finds chats by their filters, and refuses filters that there are none of",
    Effect.gen(function* () {
      const { chat_id, conversation_id } = Build.chat()
      const decision = { decision: "Stop", reason: "closed", until: null } as const
      yield* Effect.flatMap(Ledger.Ledger, (ledger) => ledger.decided({ chat_id, conversation_id, ...decision }))
      const search = (filters: unknown) => post(Api.searchPath, JSON.stringify(filters))
      const outcome = { decision: "Stop", reason: "closed", sent: 0 }
      for (const filters of [{}, { outcome }, { text: chat_id }, { text: chat_id, outcome }]) {
        const { body } = yield* search(filters)
        expect(JSON.parse(body)).toMatchObject({ found: [{ chat_id, contact_id: null, follow_up: null }], next: null })
      }
      for (const filters of [{ text: "__proto__" }, { policy: "__proto__" }, { day: "2026-07-15" }, { step: 2 }]) {
        const { body } = yield* search(filters)
        expect(JSON.parse(body)).toMatchObject({ found: [], next: null })
      }
      for (const wrong of [
        "x",
        { outcome: { ...outcome, sent: -1 } },
        { outcome: { decision: "Stop" } },
        { text: "x".repeat(101) },
        { step: 0 },
        { step: 1.5 },
        { step: 1e300 },
        { day: "2026-02-30" },
        { day: "15.7.2026" },
        { after: { in: "seen", chat_id: "x" } },
        { after: { in: "follow_ups", at: "x", key: "x" } }
      ])
        expect(yield* search(wrong), JSON.stringify(wrong)).toMatchObject({ status: 400 })
      expect(yield* post(Api.searchPath, "")).toMatchObject({ status: 400 })
    })
  )

  served(
    "refuses a text that no database takes, in a path and in a filter, and a path that is no text",
    Effect.gen(function* () {
      const resolution = '{"as":"delivered"}'
      for (const id of ["%00", "chat%00_1", "chat_1%00"]) {
        expect(yield* say(`/api/chats/${id}`, page)).toMatchObject({ status: 400 })
        expect(yield* post(`/api/follow-ups/${id}/resolution`, resolution)).toMatchObject({ status: 400 })
      }
      expect(yield* post("/api/resume", '{"confirm":2147483648}')).toMatchObject({ status: 400 })
      // Half of a character, as bytes that are no UTF-8.
      expect((yield* say("/api/chats/%ED%A0%80", page)).status).toBeLessThan(500)
      expect((yield* post("/api/follow-ups/%ff/resolution", resolution)).status).toBeLessThan(500)
      const zero = "chat\0"
      for (const filters of [
        { text: zero },
        { policy: zero },
        { day: zero },
        { outcome: { decision: zero, reason: null, sent: 0 } },
        { outcome: { decision: "Stop", reason: zero, sent: 0 } },
        { after: { in: "chats", chat_id: zero } },
        { after: { in: "contacts", contact_id: zero, chat_id: "x" } },
        { after: { in: "follow_ups", at: 0, key: zero } }
      ])
        expect(yield* post(Api.searchPath, JSON.stringify(filters)), JSON.stringify(filters)).toMatchObject({
          status: 400
        })
      for (const text of ["\uD800", "\uDC00x", "\u{10FFFF}", "__proto__"])
        expect(yield* post(Api.searchPath, JSON.stringify({ text })), text).toMatchObject({ status: 200 })
    })
  )

  served(
    "pauses and resumes",
    Effect.gen(function* () {
      expect(yield* say("/api/pause", page, "POST")).toMatchObject({ status: 204 })
      expect(yield* isPaused).toBe(true)
      const body = JSON.stringify({ confirm: null })
      const json = { ...page, "content-type": "application/json", "content-length": String(body.length) }
      expect(yield* say("/api/resume", json, "POST", body)).toMatchObject({ status: 204 })
      expect(yield* isPaused).toBe(false)
    })
  )

  const foreign: ReadonlyArray<readonly [what: string, headers: Record<string, string>, status: number]> = [
    ["without the page's header, as a form or an image of another page sends them", {}, 403],
    ["from the origin of another page", { ...page, origin: "https://evil.example" }, 403],
    ["from another port of this machine", { ...page, origin: "http://127.0.0.1:1" }, 403],
    ["from an origin that is hidden", { ...page, origin: "null" }, 403],
    ["that the browser says come from another site", { ...page, "sec-fetch-site": "cross-site" }, 403],
    ["for a name that somebody's DNS points here", { ...page, host: "evil.example" }, 421],
    ["for a name that only begins like this machine", { ...page, host: "127.0.0.1.evil.example" }, 421],
    ["for no host at all", { ...page, host: "" }, 421]
  ]
  for (const [what, headers, status] of foreign) {
    served(
      `refuses calls ${what}, and does nothing`,
      Effect.gen(function* () {
        const refused = yield* say("/api/pause", headers, "POST")
        expect(refused).toMatchObject({ status })
        expect(refused.headers).toContain("content-security-policy")
        expect(yield* isPaused).toBe(false)
        expect(yield* say(Api.livePath, headers)).toMatchObject({ status })
      })
    )
  }

  const spellings = [
    "/API/pause",
    "/%61pi/pause",
    "//api/pause",
    "/api//pause",
    "/api/pause/",
    "http://127.0.0.1/api/pause",
    "/api/pause;x",
    "/api/pause?x"
  ]
  for (const spelling of spellings) {
    served(
      `refuses a call that is not the page's, also as ${spelling}`,
      Effect.gen(function* () {
        expect(yield* say(spelling, { origin: "https://evil.example" }, "POST")).toMatchObject({ status: 403 })
        expect(yield* isPaused).toBe(false)
      })
    )
  }

  served(
    "refuses a body that is no resolution, or too long for one",
    Effect.gen(function* () {
      const resolve = (body: string) =>
        say(
          "/api/follow-ups/x/resolution",
          { ...page, "content-type": "application/json", "content-length": String(body.length) },
          "POST",
          body
        )
      expect(yield* resolve("")).toMatchObject({ status: 400 })
      expect(yield* resolve('{"as":"lost"}')).toMatchObject({ status: 400 })
      expect(yield* resolve('{"as":"delivered"}')).toMatchObject({ status: 409 })
      expect(yield* resolve(`{"as":"delivered","more":"${"x".repeat(2000)}"}`)).toMatchObject({ status: 413 })
    })
  )

  served(
    "is not impressed by a body without an end, by headers and paths that are longer than any",
    Effect.gen(function* () {
      const endless = { ...page, "content-type": "application/json", "transfer-encoding": "chunked" }
      // Cut off in the middle.
      expect(
        (yield* say("/api/follow-ups/x/resolution", endless, "POST", `2710\r\n${"x".repeat(10_000)}\r\n`)).status
      ).toBeNaN()
      expect(yield* say("/api/pause", { ...page, "content-length": "-1" }, "POST")).toMatchObject({ status: 400 })
      expect(yield* say("/api/live", { ...page, cookie: "x".repeat(100_000) })).toMatchObject({ status: 431 })
      expect(yield* say(`/api/chats/${"x".repeat(100_000)}`, page)).toMatchObject({ status: 431 })
      expect(yield* say("/healthz")).toMatchObject({ status: 200 })
    })
  )

  served(
    "tells what is left of an erased chat, and does not read its messages",
    Effect.gen(function* () {
      const ledger = yield* Ledger.Ledger
      const erasure = yield* Erasure.Erasure
      const chat = Build.chat()
      yield* erasure.mark(chat)
      yield* ledger.decided({
        chat_id: chat.chat_id,
        conversation_id: chat.conversation_id,
        decision: "Stop",
        reason: "closed",
        until: null
      })
      const told = () => Effect.map(say(`/api/chats/${chat.chat_id}`, page), ({ body }) => body)
      expect(yield* told()).toContain('"unreadable":null')
      yield* erasure.erase(Ids.ContactId.make("contact_1"))
      expect(yield* told()).toContain('"unreadable":"the contact was erased"')
      expect(yield* told()).toContain("looked: no follow-up: the chat is closed")
      const proof = erasure.proofOf(chat.chat_id)
      expect((yield* say(`/api/chats/${encodeURIComponent(proof)}`, page)).body).toContain(
        "looked: no follow-up: the chat is closed"
      )
    })
  )

  served(
    "knows nothing else",
    Effect.gen(function* () {
      for (const path of ["/nope", "/../package.json", "/.pagebuildinfo", "/%2e%2e/main.js", "//evil.example"]) {
        const { headers, status } = yield* say(path, page)
        expect(status).toBe(404)
        expect(yield* say(path)).toMatchObject({ status: 403 })
        expect(headers).toContain("content-security-policy")
      }
    })
  )

  served(
    "tells its metrics to whoever asks on this machine, as Prometheus reads them",
    Effect.gen(function* () {
      yield* Effect.flatMap(QuotaUsage.QuotaUsage, ({ reading }) => Effect.flatMap(reading, Telemetry.quotaMeasured))
      const answer = yield* say("/metrics")
      expect(answer.status).toBe(200)
      expect(answer.headers).toContain("content-type: text/plain; version=0.0.4; charset=utf-8")
      expect(answer.body).toContain("\ninvent_scheduler_quota_limit 500\n")
      const sample =
        /^[a-zA-Z_]\w*(\{([a-zA-Z_]\w*="([^"\\]|\\["\\n])*"(,(?!\})|(?=\})))+\})? (NaN|[+-]Inf|-?[\d.e+-]+)$/
      const told = answer.body.split("\n").filter((line) => line !== "" && !/^# (TYPE|HELP) /.test(line))
      expect(told.filter((line) => !sample.test(line))).toEqual([])
      expect(yield* say("/metrics", { host: "evil.example" })).toMatchObject({ status: 421 })
    })
  )

  it.live("asks for its token on every call, and on no other request", () =>
    Effect.gen(function* () {
      expect(yield* say("/healthz")).toMatchObject({ status: 200 })
      expect(yield* say("/")).toMatchObject({ status: 200 })
      expect(yield* say(Api.livePath, page)).toMatchObject({ status: 401 })
      expect(yield* say("/api/pause", { ...page, authorization: "Bearer wrong-horse-battery" }, "POST")).toMatchObject({
        status: 401
      })
      expect(yield* say("/API/pause", page, "POST")).toMatchObject({ status: 401 })
      for (const path of ["/metrics", "/METRICS", "/metrics/", "/%6detrics"])
        expect((yield* say(path, page)).status).toBe(401)
      expect(yield* say("/metrics", { authorization: `Bearer ${token}` })).toMatchObject({ status: 200 })
      const proxied = { ...page, host: "ops.example", origin: "https://ops.example" }
      expect(yield* say("/api/pause", proxied, "POST")).toMatchObject({ status: 401 })
      expect(yield* isPaused).toBe(false)
      expect(yield* say(Api.livePath, { ...proxied, authorization: `Bearer ${token}` })).toMatchObject({ status: 200 })
      expect(yield* say("/api/pause", { ...page, authorization: `Bearer ${token}` }, "POST")).toMatchObject({
        status: 204
      })
    }).pipe(Effect.provide(harness(onLoopback, { FOLLOW_UPS_TOKEN: token })))
  )

  const reader = "battery-of-correct-horses"
  const tokens = { FOLLOW_UPS_PAGE_TOKENS: `Anna:change:${token}\nBoard:read:${reader}` }
  const bearing = (token: string) => ({ ...page, authorization: `Bearer ${token}` })

  it.live("lets a token that only reads see everything, and change nothing however a call is spelled", () =>
    Effect.gen(function* () {
      expect(yield* say(Api.livePath, bearing(reader))).toMatchObject({ status: 200 })
      expect((yield* say("/api/operator", bearing(reader))).body).toBe('{"name":"Board","mayChange":false}')
      expect(yield* say("/metrics", { authorization: `Bearer ${reader}` })).toMatchObject({ status: 200 })
      expect(yield* post(Api.searchPath, "{}", bearing(reader))).toMatchObject({ status: 200 })
      const searches = ["/API/search", "/api/search/", "//api/search", "/api/search/../pause"]
      for (const path of ["/api/pause", "/api/resume", "/api/follow-ups/x/resolution", ...searches, ...spellings])
        for (const method of ["POST", "PUT", "post"]) {
          const { body, status } = yield* say(path, bearing(reader), method)
          expect([status, method === "post" ? "" : body]).toEqual(
            method === "post" ? [400, ""] : [403, "This token only reads: nothing was changed.\n"]
          )
        }
      expect(yield* isPaused).toBe(false)
    }).pipe(Effect.provide(harness(onLoopback, tokens)))
  )

  it.live("records the operator of the token, and shows their name among the latest changes", () =>
    Effect.gen(function* () {
      expect((yield* say("/api/operator", bearing(token))).body).toBe('{"name":"Anna","mayChange":true}')
      expect(yield* say("/api/pause", bearing(token), "POST")).toMatchObject({ status: 204 })
      expect(yield* isPaused).toBe(true)
      const { body } = yield* say(Api.livePath, bearing(token))
      const overview = yield* Schema.decodeUnknown(Schema.parseJson(Api.Overview))(/data: (.*)/.exec(body)?.[1])
      expect(overview.recent).toMatchObject([{ chat_id: "", kind: "operator", words: "Anna paused all follow-ups" }])
      expect(body).not.toContain(token)
    }).pipe(Effect.provide(harness(onLoopback, tokens)))
  )

  const refused = (options: Server.Options, env: Record<string, string>) =>
    Effect.flip(Effect.scoped(Layer.build(harness(options, env))))

  it.live("does not listen where other machines reach it without a token, nor with one that is guessed easily", () =>
    Effect.gen(function* () {
      expect(String(yield* refused({ host: "0.0.0.0", port: 0 }, {}))).toContain("set FOLLOW_UPS_TOKEN")
      expect(String(yield* refused({ host: "0.0.0.0", port: 0 }, { FOLLOW_UPS_TOKEN: "short" }))).toContain(
        "at least 16"
      )
      const wrong = yield* refused(onLoopback, { FOLLOW_UPS_PAGE_TOKENS: `Anna:admin:${token}` })
      expect(String(wrong)).toContain("FOLLOW_UPS_PAGE_TOKENS line 1 is not NAME:read:TOKEN or NAME:change:TOKEN")
      expect(String(wrong)).not.toContain(token)
    })
  )

  it.live("names the port that somebody else has", () =>
    Effect.gen(function* () {
      const port = Number(new URL(Option.getOrThrow(yield* Server.PageAddress)).port)
      expect(String(yield* refused({ host: "127.0.0.1", port }, {}))).toContain("EADDRINUSE")
    }).pipe(Effect.provide(harness(onLoopback)))
  )
})

describe("the built page", () => {
  it("is smaller than 150 KB in all when it is sent, and asks nobody else for anything", () => {
    const files = StaticFiles.names.map((name) => readFileSync(`${StaticFiles.folder}${name}`))
    const sent = files.reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0)
    expect(sent).toBeLessThan(150_000)
    expect(String(files[StaticFiles.names.indexOf("page.css")])).not.toMatch(/url\(|@import/)
  })
})
