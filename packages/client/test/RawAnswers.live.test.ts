/** Answers that no HTTP server would give, byte for byte, and servers that cannot be reached. */
import type * as InventError from "@effect-invent/domain/InventError"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as net from "node:net"
import * as os from "node:os"
import * as Sockets from "./Sockets.ts"
import { calls } from "./Vendor.ts"

/** Sends its bytes for every request, and says how many requests came. */
const serve = (bytes: string, end: boolean, host = "127.0.0.1") =>
  Effect.acquireRelease(
    Effect.async<{ readonly port: number; readonly requests: () => number; readonly close: () => void }>((resume) => {
      let requests = 0
      const sockets = new Set<net.Socket>()
      const server = net.createServer((socket) => {
        sockets.add(socket)
        socket.on("error", () => {})
        socket.on("data", (data) => {
          if (!/^[A-Z]+ \//.test(data.toString("latin1"))) return
          requests++
          if (bytes !== "") socket.write(bytes, "latin1")
          if (end) socket.end()
        })
      })
      const close = () => {
        server.close()
        for (const socket of sockets) socket.destroy()
      }
      server.listen(0, host, () =>
        resume(Effect.succeed({ port: (server.address() as net.AddressInfo).port, requests: () => requests, close }))
      )
    }),
    ({ close }) => Effect.sync(close)
  )

const ok = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
const body = `{"id":"m"}`
const whole = `${ok}content-length: ${body.length}\r\n\r\n${body}`

type Tag = InventError.InventError["_tag"]

interface Case {
  readonly bytes: string
  /** Whether the server closes the connection afterwards. */
  readonly end?: boolean
  readonly unsafe: "m" | Tag
  /** Of a call that may be repeated, where it differs: one of these. */
  readonly idempotent?: ReadonlyArray<Tag>
}

const lost = { unsafe: "OutcomeUnknown", idempotent: ["ConnectionLost"] } as const
const silent = { unsafe: "OutcomeUnknown", idempotent: ["TimedOut"] } as const

const cases: Record<string, Case> = {
  "nothing at all": { bytes: "", ...silent },
  "nothing, and a closed connection": { bytes: "", end: true, ...lost },
  "another protocol's": { bytes: "SSH-2.0-OpenSSH_9.6\r\n", ...lost },
  "HTTP/1.0 that ends with its connection": { bytes: `HTTP/1.0 200 OK\r\n\r\n${body}`, end: true, unsafe: "m" },
  "preceded by hints": { bytes: `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${whole}`, unsafe: "m" },
  "a thousand hints and no end": { bytes: "HTTP/1.1 102 Processing\r\n\r\n".repeat(1000), ...silent },
  "another protocol that nobody asked for": {
    bytes: "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    ...lost
  },
  "a header of a megabyte": { bytes: `${ok}x: ${"x".repeat(1_000_000)}\r\n\r\n`, ...lost },
  "headers without end": { bytes: `${ok}${"x: y\r\n".repeat(200_000)}`, ...lost },
  // The fetch of some Node 22 says nothing of it until the deadline.
  "a header with no name": {
    bytes: `${ok}: y\r\n\r\n`,
    unsafe: "OutcomeUnknown",
    idempotent: ["ConnectionLost", "TimedOut"]
  },
  "of two lengths": { bytes: `${ok}content-length: 10\r\ncontent-length: 11\r\n\r\n${body}`, ...lost },
  "of a length that is no number": { bytes: `${ok}content-length: ten\r\n\r\n${body}`, ...lost },
  "in chunks that are none": { bytes: `${ok}transfer-encoding: chunked\r\n\r\nZZ\r\n${body}\r\n`, ...lost },
  "in a chunk of endless size": { bytes: `${ok}transfer-encoding: chunked\r\n\r\n${"f".repeat(40)}\r\n`, ...lost },
  "longer than it says": { bytes: `${ok}content-length: 5\r\n\r\n${body}`, unsafe: "UnexpectedResponse" }
}

for (const [transport, httpClient] of Object.entries(Sockets.transports)) {
  describe(`over ${transport}, an answer that is`, () => {
    for (const [what, { bytes, end = false, idempotent, unsafe }] of Object.entries(cases)) {
      it.scopedLive(`${what}: is ${unsafe} of an unsafe call, after one request`, () =>
        Effect.gen(function* () {
          const { port, requests } = yield* serve(bytes, end)
          const invent = yield* Sockets.connect(`http://127.0.0.1:${port}`, httpClient, {
            // Only what never ends has to wait for the deadline.
            deadlines: { attempt: idempotent?.includes("TimedOut") === true ? "1 second" : "1 minute" },
            retry: { maxAttempts: 1 }
          })
          const tagOf = Either.match({
            onLeft: (error: InventError.InventError) => error._tag,
            onRight: ({ id }: { id: string }) => id
          })
          expect(tagOf(yield* Effect.either(calls.Unsafe(invent)))).toBe(unsafe)
          expect(requests()).toBe(1)
          expect(idempotent ?? [unsafe]).toContain(tagOf(yield* Effect.either(calls.Idempotent(invent))))
        })
      )
    }

    it.scopedLive("followed by another: is not taken for the answer to the next call", () =>
      Effect.gen(function* () {
        const { port } = yield* serve(`${whole}${whole.replace(body, `{"id":"x"}`)}`, false)
        const invent = yield* Sockets.connect(`http://127.0.0.1:${port}`, httpClient)
        const ids = yield* Effect.replicateEffect(calls.Unsafe(invent), 10)
        expect(new Set(ids.map(({ id }) => id))).toEqual(new Set(["m"]))
      })
    )
  })

  describe(`over ${transport}, a server`, () => {
    it.scopedLive("that has no name is ConnectionFailed", () =>
      Effect.gen(function* () {
        const invent = yield* Sockets.connect("https://no-such-host.invalid", httpClient, {
          retry: { maxAttempts: 2, baseDelay: 1 }
        })
        const error = yield* Effect.flip(calls.Unsafe(invent))
        expect(error).toMatchObject({
          _tag: "ConnectionFailed",
          attempts: 2,
          reason: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/)
        })
      })
    )

    it.scopedLive("that nobody runs is ConnectionFailed", () =>
      Effect.gen(function* () {
        const { port } = yield* Effect.scoped(serve("", true))
        const invent = yield* Sockets.connect(`http://127.0.0.1:${port}`, httpClient, {
          retry: { maxAttempts: 2, baseDelay: 1 }
        })
        expect(yield* Effect.flip(calls.Unsafe(invent))).toMatchObject({
          _tag: "ConnectionFailed",
          attempts: 2,
          reason: "ECONNREFUSED"
        })
      })
    )

    it.scopedLive("that speaks no TLS gets the request once: its noise could come after the request, too", () =>
      Effect.gen(function* () {
        const { port } = yield* serve("", true)
        const invent = yield* Sockets.connect(`https://127.0.0.1:${port}`, httpClient, {
          deadlines: { attempt: "2 seconds" }
        })
        expect(yield* Effect.flip(calls.Unsafe(invent))).toMatchObject({ _tag: "OutcomeUnknown", attempts: 1 })
      })
    )

    const hasIpv6 = Object.values(os.networkInterfaces()).some((addresses) =>
      addresses?.some(({ address }) => address === "::1")
    )
    if (!hasIpv6) console.warn("NOT TESTED: a server on IPv6: this machine has none")
    else {
      it.scopedLive("on IPv6 is called like any other", () =>
        Effect.gen(function* () {
          const { port } = yield* serve(whole, false, "::1")
          const invent = yield* Sockets.connect(`http://[::1]:${port}`, httpClient)
          expect((yield* calls.Unsafe(invent)).id).toBe("m")
        })
      )
    }

    it.scopedLive("is called without the proxy of the environment: the key goes nowhere else", () =>
      Effect.gen(function* () {
        const proxy = yield* serve(whole.replace(body, `{"id":"x"}`), false)
        const { port } = yield* serve(whole, false)
        const names = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]
        yield* Effect.acquireRelease(
          Effect.sync(() => {
            const before = names.map((name) => [name, process.env[name]] as const)
            for (const name of names) process.env[name] = `http://127.0.0.1:${proxy.port}`
            return before
          }),
          (before) =>
            Effect.sync(() => {
              for (const [name, value] of before) {
                if (value === undefined) delete process.env[name]
                else process.env[name] = value
              }
            })
        )
        const invent = yield* Sockets.connect(`http://127.0.0.1:${port}`, httpClient)
        expect((yield* calls.Unsafe(invent)).id).toBe("m")
        expect(proxy.requests()).toBe(0)
      })
    )
  })
}
