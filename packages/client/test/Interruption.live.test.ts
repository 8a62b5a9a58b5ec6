import type * as HttpClient from "@effect/platform/HttpClient"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as net from "node:net"
import type { AddressInfo } from "node:net"
import * as Sockets from "./Sockets.ts"
import { calls } from "./Vendor.ts"

/**
 * Accepts connections and sends the given part of an answer. `closed` when the client hangs
 * up.
 */
const listen = (says: string) =>
  Effect.gen(function* () {
    const reached = yield* Deferred.make<void>()
    const closed = yield* Deferred.make<void>()
    const server = net.createServer((socket) => {
      socket.on("error", () => {})
      socket.on("close", () => Deferred.unsafeDone(closed, Exit.void))
      socket.once("data", () => socket.write(says, () => Deferred.unsafeDone(reached, Exit.void)))
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.void))
      }),
      () => Effect.sync(() => server.close())
    )
    return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, reached, closed }
  })

const stages: Record<string, string> = {
  "waiting for the answer": "",
  "reading the headers": "HTTP/1.1 200 OK\r\ncontent-type: app",
  "reading a body of announced length": "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n[{",
  "reading a body in chunks": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n[{\r\n",
  "reading the body of an error": "HTTP/1.1 500 Oops\r\ncontent-length: 100\r\n\r\n<h"
}

/**
 * A call that the interruption did not end would go on for as long as its deadlines allow, or for ever: this is
 * neither.
 */
const mostTurns = 1000

/** How many turns of the event loop the interruption of a call takes that has come so far. */
const interrupted = (
  baseUrl: string,
  transport: Layer.Layer<HttpClient.HttpClient>,
  reached: Deferred.Deferred<void>
) =>
  Effect.gen(function* () {
    const invent = yield* Sockets.connect(baseUrl, transport, { deadlines: { attempt: "1 hour", total: "1 hour" } })
    const fiber = yield* Effect.fork(calls.Unsafe(invent))
    yield* Deferred.await(reached)
    yield* Sockets.turns(20)
    const interrupting = yield* Effect.fork(Fiber.interrupt(fiber))
    let turns = 0
    yield* Effect.repeat(Sockets.turns(1), { until: () => turns++ === mostTurns || interrupting.unsafePoll() !== null })
    expect(Exit.isInterrupted(yield* Fiber.join(interrupting))).toBe(true)
    return turns
  })

for (const [name, transport] of Object.entries(Sockets.transports)) {
  describe(`an interruption over ${name}`, () => {
    // The server receives the greeting of TLS, and never answers it. The half-open connection is the transport's, for
    // others.
    it.scopedLive("while connecting ends the call", () =>
      Effect.gen(function* () {
        const { host, reached } = yield* listen("")
        expect(yield* interrupted(`https://${host}`, transport, reached)).toBeLessThan(mostTurns)
      })
    )

    for (const [stage, says] of Object.entries(stages)) {
      it.scopedLive(`while ${stage} ends the call and closes the connection`, () =>
        Effect.gen(function* () {
          const { closed, host, reached } = yield* listen(says)
          expect(yield* interrupted(`http://${host}`, transport, reached)).toBeLessThan(mostTurns)
          yield* Deferred.await(closed)
        })
      )
    }
  })
}
