import type * as InventError from "@effect-invent/domain/InventError"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as http from "node:http"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib"
import * as Sockets from "./Sockets.ts"
import { calls } from "./Vendor.ts"

const json = { "content-type": "application/json" }
const megabyte = Buffer.alloc(1024 * 1024, 0x20)

/** Writes so many megabytes as fast as the other side takes them, and stops when it goes away. */
const pour = (response: http.ServerResponse, megabytes: number) => {
  let left = megabytes
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left--
      if (!response.write(megabyte)) {
        response.once("drain", more)
        return
      }
    }
    response.end()
  }
  more()
}

const drip = (response: http.ServerResponse) => {
  const timer = setInterval(() => response.write(" "), 20)
  response.on("close", () => clearInterval(timer))
}

interface Case {
  readonly reply: Sockets.Reply
  readonly unsafe: InventError.InventError["_tag"]
  /** Where it differs: a lost answer to a call that may be repeated. */
  readonly safe?: InventError.InventError["_tag"]
  readonly issue?: RegExp
  /** Whether the answer never ends, so that only the deadline of the attempt does. */
  readonly isEndless?: boolean
}

const body =
  (bytes: string | Buffer, status = 200, headers: http.OutgoingHttpHeaders = json): Sockets.Reply =>
  (response) => {
    response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(bytes) }).end(bytes)
  }

const unexpected = (reply: Sockets.Reply, issue?: RegExp): Case => ({
  reply,
  unsafe: "UnexpectedResponse",
  ...(issue === undefined ? {} : { issue })
})

const cases: Record<string, Case> = {
  "100 MB, announced": unexpected((response) => {
    response.writeHead(200, { ...json, "content-length": 100 * megabyte.length })
    pour(response, 100)
  }, /^body larger than 16777216 bytes$/),
  "100 MB, not announced": unexpected((response) => {
    response.writeHead(200, json)
    pour(response, 100)
  }, /^body larger than/),
  "called gzip and is none": unexpected(body("neither gzip nor JSON", 200, { ...json, "content-encoding": "gzip" })),
  "called br and is none": unexpected(
    body(Buffer.from([0xff, 0xfe, 0xfd]), 200, { ...json, "content-encoding": "br" })
  ),
  "half a JSON": unexpected(body(`{"id":"m`), /JSON/),
  HTML: unexpected(body("<html></html>", 200, { "content-type": "text/html" }), /JSON/),
  "JSON of another type, called text": unexpected(body("5", 200, { "content-type": "text/plain" }), /^Expected/),
  nothing: unexpected(body("")),
  "204": unexpected((response) => response.writeHead(204).end(), /no page describes this status/),
  "205": unexpected((response) => response.writeHead(205).end(), /no page describes this status/),
  "201": unexpected(body(`{"id":"m"}`, 201), /no page describes this status/),
  "418": unexpected(body(`{"id":"m"}`, 418), /no page describes this status/),
  "999, which is as good as a 5xx": { reply: body(`{"id":"m"}`, 999), unsafe: "OutcomeUnknown", safe: "ServerFault" },
  "invalid UTF-8": unexpected(
    body(Buffer.from([0x7b, 0x22, 0x69, 0x64, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d])),
    /not UTF-8/
  ),
  "an array of 100 000 levels": unexpected(body("[".repeat(100_000) + "]".repeat(100_000))),
  "a part of 100 000 levels": unexpected(body(`{"id":${"[".repeat(100_000)}${"]".repeat(100_000)}}`)),
  "a content-length that is too long": {
    reply: (response) => {
      response.writeHead(200, { ...json, "content-length": 1000 })
      response.write(`{"id":"m"}`, () => response.socket?.end())
    },
    unsafe: "OutcomeUnknown",
    safe: "ConnectionLost"
  },
  "chunks that break off": {
    reply: (response) => {
      response.writeHead(200, json)
      response.write(`{"id":"m"}`, () => response.socket?.destroy())
    },
    unsafe: "OutcomeUnknown",
    safe: "ConnectionLost"
  },
  "a drip": {
    reply: (response) => {
      response.writeHead(200, json)
      drip(response)
    },
    unsafe: "OutcomeUnknown",
    safe: "TimedOut",
    isEndless: true
  },
  "a drip of announced length": {
    reply: (response) => {
      response.writeHead(200, { ...json, "content-length": 1000 })
      drip(response)
    },
    unsafe: "OutcomeUnknown",
    safe: "TimedOut",
    isEndless: true
  },
  "a drip after 400": {
    reply: (response) => {
      response.writeHead(400, json)
      drip(response)
    },
    unsafe: "OutcomeUnknown",
    safe: "TimedOut",
    isEndless: true
  },
  "400 and 100 MB": {
    reply: (response) => {
      response.writeHead(400, json)
      pour(response, 100)
    },
    unsafe: "BadRequest"
  },
  "403 that breaks off": {
    reply: (response) => {
      response.writeHead(403, { ...json, "content-length": 1000 })
      response.write("no", () => response.socket?.destroy())
    },
    unsafe: "Forbidden"
  }
}

for (const [transport, httpClient] of Object.entries(Sockets.transports)) {
  describe(`over ${transport}, an answer that is`, () => {
    for (const [what, { isEndless = false, issue, reply, safe, unsafe }] of Object.entries(cases)) {
      it.scopedLive(`${what}: is ${unsafe} of an unsafe call${safe === undefined ? ", too" : `, else ${safe}`}`, () =>
        Effect.gen(function* () {
          const { baseUrl, requests } = yield* Sockets.serve(reply)
          const invent = yield* Sockets.connect(baseUrl, httpClient, {
            deadlines: { attempt: isEndless ? "400 millis" : "1 minute" },
            retry: { baseDelay: 1, maxAttempts: 2 }
          })
          const error = yield* Effect.flip(calls.Unsafe(invent))
          expect(error._tag).toBe(unsafe)
          if (issue !== undefined) expect(error).toMatchObject({ issue: expect.stringMatching(issue) })
          expect(requests.length).toBe(1)
          const other = yield* Effect.flip(calls.Idempotent(invent))
          expect(other._tag).toBe(safe ?? unsafe)
        })
      )
    }

    it.scopedLive("endless: takes no memory, and frees its connection", () =>
      Effect.gen(function* () {
        const open = new Set<http.ServerResponse>()
        const { baseUrl } = yield* Sockets.serve((response) => {
          open.add(response)
          response.on("close", () => open.delete(response))
          response.writeHead(200, json)
          pour(response, 1000)
        })
        const invent = yield* Sockets.connect(baseUrl, httpClient)
        const before = process.memoryUsage().rss
        for (let n = 0; n < 5; n++) {
          const error = yield* Effect.flip(calls.Unsafe(invent))
          expect(error).toMatchObject({ _tag: "UnexpectedResponse", status: 200 })
        }
        yield* Effect.iterate(open.size, {
          while: (size) => size > 0,
          body: () => Effect.as(Sockets.turns(1), open.size)
        })
        expect(process.memoryUsage().rss - before).toBeLessThan(200 * megabyte.length)
      })
    )

    it.scopedLive("a drip after 400: is BadRequest where the attempt has the time, with what came of the body", () =>
      Effect.gen(function* () {
        const { baseUrl } = yield* Sockets.serve((response) => {
          response.writeHead(400, json)
          response.write("wrong:")
          drip(response)
        })
        const invent = yield* Sockets.connect(baseUrl, httpClient)
        const error = yield* Effect.flip(calls.Unsafe(invent))
        expect(error).toMatchObject({ _tag: "BadRequest", excerpt: expect.stringMatching(/^wrong: /) })
      })
    )

    it.scopedLive("gzip of something huge: stops at the bound", () =>
      Effect.gen(function* () {
        const bomb = gzipSync(Buffer.alloc(50 * megabyte.length, 0x20))
        const { baseUrl } = yield* Sockets.serve(body(bomb, 200, { ...json, "content-encoding": "gzip" }))
        const invent = yield* Sockets.connect(baseUrl, httpClient)
        const error = yield* Effect.flip(calls.Unsafe(invent))
        expect(error._tag).toBe("UnexpectedResponse")
      })
    )

    it.scopedLive("exactly as long as allowed is read, announced or not, and one byte more is not", () =>
      Effect.gen(function* () {
        const bytes = `{"id":"${"m".repeat(200_000)}"}`
        for (const announced of [true, false]) {
          const { baseUrl } = yield* Sockets.serve((response) => {
            response.writeHead(200, announced ? { ...json, "content-length": bytes.length } : json)
            response.write(bytes.slice(0, 5))
            response.end(bytes.slice(5))
          })
          const fits = yield* Sockets.connect(baseUrl, httpClient, { maxBodyBytes: bytes.length })
          expect((yield* calls.Unsafe(fits)).id.length).toBe(200_000)
          const short = yield* Sockets.connect(baseUrl, httpClient, { maxBodyBytes: bytes.length - 1 })
          expect(yield* Effect.flip(calls.Unsafe(short))).toMatchObject({
            _tag: "UnexpectedResponse",
            status: 200,
            issue: `body larger than ${bytes.length - 1} bytes`
          })
        }
      })
    )

    it.scopedLive("without announced length: leaves its connection to the next call", () =>
      Effect.gen(function* () {
        const { baseUrl, requests, sockets } = yield* Sockets.serve((response) => {
          response.writeHead(200, json)
          response.write(`{"id":`)
          response.end(`"m"}`)
        })
        const invent = yield* Sockets.connect(baseUrl, httpClient)
        for (let n = 0; n < 20; n++) yield* calls.Unsafe(invent)
        expect(requests.length).toBe(20)
        // A second connection is opened while the first one is being looked after.
        expect(sockets()).toBeLessThan(4)
      })
    )
  })
}

const message = Buffer.from(JSON.stringify({ id: "m", content: [{ type: "text", text: "Ünïcode".repeat(1000) }] }))
const codings: Record<string, Buffer> = {
  gzip: gzipSync(message),
  "x-gzip": gzipSync(message),
  deflate: deflateSync(message),
  br: brotliCompressSync(message),
  "deflate, gzip": gzipSync(deflateSync(message))
}

for (const [transport, httpClient] of Object.entries({ ...Sockets.transports, "node:http": NodeHttpClient.layer })) {
  describe(`over ${transport}, a body that was compressed unasked`, () => {
    for (const [coding, bytes] of Object.entries(codings)) {
      it.scopedLive(`by ${coding} is read, whatever the call and the length`, () =>
        Effect.gen(function* () {
          for (const announced of [true, false]) {
            const { baseUrl, requests } = yield* Sockets.serve((response) => {
              response.writeHead(200, {
                ...json,
                "content-encoding": coding,
                ...(announced ? { "content-length": bytes.length } : {})
              })
              response.end(bytes)
            })
            const invent = yield* Sockets.connect(baseUrl, httpClient)
            expect((yield* calls.Unsafe(invent)).id).toBe("m")
            expect(requests.map((headers) => headers["accept-encoding"])).toEqual(["gzip, deflate, br"])
          }
        })
      )

      it.scopedLive(`by ${coding} is an excerpt that can be read, of an error`, () =>
        Effect.gen(function* () {
          const { baseUrl } = yield* Sockets.serve(body(bytes, 400, { ...json, "content-encoding": coding }))
          const invent = yield* Sockets.connect(baseUrl, httpClient)
          expect(yield* Effect.flip(calls.Unsafe(invent))).toMatchObject({
            _tag: "BadRequest",
            excerpt: expect.stringMatching(/^\{"id":"m",/)
          })
        })
      )

      it.scopedLive(`by ${coding} to something huge stops at the bound`, () =>
        Effect.gen(function* () {
          const { baseUrl } = yield* Sockets.serve(body(bytes, 200, { ...json, "content-encoding": coding }))
          const invent = yield* Sockets.connect(baseUrl, httpClient, { maxBodyBytes: message.length - 1 })
          expect(yield* Effect.flip(calls.Unsafe(invent))).toMatchObject({
            _tag: "UnexpectedResponse",
            issue: `body larger than ${message.length - 1} bytes`
          })
        })
      )
    }

    it.scopedLive("by deflate without its frame is read, as some servers send it", () =>
      Effect.gen(function* () {
        const { baseUrl } = yield* Sockets.serve(
          body(deflateRawSync(message), 200, { ...json, "content-encoding": "deflate" })
        )
        expect((yield* calls.Unsafe(yield* Sockets.connect(baseUrl, httpClient))).id).toBe("m")
      })
    )

    it.scopedLive("by an unknown coding is UnexpectedResponse, which names it", () =>
      Effect.gen(function* () {
        const { baseUrl } = yield* Sockets.serve(body(gzipSync(message), 200, { ...json, "content-encoding": "lzma" }))
        const invent = yield* Sockets.connect(baseUrl, httpClient)
        expect(yield* Effect.flip(calls.Unsafe(invent))).toMatchObject({
          _tag: "UnexpectedResponse",
          issue: "the body has a content-encoding that cannot be undone here: lzma"
        })
      })
    )
  })
}
