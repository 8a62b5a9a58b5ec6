/** Servers on real sockets for the live tests, and the client over each transport. */
import * as InventClient from "@effect-invent/client/InventClient"
import type * as Settings from "@effect-invent/client/Settings"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as http from "node:http"
import * as net from "node:net"

export type Reply = (response: http.ServerResponse, request: http.IncomingMessage) => void

/** Turns of the event loop: what has arrived on a socket of this machine is read in the next one. */
export const turns = (count: number): Effect.Effect<void> =>
  Effect.repeatN(
    Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void))),
    count - 1
  )

interface Server {
  readonly server: http.Server
  readonly baseUrl: string
  /** The headers of each request. */
  readonly requests: Array<http.IncomingHttpHeaders>
  /** How many connections were opened, and how many are open. */
  readonly sockets: () => number
  readonly openSockets: () => number
}

/** A server that reads each request whole before it replies. */
export const serve = (reply: Reply) =>
  Effect.acquireRelease(
    Effect.async<Server>((resume) => {
      const requests: Array<http.IncomingHttpHeaders> = []
      let sockets = 0
      let openSockets = 0
      const server = http.createServer((request, response) => {
        response.on("error", () => {})
        request.resume().on("end", () => {
          requests.push(request.headers)
          reply(response, request)
        })
      })
      server.on("connection", (socket) => {
        sockets++
        openSockets++
        socket.on("error", () => {})
        socket.on("close", () => openSockets--)
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as net.AddressInfo
        resume(
          Effect.succeed({
            server,
            baseUrl: `http://127.0.0.1:${port}`,
            requests,
            sockets: () => sockets,
            openSockets: () => openSockets
          })
        )
      })
    }),
    ({ server }) =>
      Effect.async<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )

/** A way to a port of this machine. What is sent while it is frozen arrives when it thaws. */
export const wayTo = (port: number) =>
  Effect.acquireRelease(
    Effect.async<{ port: number; freeze: Effect.Effect<void>; thaw: Effect.Effect<void>; close: () => void }>(
      (resume) => {
        const sockets = new Set<net.Socket>()
        let isFrozen = false
        const flow = () => {
          for (const socket of sockets) socket[isFrozen ? "pause" : "resume"]()
        }
        const server = net.createServer((near) => {
          const far = net.connect(port, "127.0.0.1")
          for (const [from, to] of [
            [near, far],
            [far, near]
          ] as const) {
            sockets.add(from)
            from.on("error", () => to.destroy())
            from.on("close", () => sockets.delete(from))
            from.pipe(to)
          }
          flow()
        })
        const turn = (frozen: boolean) =>
          Effect.sync(() => {
            isFrozen = frozen
            flow()
          })
        const close = () => {
          server.close()
          for (const socket of sockets) socket.destroy()
        }
        server.listen(0, "127.0.0.1", () =>
          resume(
            Effect.succeed({
              port: (server.address() as net.AddressInfo).port,
              freeze: turn(true),
              thaw: turn(false),
              close
            })
          )
        )
      }
    ),
    ({ close }) => Effect.sync(close)
  )

export const transports: Record<string, Layer.Layer<HttpClient.HttpClient>> = {
  undici: NodeHttpClient.layerUndici,
  fetch: FetchHttpClient.layer
}

export const connect = (
  baseUrl: string,
  transport: Layer.Layer<HttpClient.HttpClient>,
  options: Partial<Settings.Options> = {}
) =>
  InventClient.layer({ apiKey: Redacted.make("key-1"), baseUrl, retry: { baseDelay: 1 }, ...options }).pipe(
    Layer.provide(transport),
    Layer.build,
    Effect.map((context) => Context.get(context, InventClient.InventClient))
  )
