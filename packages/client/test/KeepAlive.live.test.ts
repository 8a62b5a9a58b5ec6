import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as http from "node:http"
import * as Sockets from "./Sockets.ts"
import { calls } from "./Vendor.ts"

/** Answers, says that the connection stays open, and closes it. */
const answerAndClose =
  (close: (response: http.ServerResponse) => void): Sockets.Reply =>
  (response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": 10, connection: "keep-alive" })
    response.end(`{"id":"m"}`, () => setImmediate(() => close(response)))
  }

const closes: Record<string, (response: http.ServerResponse) => void> = {
  "with a FIN": (response) => response.req.socket.end(),
  "with a reset": (response) => response.req.socket.resetAndDestroy()
}

const count = 100

for (const [transport, httpClient] of Object.entries(Sockets.transports)) {
  describe(`over ${transport}, a server that closes kept-alive connections`, () => {
    for (const [how, close] of Object.entries(closes)) {
      it.scopedLive(`${how} gets each unsafe request once at most, and those that succeed exactly once`, () =>
        Effect.gen(function* () {
          const { baseUrl, requests } = yield* Sockets.serve(answerAndClose(close))
          const invent = yield* Sockets.connect(baseUrl, httpClient, { rateLimit: { limit: 1_000_000 } })
          let succeeded = 0
          for (let n = 0; n < count; n++) {
            const exit = yield* Effect.exit(calls.Unsafe(invent))
            if (Exit.isSuccess(exit)) succeeded++
            else expect(exit).toMatchObject({ cause: { error: { _tag: "OutcomeUnknown", attempts: 1 } } })
          }
          expect(requests.length).toBeGreaterThanOrEqual(succeeded)
          expect(requests.length).toBeLessThanOrEqual(count)
          expect(succeeded).toBeGreaterThan(count / 2)
        })
      )
    }

    it.scopedLive("while idle costs no call anything", () =>
      Effect.gen(function* () {
        const { baseUrl, openSockets, requests, sockets } = yield* Sockets.serve(answerAndClose(closes["with a FIN"]!))
        const invent = yield* Sockets.connect(baseUrl, httpClient)
        for (let n = 0; n < 10; n++) {
          yield* calls.Unsafe(invent)
          yield* Effect.repeat(Sockets.turns(1), { until: () => openSockets() === 0 })
        }
        expect(requests.length).toBe(10)
        expect(sockets()).toBe(10)
      })
    )

    it.scopedLive("after it read the second request has that request once: OutcomeUnknown", () =>
      Effect.gen(function* () {
        const { baseUrl, requests } = yield* Sockets.serve((response, request) => {
          if (requests.length === 2) request.socket.destroy()
          else response.writeHead(200, { "content-type": "application/json" }).end(`{"id":"m"}`)
        })
        const invent = yield* Sockets.connect(baseUrl, httpClient)
        yield* calls.Unsafe(invent)
        expect(yield* Effect.flip(calls.Unsafe(invent))).toMatchObject({ _tag: "OutcomeUnknown", attempts: 1 })
        expect(requests.length).toBe(2)
      })
    )
  })
}
