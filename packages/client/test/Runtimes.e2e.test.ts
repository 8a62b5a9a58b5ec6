/**
 * The promises of the client in each runtime: its program runs there, the servers run here. With RUNTIMES=all in all of
 * them and held to the table of the README, which RUNTIMES=write writes; otherwise in the Node that runs the tests.
 */
import * as Requirement from "@effect-invent/test-support/Requirement"
import { afterAll, beforeAll, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as os from "node:os"
import { gzipSync } from "node:zlib"
import type { Command } from "./runtimes/Program.ts"
import * as Runtime from "./runtimes/Runtime.ts"
import * as Server from "./runtimes/Server.ts"
import * as Table from "./runtimes/Table.ts"

const mode = process.env["RUNTIMES"] ?? ""
const runtimes = mode === "" ? Runtime.here : await Runtime.all()

/** How many requests are lost: of the contract's, of those that only `request` can make, through a proxy. */
const many = 100
const some = 20

const hasIpv6 = Object.values(os.networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"))
if (!hasIpv6) console.warn("NOT TESTED: a server on IPv6: this machine has none")

const times = <A>(count: number, ...items: ReadonlyArray<A>) => Array.from({ length: count }, () => items).flat()
const lostOf = ({ received }: Server.Server) =>
  received.filter(({ method, url }) => method !== "GET" || url.endsWith("/lost"))

/** Of calls that are lost on connections that were used before: how many requests arrived, which must not be more. */
const loseReused = (ask: Runtime.Ask, call: Command["calls"][number], count: number) =>
  Effect.gen(function* () {
    const server = yield* Server.serve(Server.lose)
    const outcomes = yield* ask({ baseUrl: server.baseUrl, calls: times(count, "Safe", call) })
    const lost = lostOf(server)
    const unsafe = outcomes.filter((_, index) => index % 2 === 1)
    expect(outcomes.filter((_, index) => index % 2 === 0)).toEqual(times(count, "ok"))
    return { lost, unsafe, cell: lost.length === 0 ? "not sent" : `${lost.length} of ${count}` }
  })

const answers: Readonly<Record<string, { readonly reply: Server.Reply; readonly outcomes: RegExp }>> = {
  "cut before its headers": { reply: Server.say(""), outcomes: /^OutcomeUnknown$/ },
  "cut in its headers": { reply: Server.say("HTTP/1.1 200 OK\r\ncontent-t"), outcomes: /^OutcomeUnknown$/ },
  "cut in its body": {
    reply: Server.say(`HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{"id"`),
    outcomes: /^OutcomeUnknown$/
  },
  "cut in a chunk": {
    reply: Server.say(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\na\r\n{"id"`),
    outcomes: /^OutcomeUnknown$/
  },
  "a 429 that asks for an hour in seconds": {
    reply: (_, response) => response.writeHead(429, { "retry-after": "3600" }).end(),
    outcomes: /^RetryAfterTooLong 429$/
  },
  "a 429 that asks for an hour by a date": {
    reply: (_, response) =>
      response.writeHead(429, { "retry-after": new Date(Date.now() + 3_600_000).toUTCString() }).end(),
    outcomes: /^RetryAfterTooLong 429$/
  },
  gzip: {
    reply: (received, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Server.bodyOf(received))),
    outcomes: /^ok$/
  },
  "called gzip and is none": {
    reply: (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(Buffer.from([0xff, 0xfe])),
    outcomes: /^(UnexpectedResponse 200|OutcomeUnknown)$/
  }
}

const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"

interface Stall {
  readonly scheme: "http" | "https"
  readonly says: string
  readonly call: "Unsafe" | "Large"
}

const stalls: Readonly<Record<string, Stall>> = {
  "while connecting": { scheme: "https", says: "", call: "Unsafe" },
  "while sending": { scheme: "http", says: "", call: "Large" },
  "while waiting": { scheme: "http", says: "", call: "Unsafe" },
  "while reading": { scheme: "http", says: "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", call: "Unsafe" },
  "while reading chunks": { scheme: "http", says: `${chunked}1\r\n{\r\n`, call: "Unsafe" }
}

const suite = (runtime: Runtime.Runtime) => {
  const { proxyEnv, transport } = runtime
  const row = Table.row(runtime.name, transport)
  const scope = Effect.runSync(Scope.make())
  let ask: Runtime.Ask = () => Effect.dieMessage("the program has not started")

  beforeAll(async () => {
    ask = await Effect.runPromise(Scope.extend(Runtime.start(runtime), scope))
  })
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

  it.scopedLive(`sends ${many} requests once that are lost on new connections`, () =>
    Effect.gen(function* () {
      const server = yield* Server.serve(Server.lose)
      const outcomes = yield* ask({ baseUrl: server.baseUrl, calls: times(many, "Unsafe") })
      expect(outcomes).toEqual(times(many, "OutcomeUnknown"))
      expect(server.received.map(({ before }) => before)).toEqual(times(many, 0))
      row.fresh = `${server.received.length} of ${many}`
    })
  )

  it.scopedLive(`sends ${many} requests once that are lost on connections that were used before`, () =>
    Effect.gen(function* () {
      const { cell, lost, unsafe } = yield* loseReused(ask, "Unsafe", many)
      expect(unsafe).toEqual(times(many, "OutcomeUnknown"))
      expect(lost.length).toBe(many)
      expect(lost.filter(({ before }) => before > 0).length).toBeGreaterThan(many / 2)
      row.reused = cell
    })
  )

  it.scopedLive("sends no other unsafe request twice: without a body, PUT, DELETE and GET", () =>
    Effect.gen(function* () {
      const cells: Array<string> = []
      for (const call of ["UnsafePost", "UnsafePut", "UnsafeDelete", "UnsafeGet"] as const) {
        const { cell, lost, unsafe } = yield* loseReused(ask, call, some)
        const isSent = lost.length > 0
        expect(unsafe, call).toEqual(times(some, isSent ? "OutcomeUnknown" : "InvalidRequest"))
        expect(lost.length, call).toBe(isSent ? some : 0)
        expect(isSent || call === "UnsafeGet", call).toBe(true)
        cells.push(cell)
      }
      row.others = cells.join(", ")
    })
  )

  it.scopedLive("names each answer, after one request", () =>
    Effect.gen(function* () {
      for (const [what, { outcomes, reply }] of Object.entries(answers)) {
        const server = yield* Server.serve(reply)
        const [outcome] = yield* ask({ baseUrl: server.baseUrl, calls: ["Unsafe"] })
        expect(outcome, what).toMatch(outcomes)
        expect(server.received.length, what).toBe(1)
        if (what === "called gzip and is none") row.brokenGzip = outcome!.split(" ")[0]!
      }
    })
  )

  it.scopedLive("ends an answer in chunks that never ends by itself, and its connection", () =>
    Effect.gen(function* () {
      const closed = yield* Deferred.make<void>()
      const server = yield* Server.serve((_, response) => {
        response.on("close", () => Deferred.unsafeDone(closed, Exit.void))
        response.writeHead(200).write(Buffer.alloc(17 * 1024 * 1024, " "))
      })
      expect(yield* ask({ baseUrl: server.baseUrl, calls: ["Unsafe"] })).toEqual(["UnexpectedResponse 200"])
      yield* Deferred.await(closed)
    })
  )

  it.scopedLive("repeats what a 429 refused, where Retry-After is missing, too, or is nonsense", () =>
    Effect.gen(function* () {
      for (const header of [{}, { "retry-after": "soon" }, { "retry-after": "0" }]) {
        const server = yield* Server.serve((received, response, nth) => {
          if (nth === 1) response.writeHead(429, header).end()
          else Server.answer(received, response, nth)
        })
        expect(yield* ask({ baseUrl: server.baseUrl, calls: ["Unsafe"] })).toEqual(["ok"])
        expect(server.received.length).toBe(2)
      }
    })
  )

  it.scopedLive("follows no redirect: the key goes nowhere else", () =>
    Effect.gen(function* () {
      const other = yield* Server.serve(Server.answer)
      for (const status of [301, 302, 303, 307, 308]) {
        const server = yield* Server.serve((_, response) => {
          response.writeHead(status, { location: other.baseUrl }).end()
        })
        const outcomes = yield* ask({ baseUrl: server.baseUrl, calls: ["Safe", "Idempotent", "Unsafe"] })
        expect(outcomes).toEqual(times(3, `UnexpectedResponse ${status}`))
        expect(server.received.length).toBe(3)
        expect(server.received[0]!.headers.authorization).toBe("Bearer key-1")
      }
      expect(other.received).toEqual([])
    })
  )

  it.scopedLive("sends once, at most, what a server answers that closes its kept connections", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve((received, response, nth) => {
        response.writeHead(200, { "content-length": 10, connection: "keep-alive" })
        const close = () => response.req.socket[nth % 2 ? "end" : "destroy"]()
        response.end(Server.bodyOf(received), () => setImmediate(close))
      })
      const outcomes = yield* ask({ baseUrl: server.baseUrl, calls: times(many, "Unsafe") })
      const succeeded = outcomes.filter((outcome) => outcome === "ok").length
      expect(outcomes.filter((outcome) => outcome !== "ok" && outcome !== "OutcomeUnknown")).toEqual([])
      expect(succeeded).toBeGreaterThan(many / 2)
      expect(server.received.length).toBeGreaterThanOrEqual(succeeded)
      expect(server.received.length).toBeLessThanOrEqual(many)
    })
  )

  let interruptions = 0
  for (const [when, { call, says, scheme }] of Object.entries(stalls)) {
    it.scopedLive(`is interrupted ${when}, and sends nothing afterwards`, () =>
      Effect.gen(function* () {
        const stalled = yield* Server.stall(says)
        const control = yield* Server.serve(Server.answerAfter(stalled.reached))
        const baseUrl = `${scheme}://127.0.0.1:${stalled.port}`
        expect(yield* ask({ baseUrl, calls: [call], interruptAt: control.baseUrl })).toEqual(["interrupted"])
        if (scheme === "http") expect(yield* stalled.closed).toBeLessThan(32 * 1024 * 1024)
        const other = yield* Server.serve(Server.answer)
        expect(yield* ask({ baseUrl: other.baseUrl, calls: ["Unsafe"] })).toEqual(["ok"])
        expect(stalled.used()).toBe(1)
        row.interrupted = `${++interruptions} of ${Object.keys(stalls).length}`
      })
    )
  }

  it.scopedLive("uses the proxy of the environment where its runtime does, and sends once through it", () =>
    Effect.gen(function* () {
      const proxy = yield* Server.serve(Server.lose)
      const server = yield* Server.serve(Server.answer)
      const env = { http_proxy: `http://127.0.0.1:${proxy.port}`, HTTP_PROXY: `http://127.0.0.1:${proxy.port}` }
      const asProxied = yield* Runtime.start(runtime, { ...env, ...proxyEnv })
      const outcomes = yield* asProxied({ baseUrl: server.baseUrl, calls: times(some, "Safe", "Unsafe") })
      if (proxyEnv === undefined) {
        expect(outcomes).toEqual(times(2 * some, "ok"))
        expect(proxy.received).toEqual([])
        row.proxy = "not used"
      } else {
        expect(outcomes).toEqual(times(some, "ok", "OutcomeUnknown"))
        expect(server.received).toEqual([])
        expect(lostOf(proxy).length).toBe(some)
        const names = Object.entries(proxyEnv).map((entry) => `\`${entry.join("=")}\``)
        row.proxy = [`${some} of ${some}`, ...names].join(", ")
      }
    })
  )

  if (hasIpv6) {
    it.scopedLive("calls a server on IPv6", () =>
      Effect.gen(function* () {
        const server = yield* Server.serve(Server.answer, "::1")
        expect(yield* ask({ baseUrl: server.baseUrl, calls: ["Unsafe"] })).toEqual(["ok"])
        expect(server.received.length).toBe(1)
      })
    )
  }
}

for (const runtime of runtimes) {
  const { name, requirement, transport } = runtime
  Requirement.describeWith([requirement], `in ${name} over ${transport}, the client`, () => suite(runtime))
}

if (mode !== "") {
  const requirements = runtimes.map(({ requirement }) => requirement)
  Requirement.describeWith(requirements, "the table of the README", () => {
    it("has what came of these runs", () => {
      if (mode === "write") Table.write()
      expect(Table.rows).toEqual(Table.written())
    })
  })
}
